//! Repeats what fails for a while.

use super::KinesisError;
use super::failure::Failure;
use super::status::Status;
use crate::backoff::Backoff;
use std::sync::Arc;
use std::time::Duration;

/// A server that is back should not wait for long.
const FAILED: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };
/// What a stream gives is counted by the second.
const THROTTLED: Backoff = Backoff { first: Duration::from_millis(1000), longest: Duration::from_secs(10) };
/// Failures in a row that are told: a single one is nothing.
const TOLD: usize = 2;

/// The attempts at requests about one thing, a stream or a shard.
pub struct Attempts {
    status: Arc<Status>,
    stream: Arc<str>,
    /// What messages call it.
    what: String,
    failed: usize,
    throttled: usize,
}

impl Attempts {
    /// None has been made.
    pub fn new(status: &Arc<Status>, stream: &Arc<str>, shard: Option<&str>) -> Attempts {
        let what = match shard {
            Some(shard) => format!("kinesis://{stream} {shard}"),
            None => format!("kinesis://{stream}"),
        };
        Attempts { status: status.clone(), stream: stream.clone(), what, failed: 0, throttled: 0 }
    }

    /// The last attempt succeeded.
    pub fn succeeded(&mut self) {
        if self.failed >= TOLD {
            self.status.answered(&self.what);
        }
        (self.failed, self.throttled) = (0, 0);
    }

    /// How many in a row have failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// Waits after a failure until it is time for the next attempt; an error if there is to be none.
    pub async fn wait(&mut self, failure: Failure) -> Result<(), KinesisError> {
        let wait = match failure {
            Failure::Lasting(error) => return Err(error),
            Failure::Expired => return Ok(()),
            Failure::Throttled => {
                self.throttled += 1;
                self.status.throttled(&self.stream);
                THROTTLED.wait(self.throttled)
            }
            Failure::Passing(problem) => {
                self.failed += 1;
                if self.failed >= TOLD {
                    self.status.troubled(&self.what, problem);
                }
                FAILED.wait(self.failed)
            }
        };
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
