//! The client that sends, and what it tells by itself.

use super::cluster::Cluster;
use super::counts::Counts;
use super::error::NotStored;
use super::request::Awaited;
use super::settings::ProducerSettings;
use crate::kafka::error::{KafkaError, told_with};
use crate::kafka::msk_iam::Tokens;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::error::{KafkaError as Refusal, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext, ThreadedProducer};
use std::error::Error;
use std::sync::Arc;
use tracing::warn;

/// A client that sends, with a thread that hears what became of what it has sent.
pub type Client = ThreadedProducer<Context>;

/// Who hears it.
pub struct Context {
    cluster: Arc<Cluster>,
    counts: Arc<Counts>,
    tokens: Tokens,
}

/// Makes a client.
pub fn client(
    settings: &ProducerSettings,
    cluster: &Arc<Cluster>,
    counts: &Arc<Counts>,
    tokens: &Tokens,
) -> Result<Client, KafkaError> {
    let context =
        Context { cluster: Arc::clone(cluster), counts: Arc::clone(counts), tokens: tokens.clone() };
    settings.client(tokens).create_with_context(context).map_err(|error| settings.refused(error))
}

impl ClientContext for Context {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.tokens.token()
    }

    fn error(&self, error: Refusal, reason: &str) {
        let told = told_with(&error, reason);
        warn!(error = &told, "Kafka, sending");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.cluster.lost(reason);
        } else {
            self.cluster.heard(told);
        }
        self.cluster.look_soon();
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<Awaited>;

    fn delivery(&self, result: &DeliveryResult<'_>, awaited: Box<Awaited>) {
        let outcome = NotStored::of_delivery(result);
        if matches!(outcome, Err(NotStored::Unknown(_))) {
            // Perhaps nobody answers at all, or the client cannot go on.
            self.cluster.look_soon();
        }
        self.counts.add(&outcome);
        awaited.tell(outcome);
    }
}
