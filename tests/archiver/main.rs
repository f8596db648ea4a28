//! The archiver: topics of a real broker, and the embedded log, into folders and a real store that speaks S3's protocol, which
//! `scripts/services up` starts.

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
#[path = "../kafka/content.rs"]
mod content;
#[path = "../kafka/messages.rs"]
mod messages;
#[allow(dead_code)]
#[path = "../kafka/run.rs"]
mod run;
#[allow(dead_code)]
#[path = "../s3/bucket.rs"]
mod bucket;
#[allow(dead_code)]
#[path = "../s3/proxy.rs"]
mod proxy;

mod command;
mod archive_files;
mod archived;
mod smoke;
mod rejects;
mod kills;
mod together;
mod buckets;
mod log;
mod gaps;
mod progress;
mod refused;
mod others;
mod hand_over;
