//! Streams of a Kinesis server, and what a test does with them.

use crate::cluster::unique;
use crate::tap::{Done, Following, command, done, values};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, Shard};
use serde_json::Value;
use std::process::Command;
use std::{env, fs};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// What one request may put.
const MOST_PUT: usize = 500;

/// A server that runs.
#[derive(Clone)]
pub struct Server {
    /// `http://host:port`.
    pub endpoint: String,
    pub region: String,
    pub key: (String, String),
}

/// A stream that is deleted when it is dropped.
pub struct Stream {
    pub server: Server,
    pub name: String,
    client: Client,
    runtime: Runtime,
}

/// A record to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    pub key: String,
    pub hash_key: Option<String>,
    pub data: Vec<u8>,
}

/// Where a record came to: the shard, and its sequence number.
pub type At = (String, String);

/// A variable that `scripts/services env` sets.
pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; start the server with `scripts/services up kinesis`, and then run `eval \"$(scripts/services env)\"`")
    })
}

impl Server {
    /// The one that all tests share.
    pub fn shared() -> Server {
        let variable = |name: &str| variable(&format!("PINFLOW_TEST_KINESIS_{name}"));
        Server {
            endpoint: variable("ENDPOINT"),
            region: variable("REGION"),
            key: (variable("ACCESS_KEY_ID"), variable("SECRET_ACCESS_KEY")),
        }
    }

    /// The same behind another address.
    pub fn behind(&self, endpoint: &str) -> Server {
        Server { endpoint: endpoint.to_owned(), ..self.clone() }
    }

    pub fn client(&self) -> Client {
        let credentials = Credentials::new(&self.key.0, &self.key.1, None, None, "test");
        let config = aws_sdk_kinesis::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new(self.region.clone()))
            .endpoint_url(&self.endpoint)
            .credentials_provider(credentials);
        Client::from_conf(config.build())
    }

    /// Runs it to its end, as somebody who may read this server; the configuration says where that is.
    pub fn tap(&self, args: &[&str]) -> Done {
        let folder = TempDir::new().expect("make a folder");
        let config = folder.path().join("pinflow.toml");
        let settings = format!("[kinesis]\nendpoint = \"{}\"\nregion = \"{}\"\n", self.endpoint, self.region);
        fs::write(&config, settings).expect("write the configuration");
        let mut command = self.command(args);
        command.arg("--config").arg(config);
        done(command)
    }

    /// Its lines, where all goes well.
    #[track_caller]
    pub fn shown(&self, args: &[&str]) -> Vec<Value> {
        let done = self.tap(args);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{args:?}");
        values(&done.out)
    }

    /// Starts one that goes on; the environment says where the server is.
    pub fn follow(&self, args: &[&str]) -> Following {
        let mut command = self.command(args);
        command.env("AWS_ENDPOINT_URL", &self.endpoint).env("AWS_REGION", &self.region);
        Following::run(command)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = nobody(args);
        command.env("AWS_ACCESS_KEY_ID", &self.key.0).env("AWS_SECRET_ACCESS_KEY", &self.key.1);
        command
    }
}

/// pinflow, as nobody in particular: nothing of the surroundings says who asks.
pub fn nobody(args: &[&str]) -> Command {
    let mut command = command(args);
    command.env_clear().env("HOME", "/nonexistent").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

impl Stream {
    /// A new stream, whose name ends in its kind.
    pub fn new(kind: &str, shards: i32) -> Stream {
        Stream::on(Server::shared(), kind, shards)
    }

    pub fn on(server: Server, kind: &str, shards: i32) -> Stream {
        let (client, name) = (server.client(), format!("{}-{kind}", unique("tap")));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let made = client.create_stream().stream_name(&name).shard_count(shards);
        runtime.block_on(made.send()).expect("make a stream");
        let stream = Stream { server, name, client, runtime };
        stream.wait();
        stream
    }

    pub fn source(&self) -> String {
        format!("kinesis://{}", self.name)
    }

    /// Puts records, in their order, and tells where they came to.
    pub fn put(&self, records: &[Put]) -> Vec<At> {
        records.chunks(MOST_PUT).flat_map(|records| self.put_some(records)).collect()
    }

    fn put_some(&self, records: &[Put]) -> Vec<At> {
        let entry = |put: &Put| {
            let entry = PutRecordsRequestEntry::builder().partition_key(&put.key);
            let entry = entry.set_explicit_hash_key(put.hash_key.clone());
            entry.data(Blob::new(put.data.clone())).build().expect("a whole entry")
        };
        let entries = Some(records.iter().map(entry).collect());
        let request = self.client.put_records().stream_name(&self.name).set_records(entries);
        let answer = self.runtime.block_on(request.send()).expect("put records");
        let at = answer.records().iter().map(|put| {
            let told = put.shard_id().zip(put.sequence_number());
            let (shard, number) = told.unwrap_or_else(|| panic!("{put:?}"));
            (shard.to_owned(), number.to_owned())
        });
        at.collect()
    }

    pub fn shards(&self) -> Vec<Shard> {
        let request = self.client.list_shards().stream_name(&self.name);
        let answer = self.runtime.block_on(request.send()).expect("list shards");
        answer.shards().to_vec()
    }

    /// Splits a shard in the middle.
    pub fn split(&self, shard: &str) {
        let shards = self.shards();
        let keys =
            shards.iter().find(|known| known.shard_id() == shard).and_then(|shard| shard.hash_key_range());
        let keys = keys.expect("it is listed");
        let number = |digits: &str| digits.parse::<u128>().expect("a number");
        let (first, last) = (number(keys.starting_hash_key()), number(keys.ending_hash_key()));
        let middle = first + (last - first) / 2 + 1;
        let request = self.client.split_shard().stream_name(&self.name).shard_to_split(shard);
        self.runtime
            .block_on(request.new_starting_hash_key(middle.to_string()).send())
            .expect("split a shard");
        self.wait();
    }

    /// Merges two shards that are neighbours.
    pub fn merge(&self, shard: &str, other: &str) {
        let request = self.client.merge_shards().stream_name(&self.name).shard_to_merge(shard);
        self.runtime.block_on(request.adjacent_shard_to_merge(other).send()).expect("merge shards");
        self.wait();
    }

    /// Waits until it can be used.
    fn wait(&self) {
        loop {
            let request = self.client.describe_stream_summary().stream_name(&self.name);
            let answer = self.runtime.block_on(request.send()).expect("describe a stream");
            let status = answer.stream_description_summary().map(|told| told.stream_status().as_str());
            if status == Some("ACTIVE") {
                return;
            }
        }
    }
}

impl Drop for Stream {
    /// The server may have been killed.
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.delete_stream().stream_name(&self.name).send());
    }
}

/// Records with their numbers as keys of pins, and so many partition keys.
pub fn pins(numbers: std::ops::Range<usize>, keys: usize) -> Vec<Put> {
    let pin = |number: usize| Put {
        key: format!("key-{}", number % keys),
        hash_key: None,
        data: format!(r#"{{"index": {number}}}"#).into_bytes(),
    };
    numbers.map(pin).collect()
}

/// A text of a line.
pub fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_else(|| panic!("no {name}: {line}"))
}

/// The numbers of records that `pins` makes.
pub fn numbers(lines: &[Value]) -> Vec<u64> {
    lines.iter().map(|line| line["record"]["index"].as_u64().unwrap_or_else(|| panic!("{line}"))).collect()
}
