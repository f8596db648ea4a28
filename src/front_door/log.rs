//! The way to the embedded log.

use crate::log::{AppendError, Appended, Log, NewRecord};
use std::pin::Pin;
use std::sync::Arc;

type Appending = Pin<Box<dyn Future<Output = Result<Vec<Appended>, AppendError>> + Send>>;

type Append = dyn Fn(&str, Vec<NewRecord>) -> Appending + Send + Sync;

/// What appends; clones are the same.
#[derive(Clone)]
pub struct Appender(Arc<Append>);

impl Appender {
    /// `append` takes all records of a call or none. It answers in their order once they are durable, and finishes what it
    /// began if the answer is no longer waited for.
    pub fn new<F, A>(append: F) -> Appender
    where
        F: Fn(&str, Vec<NewRecord>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Vec<Appended>, AppendError>> + Send + 'static,
    {
        Appender(Arc::new(move |topic, records| Box::pin(append(topic, records))))
    }

    /// Appends to the log.
    pub fn of_log(log: Arc<Log>) -> Appender {
        Appender::new(move |topic, records| {
            let (log, topic) = (Arc::clone(&log), topic.to_owned());
            async move { log.append(&topic, records).await }
        })
    }

    /// Appends records to a topic, which is made if there is none.
    pub async fn append(&self, topic: &str, records: Vec<NewRecord>) -> Result<Vec<Appended>, AppendError> {
        (self.0)(topic, records).await
    }
}
