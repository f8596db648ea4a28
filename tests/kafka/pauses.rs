//! A run that takes in less than comes reads no further for a while, and loses nothing.

use crate::cluster::Cluster;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

#[test]
fn reading_pauses_while_too_much_waits() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    cluster.send(&messages(&topics, 40_000, 2_000, &mut Random::new(seed())));
    // Blocks and queues as small as they can be, so that a mebibyte waits soon.
    let config = format!(
        "[replay]\nprefetch_blocks = 1\nblock_bytes = 4096\n{}",
        run::config(&cluster, &topics, "in_flight_max_bytes = 1048576")
    );
    let run = run::start_with(&cluster, &config);
    let content = crate::content::content(&cluster, &topics);
    run.check_content(&content);
    assert!(run.paused() > 0, "{}", run.status());
    assert_eq!(run.status()["duplicates"], 0);
}
