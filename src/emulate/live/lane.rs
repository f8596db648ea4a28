//! One connection: it sends one batch after another, each until the server has taken or refused it.
//!
//! So the records of an `ind`, which all go over one connection, reach the server in their order, also when some are
//! sent again: no correction is overtaken by what it corrects.

use super::answer::{fates, reason};
use super::backoff::Backoff;
use super::batch::Batch;
use super::dialect::Dialect;
use super::requests::Requests;
use super::tally::Tally;
use crate::http_client::{HttpClient, HttpError};
use http::StatusCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

/// Requests for a batch that the server has no room for. With the second that servers ask to wait, some ten of them: who
/// is behind for longer is too slow for this rate.
const MOST_ATTEMPTS: u32 = 10;
/// How long an answer is waited for after all was told to end.
const GRACE: Duration = Duration::from_secs(1);

/// The server, to which all connections go.
pub struct Server {
    /// What sends requests.
    pub client: HttpClient,
    /// How they are spoken.
    pub dialect: Dialect,
    /// Batches as requests.
    pub requests: Requests,
}

/// What all connections share.
pub struct Shared {
    /// The time from which batches are due.
    pub start: Instant,
    /// The counts.
    pub tally: Mutex<Tally>,
}

impl Shared {
    /// The counts, for a moment.
    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection.
pub struct Lane {
    server: Arc<Server>,
    shared: Arc<Shared>,
    backoff: Backoff,
    stopped: watch::Receiver<bool>,
}

impl Lane {
    /// The connection of that number; it ends soon once `stopped` holds true.
    pub fn new(
        number: usize,
        server: Arc<Server>,
        shared: Arc<Shared>,
        stopped: watch::Receiver<bool>,
    ) -> Lane {
        Lane { server, shared, backoff: Backoff::new(number), stopped }
    }

    /// Sends batches until there are no more, or it is told to end.
    pub async fn run(mut self, mut batches: mpsc::Receiver<Batch>) {
        while let Some(batch) = batches.recv().await {
            if *self.stopped.borrow() {
                return;
            }
            self.send(&batch).await;
        }
    }

    async fn send(&mut self, batch: &Batch) {
        let (shared, server) = (Arc::clone(&self.shared), Arc::clone(&self.server));
        shared.tally().began(batch, shared.start.elapsed().saturating_sub(batch.due));
        let request = server.requests.of(batch);
        let (mut attempts, mut misses) = (0, 0);
        self.backoff.reset();
        loop {
            let begin = Instant::now();
            let answer = tokio::select! {
                answer = server.client.send(request.clone()) => answer,
                () = given_up(self.stopped.clone()) => break,
            };
            let wait = match answer {
                Ok(answer) => {
                    shared.tally().answered(begin.elapsed(), shared.start.elapsed());
                    (attempts, misses) = (attempts + 1, 0);
                    let status = answer.status();
                    if status.is_success() {
                        let fates = fates(server.dialect, batch.messages.len(), answer.body());
                        let topic = server.requests.topic(batch.kind);
                        return shared.tally().succeeded(batch, topic, fates);
                    }
                    if !is_passing(status) || attempts == MOST_ATTEMPTS {
                        return shared.tally().refused(batch, &reason(status, answer.body()));
                    }
                    self.backoff.wait_after(answer.headers())
                }
                // The server has the request, and would answer the next one alike.
                Err(error @ HttpError::TooLarge(_)) => {
                    return shared.tally().refused(batch, &error.to_string());
                }
                Err(error) => {
                    misses += 1;
                    // A server may close a connection that it thinks idle just when a request comes.
                    if misses > 1 || matches!(error, HttpError::Connect(_)) {
                        shared.tally().missed(&error.to_string());
                    }
                    self.backoff.wait()
                }
            };
            if !self.pause(wait).await {
                break;
            }
            shared.tally().retried(batch);
        }
        shared.tally().gave_up(batch);
    }

    /// Waits; false if it was told to end meanwhile.
    async fn pause(&mut self, wait: Duration) -> bool {
        timeout(wait, until_stopped(&mut self.stopped)).await.is_err()
    }
}

/// Whether the same request may succeed later.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
}

/// Done a moment after all was told to end.
pub async fn given_up(mut stopped: watch::Receiver<bool>) {
    until_stopped(&mut stopped).await;
    sleep(GRACE).await;
}

/// An error says that nobody is left who could tell, which is as good as being told.
async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
