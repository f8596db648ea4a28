//! Reads a request's body, within its limits of size, time and memory.

use super::{Held, InFlight, Limits};
use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use thiserror::Error;

/// What is reserved at once for a body that says its length; the rest as it comes, so that a length alone takes none.
const FIRST_BYTES: usize = 64 << 10;
/// So many times what has come is reserved then: with more, less of it is copied to where there is more room.
const ROOM_AHEAD: usize = 4;

/// A body, and its part of the budget.
#[derive(Debug)]
pub struct Received {
    /// All of it.
    pub bytes: Bytes,
    /// Keep it until the bytes are no longer needed.
    pub held: Held,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// It is, or says it is, longer than allowed.
    #[error("the body has more than {max} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        max: usize,
    },
    /// It did not come in time.
    #[error("the body did not come in time")]
    Timeout,
    /// The process holds as many bytes as it may.
    #[error("too many bytes are in flight")]
    NoBudget,
    /// The client closed the connection, or the framing is broken.
    #[error("the body ends too early or is framed wrongly")]
    Broken,
}

/// Reads it whole. A body that says that it is too long is refused before a byte of it is read.
pub async fn read_body(body: Body, limits: &Limits, in_flight: &InFlight) -> Result<Received, BodyError> {
    let hint = body.size_hint();
    let declared = usize::try_from(hint.exact().unwrap_or(hint.lower())).unwrap_or(usize::MAX);
    if declared > limits.body_bytes {
        return Err(BodyError::TooLarge { max: limits.body_bytes });
    }
    if !in_flight.fits(declared) {
        return Err(BodyError::NoBudget);
    }
    let reading = read(body, declared, limits.body_bytes, in_flight.hold());
    tokio::time::timeout(limits.body_timeout, reading).await.unwrap_or(Err(BodyError::Timeout))
}

async fn read(mut body: Body, declared: usize, max: usize, mut held: Held) -> Result<Received, BodyError> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // Trailers say nothing that is needed here.
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if all.len() + data.len() > max {
            return Err(BodyError::TooLarge { max });
        }
        if !held.grow(data.len()) {
            return Err(BodyError::NoBudget);
        }
        if data.len() == declared && declared > 0 {
            return Ok(Received { bytes: data, held });
        }
        let room = declared.min(FIRST_BYTES.max(ROOM_AHEAD * (all.len() + data.len())));
        if all.capacity() < room {
            all.reserve(room - all.len());
        }
        all.extend_from_slice(&data);
    }
    Ok(Received { bytes: all.freeze(), held })
}
