//! Messages that are gone before they were archived.

use crate::archived::{check, records_once};
use crate::cluster::Cluster;
use crate::command::Archive;
use crate::content::content;
use crate::messages::pins;
use crate::topics::Topics;

#[test]
fn a_gap_stops_the_archiver_unless_it_is_to_be_skipped() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    cluster.delete_records(&topics[0], 0, 4);
    let archive = Archive::of(&cluster, &topics, "", "");
    archive.check_failure(&["--once"], 1, "the messages from offset 0 to 3 are gone before they were read");
    assert_eq!(records_once(archive.path()).1, []);

    let skipping = Archive::of(&cluster, &topics, "on_gap = \"skip\"", "").to(&archive.to);
    skipping.once();
    let objects = check(skipping.path(), &content(&cluster, &topics));
    assert_eq!(objects[0].start, 4);

    // Behind what the archive holds, it is one again.
    cluster.send(&pins(&topics[0], 10..20));
    cluster.delete_records(&topics[0], 0, 15);
    archive.check_failure(&["--once"], 1, "the messages from offset 10 to 14 are gone before they were read");
    skipping.once();
    let (objects, records) = records_once(skipping.path());
    let offsets: Vec<u64> = records.iter().map(|record| record.offset).collect();
    assert_eq!(offsets, (4..10).chain(15..20).collect::<Vec<_>>());
    assert_eq!(objects[1].start, 10);
}
