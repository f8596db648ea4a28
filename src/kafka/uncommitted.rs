//! Where partitions end, what is not committed yet included.
//!
//! An archive may hold messages of transactions that are still open, if its sink does not wait for them. So a partition that
//! ends before what was read of it, as far as it is committed, need not be another one.

use super::begin;
use super::client::{self, Consumer};
use super::made_again::Key;
use super::msk_iam::Tokens;
use crate::config::KafkaSettings;
use std::time::Duration;

/// Asks for those ends. Few need to be asked for, so the client is made when the first one is.
#[derive(Default)]
pub struct Uncommitted(Option<Consumer>);

impl Uncommitted {
    /// Does what else the client has to do.
    pub fn serve(&self) {
        if let Some(consumer) = &self.0 {
            let _ = consumer.poll(Duration::ZERO);
        }
    }

    /// Where a partition ends, or why that cannot be said.
    pub fn end(
        &mut self,
        (settings, tokens): (&KafkaSettings, &Tokens),
        (topic, number): &Key,
        timeout: Duration,
    ) -> Result<u64, String> {
        if self.0.is_none() {
            self.0 = Some(client::of_uncommitted(settings, tokens).map_err(|error| error.to_string())?);
        }
        let consumer = self.0.as_ref().expect("it is made");
        let bounds = begin::bounds(consumer, topic, *number, timeout).map_err(|error| error.to_string())?;
        Ok(bounds.high)
    }
}
