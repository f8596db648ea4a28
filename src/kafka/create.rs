//! Makes topics that are missing, if somebody says how.

use super::msk_iam::Tokens;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::ClientConfig;
use rdkafka::error::RDKafkaErrorCode;
use std::time::Duration;
use tracing::info;

const TIMEOUT: Duration = Duration::from_secs(10);

/// What topics are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewTopics {
    /// Partitions of each.
    pub partitions: i32,
    /// On how many brokers each partition lies; -1 for as many as the brokers are set to.
    pub replication: i32,
}

/// Makes topics; those that somebody else has made meanwhile are there, too. Waits, so it is not for asynchronous tasks.
pub fn topics(
    client: &ClientConfig,
    tokens: Tokens,
    topics: &[String],
    new: NewTopics,
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("topics cannot be made: {error}");
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| failed(&error))?;
    let admin: AdminClient<Tokens> = client.create_with_context(tokens).map_err(|error| failed(&error))?;
    let NewTopics { partitions, replication } = new;
    let new = |topic| NewTopic::new(topic, partitions, TopicReplication::Fixed(replication));
    let new: Vec<NewTopic<'_>> = topics.iter().map(|topic| new(topic)).collect();
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT));
    let made = runtime.block_on(admin.create_topics(&new, &options)).map_err(|error| failed(&error))?;
    for result in made {
        match result {
            Ok(topic) => info!(topic, partitions, "made the topic"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, error)) => return Err(failed(&format!("{topic}: {error}"))),
        }
    }
    Ok(())
}
