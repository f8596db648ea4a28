//! `pinflow tap`: archives in folders and in a real store, topics of a real broker, streams of a Kinesis server, and running programs, looked into.

#[path = "../../dataflows/tests/naive/mod.rs"]
mod naive;
// What is shared with other tests is not all needed here.
#[allow(dead_code)]
#[path = "../live/program.rs"]
mod program;
#[allow(dead_code)]
#[path = "../live/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../live/log_files.rs"]
mod log_files;
#[allow(dead_code)]
#[path = "../live/recomputed.rs"]
mod recomputed;
#[allow(dead_code)]
#[path = "../live/checks.rs"]
mod checks;
#[path = "../live/random.rs"]
mod random;
#[allow(dead_code)]
#[path = "../live/producer.rs"]
mod producer;
#[allow(dead_code)]
#[path = "../kafka/cluster.rs"]
mod cluster;
#[allow(dead_code)]
#[path = "../kafka/topics.rs"]
mod topics;
#[allow(dead_code)]
#[path = "../kafka/content.rs"]
mod content;
#[allow(dead_code)]
#[path = "../kafka/messages.rs"]
mod messages;
#[allow(dead_code)]
#[path = "../kafka/run.rs"]
mod run;
#[allow(dead_code)]
#[path = "../s3/bucket.rs"]
mod bucket;
#[allow(dead_code)]
#[path = "../s3/program.rs"]
mod s3_program;
#[path = "../cleaning/same.rs"]
mod same;

mod tap;
mod cleaning;
mod archives;
mod kafka;
mod following;
mod kinesis_stream;
mod kinesis_server;
mod kinesis_proxy;
mod kinesis;
mod kinesis_shards;
mod kinesis_aggregates;
mod kinesis_refused;
mod kinesis_faults;
mod security;
mod door;
mod log_pages;
mod refused;
