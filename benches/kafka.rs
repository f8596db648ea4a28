//! How fast topics of Kafka become views, beside a bare consumer that reads the same and does nothing with it.
//!
//! `cargo bench --bench kafka` reads from the broker that `scripts/services up kafka` starts; `-- POSTS` sets how many posts
//! there are (300,000), each three records. Both are timed from nothing to the last message, in turn.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::json;
use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use walkdir::WalkDir;

const PARTITIONS: i32 = 6;
const ROUNDS: usize = 5;
const KINDS: [&str; 3] = ["pin", "geo", "user"];
const PATIENCE: Duration = Duration::from_secs(600);

struct Topics {
    brokers: String,
    names: Vec<String>,
    messages: u64,
    bytes: u64,
}

fn main() {
    // Cargo adds `--bench`.
    let posts = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(300_000);
    let topics = Topics::filled(posts);
    let (mut bare, mut pinflow) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(topics.consume());
        pinflow.push(topics.run());
    }
    let (bare, pinflow) = (median(bare), median(pinflow));
    let rate = |seconds: f64| topics.messages as f64 / seconds;
    let megabytes = topics.bytes as f64 / 1e6;
    println!("{} messages, {megabytes:.0} MB, {} partitions", topics.messages, PARTITIONS * 3);
    println!("bare consumer  {:>9.0} messages/s, {:>6.1} MB/s", rate(bare), megabytes / bare);
    println!("pinflow        {:>9.0} messages/s, {:>6.1} MB/s", rate(pinflow), megabytes / pinflow);
    println!("pinflow reads at {:.2} of the bare consumer's rate", bare / pinflow);
    if let Some(path) = std::env::var_os("PINFLOW_BENCH_JSON") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("open the file");
        let figure = json!({
            "bench": "kafka", "messages": topics.messages, "bare_consumer_per_s": rate(bare), "pinflow_per_s": rate(pinflow),
        });
        writeln!(file, "{figure}").expect("write the figure");
    }
    topics.delete();
}

impl Topics {
    /// Emulated records of so many posts, each in the partition that the archive has it in.
    fn filled(posts: u64) -> Topics {
        let brokers = env::var("PINFLOW_TEST_KAFKA").expect("eval \"$(scripts/services env kafka)\"");
        let names: Vec<String> =
            KINDS.iter().map(|kind| format!("bench-{}.{kind}", std::process::id())).collect();
        let mut topics = Topics { brokers, names, messages: 0, bytes: 0 };
        topics.create();
        let folder = tempfile::tempdir().expect("make a folder");
        let archive = folder.path().join("archive");
        let mut emulate = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        emulate.arg("emulate").arg("--to").arg(&archive).args(["--posts", &posts.to_string()]);
        emulate.args(["--partitions", &PARTITIONS.to_string()]);
        let done = emulate.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("start pinflow");
        assert!(done.success(), "emulate");
        topics.produce(&archive);
        topics
    }

    fn produce(&mut self, archive: &Path) {
        let producer: BaseProducer = self
            .config()
            .set("linger.ms", "20")
            .set("compression.type", "lz4")
            .create()
            .expect("make a producer");
        for object in WalkDir::new(archive).into_iter().map(|entry| entry.expect("read the archive")) {
            let name = object.file_name().to_string_lossy().into_owned();
            let kind = KINDS.iter().position(|kind| name.contains(&format!(".{kind}+")));
            let (true, Some(kind)) = (object.file_type().is_file(), kind) else { continue };
            // The same for all kinds of a post.
            let partition = name.split('+').nth(1).and_then(|number| number.parse::<i32>().ok());
            let partition = partition.expect("the layout has it");
            let text = fs::read_to_string(object.path()).expect("read an object");
            for line in text.lines() {
                let record =
                    || BaseRecord::<str, str>::to(&self.names[kind]).partition(partition).payload(line);
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
    fn consume(&self) -> f64 {
        let begin = Instant::now();
        let consumer: BaseConsumer =
            self.config().set("group.id", "bench").create().expect("make a consumer");
        let mut list = TopicPartitionList::new();
        for name in &self.names {
            for number in 0..PARTITIONS {
                list.add_partition_offset(name, number, Offset::Beginning).expect("an offset");
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

    /// Seconds until the views have all.
    fn run(&self) -> f64 {
        let folder = tempfile::tempdir().expect("make a folder");
        let config = folder.path().join("pinflow.toml");
        let text = format!(
            "[[source]]\ntype = \"kafka\"\nbrokers = \"{}\"\ntopics = {:?}\n",
            self.brokers, self.names
        );
        fs::write(&config, text).expect("write the configuration");
        let begin = Instant::now();
        let config = pinflow::config::Config::load(Some(&config)).expect("it is valid");
        let config =
            config.with_data(&folder.path().join("data")).with_listen("127.0.0.1:0").expect("an address");
        let run = pinflow::pipeline::Run::start(&config).expect("it starts");
        while !run.is_ready() {
            assert!(begin.elapsed() < PATIENCE, "it does not become ready");
            std::thread::sleep(Duration::from_millis(1));
        }
        let seconds = begin.elapsed().as_secs_f64();
        run.stop();
        seconds
    }

    fn create(&self) {
        let new = self.names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1)));
        let new: Vec<NewTopic<'_>> = new.collect();
        self.admin(async |admin| admin.create_topics(&new, &AdminOptions::new()).await.map(drop));
    }

    fn delete(&self) {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.admin(async |admin| admin.delete_topics(&names, &AdminOptions::new()).await.map(drop));
    }

    fn admin(
        &self,
        ask: impl AsyncFnOnce(&AdminClient<DefaultClientContext>) -> rdkafka::error::KafkaResult<()>,
    ) {
        let admin = self.config().create().expect("make a client");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("make a runtime");
        runtime.block_on(ask(&admin)).expect("the broker answers");
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
