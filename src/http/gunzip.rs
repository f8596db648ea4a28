//! Decompresses a gzip body within the limits of bodies.

use super::{Held, Received};
use flate2::bufread::MultiGzDecoder;
use std::io::Read;
use thiserror::Error;

/// What is decompressed, and taken from the budget, at a time.
const STEP_BYTES: usize = 64 << 10;

/// Why a body could not be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GunzipError {
    /// It is no gzip, or damaged, or cut off.
    #[error("the body is no complete gzip")]
    Damaged,
    /// More comes out than a body may have.
    #[error("the decompressed body has more than {max} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        max: usize,
    },
    /// The process holds as many bytes as it may.
    #[error("too many bytes are in flight")]
    NoBudget,
}

/// Decompresses all members. Memory grows with what comes out, which is at most `max_bytes` and within the budget, and
/// decompression stops there: a small body cannot become a large one.
pub fn gunzip(received: &Received, mut held: Held, max_bytes: usize) -> Result<Received, GunzipError> {
    let mut decoder = MultiGzDecoder::new(&received.bytes[..]);
    let mut out = Vec::new();
    loop {
        let had = out.len();
        let read = (&mut decoder).take(STEP_BYTES as u64).read_to_end(&mut out);
        let read = read.map_err(|_| GunzipError::Damaged)?;
        if out.len() > max_bytes {
            return Err(GunzipError::TooLarge { max: max_bytes });
        }
        if !held.grow(out.len() - had) {
            return Err(GunzipError::NoBudget);
        }
        if read < STEP_BYTES {
            return Ok(Received { bytes: out.into(), held });
        }
    }
}
