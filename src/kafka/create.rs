//! Makes topics that are missing, if the configuration says how.

use super::client;
use crate::config::{CreateTopics, KafkaSettings};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode;
use std::time::Duration;
use tracing::info;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Makes topics; those that somebody else has made meanwhile are there, too.
pub fn topics(settings: &KafkaSettings, topics: &[String], create: CreateTopics) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("topics cannot be made: {error}");
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| failed(&error))?;
    let admin: AdminClient<DefaultClientContext> =
        client::common(settings).create().map_err(|error| failed(&error))?;
    let (partitions, replication) = (create.partitions as i32, create.replication as i32);
    let new = |topic| NewTopic::new(topic, partitions, TopicReplication::Fixed(replication));
    let new: Vec<NewTopic<'_>> = topics.iter().map(|topic| new(topic)).collect();
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT));
    let made = runtime.block_on(admin.create_topics(&new, &options)).map_err(|error| failed(&error))?;
    for result in made {
        match result {
            Ok(topic) => info!(topic, partitions = create.partitions, "made the topic"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, error)) => return Err(failed(&format!("{topic}: {error}"))),
        }
    }
    Ok(())
}
