//! Messages in topics become views, those that are there at the start and those that come.

use crate::cluster::Cluster;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

#[test]
fn the_views_are_those_of_the_topics() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 3);
    let mut random = Random::new(seed());
    cluster.send(&messages(&topics, 5_000, 500, &mut random));
    let run = run::start(&cluster, &topics, "");
    run.check(&topics);
    for _ in 0..3 {
        cluster.send(&messages(&topics, 500, 500, &mut random));
        run.check(&topics);
    }
    assert_eq!(run.status()["duplicates"], 0);
    run.program.stop();
}
