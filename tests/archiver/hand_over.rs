//! Runs read what was archived, then follow the topics: the views are those of both, wherever the archiver ended.

use crate::cluster::Cluster;
use crate::command::Archive;
use crate::content::{content, with_new};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

#[test]
fn what_was_archived_is_gone_on_with_wherever_it_ends() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    let archive = Archive::of(&cluster, &topics, "", "[archive]\nobject_records = 30");
    let backfill = format!("backfill = {:?}", archive.to);
    let mut all = content(&cluster, &topics);
    for _ in 0..10 {
        cluster.send(&messages(&topics, 1 + random.below(300), 100, &mut random));
        archive.once();
        all = with_new(&all, &cluster, &topics);
        // The topics have none of it any more, a part, or all that they had.
        for ((topic, number), (low, high)) in &all.bounds {
            let first = match random.below(3) {
                0 => *high,
                1 => low + random.below(high - low + 1),
                _ => *low,
            };
            if first > *low {
                cluster.delete_records(topic, *number as i32, first as i64);
            }
        }
        cluster.send(&messages(&topics, random.below(200), 100, &mut random));
        all = with_new(&all, &cluster, &topics);
        let run = run::start(&cluster, &topics, &backfill);
        run.check_content(&all);
        assert_eq!(run.status()["duplicates"], 0);
        run.program.stop();
    }
}
