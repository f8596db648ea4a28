//! Repeats what fails for a while.

use super::super::StoreError;
use super::failure::Failure;
use crate::backoff::Backoff;
use std::time::Duration;

/// The longest wait before the second attempt; each further one may be twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// How often and how fast a request is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Attempts in a row that may bring nothing.
    pub max_attempts: usize,
    /// The longest wait between two.
    pub max_backoff: Duration,
}

/// The attempts at one request.
pub struct Attempts {
    retry: Retry,
    failed: usize,
}

impl Attempts {
    /// None has been made.
    pub fn new(retry: Retry) -> Attempts {
        Attempts { retry, failed: 0 }
    }

    /// The last attempt brought a part of the answer, so the count begins anew.
    pub fn progressed(&mut self) {
        self.failed = 0;
    }

    /// Waits after a failure until it is time for the next attempt; an error if there is to be none.
    pub async fn wait(&mut self, failure: Failure, place: &str) -> Result<(), StoreError> {
        let reason = match failure {
            Failure::Lasting(error) => return Err(*error),
            Failure::Passing(reason) => reason,
        };
        self.failed += 1;
        if self.failed >= self.retry.max_attempts {
            return Err(StoreError::Unanswered { place: place.to_owned(), attempts: self.failed, reason });
        }
        let backoff = Backoff { first: FIRST_BACKOFF, longest: self.retry.max_backoff };
        tokio::time::sleep(backoff.wait(self.failed)).await;
        Ok(())
    }
}
