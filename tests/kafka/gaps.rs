//! Messages that are gone before they were read: reading stops and says which, or goes on behind them and counts them.

use crate::checks::wait_for;
use crate::cluster::Cluster;
use crate::content::{Content, content, with_new};
use crate::log_files::Partition;
use crate::many::{self, Many};
use crate::messages::pins;
use crate::run::{self, Run};
use crate::topics::Topics;

#[test]
fn a_topic_whose_beginning_is_gone_is_not_read() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    cluster.delete_records(&topics[0], 0, 4);
    let run = run::start(&cluster, &topics, "");
    let told = run.wait_until_told("Kafka stopped");
    let gap = format!(
        "topic {} partition 0: the messages from offset 0 to 3 are gone before they were read",
        topics[0]
    );
    assert!(told.contains(&gap) && told.contains("source.on_gap"), "{told}");
    assert_eq!(run.partitions().len(), 0);
}

#[test]
fn its_rest_is_read_if_that_is_wanted() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    cluster.delete_records(&topics[0], 0, 4);
    let run = run::start(&cluster, &topics, "on_gap = \"skip\"");
    run.check(&topics);
    check_lost(&run, &topics, 4);
}

/// Stops the process, as if it was slow, until what it would read next is gone. A question that it had asked before is
/// answered with the first message, which it may have or not; gives what the topic held then.
fn overtake(run: &Run, cluster: &Cluster, topics: &[String]) -> Content {
    run.program.signal("STOP");
    cluster.send(&pins(&topics[0], 10..11));
    let content = content(cluster, topics);
    cluster.send(&pins(&topics[0], 11..500));
    cluster.delete_records(&topics[0], 0, 480);
    run.program.signal("CONT");
    content
}

#[test]
fn retention_that_overtakes_stops_reading() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    let run = run::start(&cluster, &topics, "");
    run.check(&topics);
    let mut content = overtake(&run, &cluster, &topics);
    let told = run.wait_until_told("Kafka stopped");
    let is_first_read = told.contains("the messages from offset 11 to 479 are gone");
    assert!(is_first_read || told.contains("the messages from offset 10 to 479 are gone"), "{told}");
    // The views stay what they were.
    content.records.truncate(if is_first_read { 11 } else { 10 });
    run.check_shown(&content);
}

#[test]
fn or_is_gone_on_behind() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..10));
    let run = run::start(&cluster, &topics, "on_gap = \"skip\"");
    run.check(&topics);
    let mut content = overtake(&run, &cluster, &topics);
    let lost = || run.partitions()[&(topics[0].clone(), 0)]["lost"].as_u64().expect("a number");
    let lost = wait_for("the gap", || if lost() > 0 { Ok(lost()) } else { Err(run.status().to_string()) });
    assert!((469..=470).contains(&lost), "{lost}");
    content.records.truncate(480 - lost as usize);
    for more in [0, 3] {
        cluster.send(&pins(&topics[0], 0..more));
        let rest = self::content(&cluster, &topics);
        content.records.retain(|record| record.offset < 480);
        content.records.extend(rest.records);
        content.bounds = rest.bounds;
        run.check_content(&content);
    }
    check_lost(&run, &topics, lost);
}

/// Every second partition of many is overtaken in the middle, wherever reading them is.
#[test]
fn a_long_reading_that_is_overtaken_goes_on_behind() {
    let count = many::count(20_000);
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, many::PARTITIONS);
    let mut many = Many::of(count, &topics);
    many.send(&cluster, count / 2);
    let run = run::start(&cluster, &topics, "on_gap = \"skip\"");
    run.wait_for_positions(count / 10);
    run.program.signal("STOP");
    // What was asked for before is answered with these at most.
    cluster.send(&many.messages(20));
    many.send(&cluster, count / 4);
    let before = content(&cluster, &topics);
    let is_overtaken = |(_, number): &Partition| number % 2 == 0;
    for ((topic, number), (_, high)) in before.bounds.iter().filter(|(partition, _)| is_overtaken(partition))
    {
        cluster.delete_records(topic, *number as i32, *high as i64);
    }
    many.send(&cluster, count / 4);
    run.program.signal("CONT");

    let mut content = with_new(&before, &cluster, &topics);
    run.wait_for_positions(content.positions());
    let mut gaps = Vec::new();
    for (partition, told) in run.partitions() {
        let (lost, (_, to)) = (told["lost"].as_u64().expect("a number"), before.bounds[&partition]);
        assert_eq!(lost > 0, is_overtaken(&partition), "{told}");
        if lost > 0 {
            let (topic, number) = &partition;
            gaps.push(format!("partition=\"topic {topic} partition {number}\" from={} to={to}", to - lost));
            let is_gone = |offset| (to - lost..to).contains(&offset);
            content.records.retain(|record| record.partition != partition || !is_gone(record.offset));
        }
    }
    run.check_content(&content);
    for _ in 0..gaps.len() {
        let line =
            run.program.wait_for_line("messages are gone before they were read").expect("a gap is told");
        gaps.retain(|gap| !line.contains(gap));
    }
    assert_eq!(gaps, [""; 0], "these are not told");
}

#[track_caller]
fn check_lost(run: &Run, topics: &[String], lost: u64) {
    let partition = &run.partitions()[&(topics[0].clone(), 0)];
    assert_eq!((&partition["lost"], &partition["skipped"]), (&lost.into(), &lost.into()));
}
