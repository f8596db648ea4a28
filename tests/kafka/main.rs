//! Topics of Kafka as the source of a run: a real broker, which `scripts/services up kafka` starts, or one of a test's own.

#[path = "../../dataflows/tests/naive/mod.rs"]
mod naive;
// What is shared with the tests of the embedded log is not all needed here.
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
#[path = "../s3/bucket.rs"]
mod bucket;
#[allow(dead_code)]
#[path = "../s3/proxy.rs"]
mod proxy;

mod cluster;
mod topics;
mod broker;
mod content;
mod messages;
mod many;
mod run;
mod smoke;
mod volume;
mod kills;
mod leaders;
mod transactions;
mod found_later;
mod starts;
mod gaps;
mod made_again;
mod archive;
mod hand_over;
mod archive_gaps;
mod archive_store;
mod backfill;
mod codecs;
mod poison;
mod pauses;
mod progress;
mod security;
mod signature;
mod gate;
mod sts;
mod msk_iam;
mod broken;
mod page;
mod refused;
mod stored;
mod door;
mod door_streams;
mod door_outage;
mod door_rights;
mod emulated;
mod door_volume;
