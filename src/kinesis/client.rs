//! Asks Kinesis; each request is sent once.

use super::failure::{Asked, Failure};
use super::shard::Shard;
use super::{KinesisError, Place};
use crate::aws::{self, chain};
use crate::config::KinesisSettings;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::config::{Builder, ProvideCredentials, Region};
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::primitives::DateTime;
use aws_sdk_kinesis::types::ShardIteratorType;
use std::time::Duration;

/// Over any distance it takes less than a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Far beyond what a server that works takes to begin its answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Asks on somebody's behalf.
pub struct Client {
    client: aws_sdk_kinesis::Client,
    region: String,
}

impl Client {
    /// Finds region and credentials, and asks for these once, so that their lack is said before anything else. Sends nothing
    /// to Kinesis.
    pub async fn open(settings: &KinesisSettings) -> Result<Client, KinesisError> {
        let shared = aws::shared(settings.region.as_deref(), settings.profile.as_deref(), None).await;
        let lack = |problem| KinesisError::Credentials { problem };
        let found = aws::identity(&shared, settings.role_arn.as_deref(), aws::SESSION_NAME).await;
        let credentials = found.ok_or_else(|| lack("none are set up".to_owned()))?;
        credentials.provide_credentials().await.map_err(|error| lack(chain(&error)))?;
        let region = match (shared.region(), &settings.endpoint) {
            (Some(region), _) => region.to_string(),
            // Servers other than AWS take any, but signatures hold one.
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => {
                let problem = "no region is known; set it, or AWS_REGION, to that of the stream".to_owned();
                return Err(KinesisError::Setting { key: "kinesis.region", problem });
            }
        };
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT);
        let mut config = Builder::from(&shared)
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::disabled());
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Ok(Client { client: aws_sdk_kinesis::Client::from_conf(config.build()), region })
    }

    /// All shards of a stream.
    pub async fn shards(&self, stream: &str) -> Result<Vec<Shard>, Failure> {
        let asked = Asked { region: &self.region, stream, action: "kinesis:ListShards" };
        let mut shards = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let request = self.client.list_shards();
            let request = match next {
                Some(_) => request.set_next_token(next),
                None => request.stream_name(stream),
            };
            let page = request.send().await.map_err(|error| Failure::of(asked, &error))?;
            shards.extend(page.shards().iter().map(Shard::of));
            next = page.next_token;
            if next.is_none() {
                return Ok(shards);
            }
        }
    }

    /// The name of a place in a shard, which is valid for five minutes.
    pub async fn iterator(&self, stream: &str, shard: &str, place: &Place) -> Result<String, Failure> {
        let asked = Asked { region: &self.region, stream, action: "kinesis:GetShardIterator" };
        let request = self.client.get_shard_iterator().stream_name(stream).shard_id(shard);
        let request = match place {
            Place::Earliest => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
            Place::Latest => request.shard_iterator_type(ShardIteratorType::Latest),
            Place::Time(ms) => {
                let time = DateTime::from_millis(i64::try_from(*ms).unwrap_or(i64::MAX));
                request.shard_iterator_type(ShardIteratorType::AtTimestamp).timestamp(time)
            }
            Place::At(number) => request
                .shard_iterator_type(ShardIteratorType::AtSequenceNumber)
                .starting_sequence_number(number.as_str()),
            Place::After(number) => request
                .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                .starting_sequence_number(number.as_str()),
        };
        let answer = request.send().await.map_err(|error| Failure::of(asked, &error))?;
        answer.shard_iterator.ok_or_else(|| {
            let (stream, problem) = (stream.to_owned(), "it names no place in a shard".to_owned());
            Failure::Lasting(KinesisError::Answer { stream, problem })
        })
    }

    /// What follows there: at most 10 MB and 10,000 records.
    pub async fn records(&self, stream: &str, iterator: &str) -> Result<GetRecordsOutput, Failure> {
        let asked = Asked { region: &self.region, stream, action: "kinesis:GetRecords" };
        let answer = self.client.get_records().shard_iterator(iterator).send().await;
        answer.map_err(|error| Failure::of(asked, &error))
    }
}
