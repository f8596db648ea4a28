//! Topics on a real broker, filled with the records of an emulated archive.

use pinflow::config::Config;
use pinflow::emulate::{self, EmulateArgs};
use pinflow_dataflows::kind::Kind;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use std::env;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use walkdir::WalkDir;

/// Partitions of each.
const PARTITIONS: u32 = 6;
/// What takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(600);

/// One for each kind. They are deleted when this is dropped.
pub struct Topics {
    brokers: String,
    names: [String; 3],
    /// Messages of all.
    pub messages: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

impl Topics {
    /// The records of so many posts, each in the partition that the archive has it in.
    pub fn filled(posts: u64) -> Topics {
        let brokers = env::var("PINFLOW_TEST_KAFKA").expect("eval \"$(scripts/services env kafka)\"");
        let names = Kind::ALL.map(|kind| format!("bench-{}.{}", std::process::id(), kind.name()));
        let mut topics = Topics { brokers, names, messages: 0, bytes: 0 };
        topics.create();
        let folder = tempfile::tempdir().expect("make a folder");
        let archive = folder.path().join("archive");
        let to = archive.to_str().expect("a text").to_owned();
        let emulated = EmulateArgs { to, posts, partitions: Some(PARTITIONS), ..EmulateArgs::default() };
        emulate::run(&emulated, &Config::default().s3).expect("the archive is written");
        topics.produce(&archive);
        topics
    }

    fn produce(&mut self, archive: &Path) {
        let producer: BaseProducer =
            self.client().set("linger.ms", "20").set("compression.type", "lz4").create().expect("a producer");
        for object in WalkDir::new(archive).sort_by_file_name() {
            let object = object.expect("read the archive");
            let name = object.file_name().to_string_lossy();
            let kind = Kind::ALL.into_iter().find(|kind| name.contains(&format!(".{}+", kind.name())));
            let (true, Some(kind)) = (object.file_type().is_file(), kind) else { continue };
            let partition = name.split('+').nth(1).and_then(|number| number.parse().ok());
            let partition = partition.expect("the layout has it");
            let text = fs::read_to_string(object.path()).expect("read an object");
            for line in text.lines() {
                let record =
                    || BaseRecord::<str, str>::to(self.name(kind)).partition(partition).payload(line);
                while let Err((error, _)) = producer.send(record()) {
                    assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull));
                    producer.poll(Duration::from_millis(10));
                }
                self.messages += 1;
                self.bytes += line.len() as u64;
            }
        }
        producer.flush(PATIENCE).expect("they are delivered");
    }

    /// Seconds that a consumer takes that only counts.
    pub fn consume(&self) -> f64 {
        let begin = Instant::now();
        let consumer: BaseConsumer = self.client().set("group.id", "bench").create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        for name in &self.names {
            for number in 0..PARTITIONS {
                list.add_partition_offset(name, number as i32, Offset::Beginning).expect("an offset");
            }
        }
        consumer.assign(&list).expect("assign it");
        let (mut messages, mut bytes) = (0, 0);
        while messages < self.messages {
            if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
                messages += 1;
                bytes += message.payload().map_or(0, <[u8]>::len) as u64;
            }
            assert!(begin.elapsed() < PATIENCE, "{messages} messages");
        }
        assert_eq!(bytes, self.bytes);
        begin.elapsed().as_secs_f64()
    }

    /// What a run needs to be told to read them.
    pub fn configuration(&self) -> String {
        let Topics { brokers, names, .. } = self;
        format!("[[source]]\ntype = \"kafka\"\nbrokers = \"{brokers}\"\ntopics = {names:?}\n")
    }

    /// That of a kind.
    pub fn name(&self, kind: Kind) -> &str {
        &self.names[kind as usize]
    }

    /// Settings of a client.
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }

    fn create(&self) {
        let new = |name| NewTopic::new(name, PARTITIONS as i32, TopicReplication::Fixed(1));
        let new: Vec<NewTopic<'_>> = self.names.iter().map(|name| new(name)).collect();
        self.admin(async |admin| admin.create_topics(&new, &AdminOptions::new()).await.map(drop));
    }

    fn admin(
        &self,
        ask: impl AsyncFnOnce(&AdminClient<DefaultClientContext>) -> rdkafka::error::KafkaResult<()>,
    ) {
        let admin = self.client().create().expect("make a client");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("make a runtime");
        runtime.block_on(ask(&admin)).expect("the broker answers");
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.admin(async |admin| admin.delete_topics(&names, &AdminOptions::new()).await.map(drop));
    }
}
