//! The store that the tests talk to, and a bucket of it for each test.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use pinflow::config::AccessKey;
use std::path::Path;
use std::{env, fs};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use walkdir::WalkDir;

/// Objects that are written at the same time.
const WRITES: usize = 16;
/// Objects that one request may delete.
const MOST_DELETED: usize = 1000;

/// A store that runs.
pub struct Server {
    /// `http://host:port`.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// An account that may do everything.
    pub key: AccessKey,
    /// An account that may do nothing with the buckets of the first.
    pub other_key: AccessKey,
}

/// A bucket that is deleted with all its objects when it is dropped.
pub struct TestBucket {
    /// The store that it lies in.
    pub server: Server,
    /// Its name, which no other has.
    pub name: String,
    client: Client,
    runtime: Runtime,
}

impl Server {
    fn from_environment() -> Server {
        let variable = |name: &str| {
            let name = format!("PINFLOW_TEST_S3_{name}");
            env::var(&name).unwrap_or_else(|_| {
                panic!("{name} is not set; start the store with `scripts/services up s3`, and then run `eval \"$(scripts/services env)\"`")
            })
        };
        let key = |id: &str, secret: &str| AccessKey { id: variable(id), secret: variable(secret) };
        Server {
            endpoint: variable("ENDPOINT"),
            region: variable("REGION"),
            key: key("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"),
            other_key: key("OTHER_ACCESS_KEY_ID", "OTHER_SECRET_ACCESS_KEY"),
        }
    }

    fn client(&self) -> Client {
        let credentials = Credentials::new(&self.key.id, &self.key.secret, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new(self.region.clone()))
            .endpoint_url(&self.endpoint)
            .force_path_style(true)
            .credentials_provider(credentials);
        Client::from_conf(config.build())
    }
}

impl TestBucket {
    /// A new bucket.
    pub fn new(purpose: &str) -> TestBucket {
        let server = Server::from_environment();
        let client = server.client();
        let name = format!("pinflow-{purpose}-{}", std::process::id());
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        runtime.block_on(client.create_bucket().bucket(&name).send()).expect("make a bucket");
        TestBucket { server, name, client, runtime }
    }

    /// `s3://bucket/prefix`.
    pub fn source(&self, prefix: &str) -> String {
        format!("s3://{}/{prefix}", self.name)
    }

    /// Writes an object.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.runtime.block_on(put(self.client.clone(), self.name.clone(), key.to_owned(), bytes.to_vec()));
    }

    /// Writes objects that all hold the same.
    pub fn put_all(&self, keys: &[String], bytes: &[u8]) {
        self.put_each(keys.iter().map(|key| (key.clone(), bytes.to_vec())).collect());
    }

    /// Writes objects.
    pub fn put_each(&self, objects: Vec<(String, Vec<u8>)>) {
        self.runtime.block_on(async {
            let mut writes = JoinSet::new();
            for (key, bytes) in objects {
                if writes.len() >= WRITES {
                    writes.join_next().await.expect("a write is on its way").expect("it succeeds");
                }
                writes.spawn(put(self.client.clone(), self.name.clone(), key, bytes));
            }
            writes.join_all().await;
        });
    }

    /// Writes all files of a folder.
    pub fn put_folder(&self, folder: &Path, prefix: &str) {
        let files = WalkDir::new(folder).into_iter().map(|entry| entry.expect("a folder"));
        let files = files.filter(|entry| entry.file_type().is_file()).map(|entry| {
            let below = entry.path().strip_prefix(folder).expect("below the folder").to_str().expect("UTF-8");
            (format!("{prefix}/{below}"), fs::read(entry.path()).expect("a file"))
        });
        self.put_each(files.collect());
    }

    /// Deletes an object.
    pub fn delete(&self, key: &str) {
        let request = self.client.delete_object().bucket(&self.name).key(key);
        self.runtime.block_on(request.send()).expect("delete an object");
    }

    fn delete_all(&self) {
        self.runtime.block_on(async {
            let mut pages = self.client.list_objects_v2().bucket(&self.name).into_paginator().send();
            let mut keys = Vec::new();
            while let Some(page) = pages.next().await {
                let page = page.expect("list a bucket");
                keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
            }
            // What lies below an object's folder goes first.
            keys.sort_by(|a, b| b.cmp(a));
            for keys in keys.chunks(MOST_DELETED) {
                let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
                let objects = objects.collect::<Result<Vec<_>, _>>().expect("objects have keys");
                let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
                let request = self.client.delete_objects().bucket(&self.name);
                request.delete(delete.expect("there are objects")).send().await.expect("delete objects");
            }
            self.client.delete_bucket().bucket(&self.name).send().await.expect("delete a bucket");
        });
    }
}

async fn put(client: Client, bucket: String, key: String, bytes: Vec<u8>) {
    let body = ByteStream::from(bytes);
    let written = client.put_object().bucket(bucket).key(&key).body(body).send().await;
    written.unwrap_or_else(|error| panic!("put {key}: {error:?}"));
}

impl Drop for TestBucket {
    fn drop(&mut self) {
        // A failed test has a message of its own; a second panic would end the process before it is shown.
        if !std::thread::panicking() {
            self.delete_all();
        }
    }
}
