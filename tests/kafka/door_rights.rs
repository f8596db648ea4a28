//! The front door before brokers that do not let it send.

use crate::broker::Broker;
use crate::checks::wait_for;
use crate::client::Answer;
use crate::door::produce;
use crate::door_outage::{open_before, record, send, stored};
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ANYBODY: &str = "User:ANONYMOUS";

/// What became of records, by their `ind`.
#[derive(Default)]
struct Sent {
    next: u64,
    stored: BTreeSet<u64>,
    not_stored: BTreeSet<u64>,
    unknown: BTreeSet<u64>,
}

impl Sent {
    /// The next record's `ind`.
    fn ind(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn take(&mut self, ind: u64, answer: &Answer) {
        let inds = match answer.status {
            200 => &mut self.stored,
            403 | 503 => &mut self.not_stored,
            504 => &mut self.unknown,
            _ => panic!("{answer:?}"),
        };
        inds.insert(ind);
    }

    /// What was confirmed is there, once, and what was refused is not.
    #[track_caller]
    fn check(&self, stored: &[u64]) {
        let all: BTreeSet<u64> = stored.iter().copied().collect();
        assert!(self.stored.is_subset(&all), "{:?} {all:?}", self.stored);
        assert_eq!(self.not_stored.intersection(&all).count(), 0, "{:?} {all:?}", self.not_stored);
        assert_eq!(all.len(), stored.len(), "{stored:?}");
    }
}

#[test]
fn who_may_not_write_to_a_topic_is_told_so_until_they_may() {
    let (broker, topics, run) = open_before(Broker::with_rules(), "");
    let (mut client, mut sent, topic) = (run.program.client(), Sent::default(), &topics[0]);
    let ind = sent.ind();
    sent.take(ind, &send(&mut client, topic, ind));
    assert_eq!(sent.stored.len(), 1);
    // A rule about a topic ends what everybody may: this one lets them read.
    let reading = ["--operation", "Read", "--operation", "Describe", "--topic", topic];
    broker.rules(&[&["--add", "--allow-principal", ANYBODY], &reading[..]].concat());
    // Rules take a while, after which an idle connection may be closed.
    let mut client = run.program.client();
    let refused = wait_for("a refusal", || {
        let ind = sent.ind();
        let answer = send(&mut client, topic, ind);
        sent.take(ind, &answer);
        if answer.status == 403 { Ok(answer) } else { Err(format!("{answer:?}")) }
    });
    assert_eq!(refused.json()["error_code"], 40301, "{refused:?}");
    assert!(refused.body.contains("the brokers do not allow it"), "{refused:?}");

    let inds = [sent.ind(), sent.ind()];
    let answer = produce(&mut client, topic, &json!(inds.map(record)));
    assert_eq!(answer.status, 403, "{answer:?}");
    for place in answer.json()["offsets"].as_array().expect("a list") {
        assert_eq!((&place["error_code"], &place["offset"]), (&json!(40301), &Value::Null), "{place}");
    }
    let path = format!("/streams/{topic}/record");
    let body = json!({ "Data": { "index": inds[0] }, "PartitionKey": "x" }).to_string();
    let answer = client.send("PUT", &path, "", body.as_bytes()).expect("it answers");
    assert_eq!(answer.status, 403, "{answer:?}");
    let answer = client.ingest("pin", &format!("{{\"ind\":{}}}\n", inds[0]));
    assert_eq!((answer.status, &answer.json()["not_stored"]), (403, &json!(1)), "{answer:?}");
    sent.not_stored.extend(inds);

    broker.rules(&[&["--remove", "--force", "--allow-principal", ANYBODY], &reading[..]].concat());
    let mut client = run.program.client();
    wait_for("the topic takes records again", || {
        let ind = sent.ind();
        let answer = send(&mut client, topic, ind);
        sent.take(ind, &answer);
        if answer.status == 200 { Ok(()) } else { Err(format!("{answer:?}")) }
    });
    sent.check(&stored(&broker, &topics));
    let door = run.status()["front_door"].clone();
    assert_eq!((&door["stored"], &door["waiting_bytes"]), (&json!(sent.stored.len()), &json!(0)), "{door}");
    run.check(&topics);
    run.program.stop();
}

/// Brokers that give no number to an idempotent client end it for good.
#[test]
fn a_client_that_cannot_go_on_is_replaced_until_one_can() {
    let broker = Broker::with_rules();
    let everything = ["--allow-principal", ANYBODY, "--operation", "All", "--cluster", "--topic", "*"];
    broker.rules(&[&["--add"], &everything[..]].concat());
    let no_number = ["--deny-principal", ANYBODY, "--operation", "IdempotentWrite", "--cluster"];
    let no_topic = ["--deny-principal", ANYBODY, "--operation", "Write", "--topic", "*"];
    broker.rules(&[&["--add"], &no_number[..]].concat());
    broker.rules(&[&["--add"], &no_topic[..]].concat());
    let (broker, topics, run) = open_before(broker, "");
    let (mut sent, topic) = (Sent::default(), &topics[0]);
    let replaced = [(); 6].map(|()| {
        let line = run.program.wait_for_line("another takes its place").expect("it is replaced");
        let time = line.split(' ').next().expect("a time");
        DateTime::parse_from_rfc3339(time).expect("a time").timestamp_millis()
    });
    // After a quarter of a second, then twice as long each time.
    assert!(replaced[5] - replaced[0] > 7_000, "{replaced:?}");
    let mut client = run.program.client();
    wait_for("a refusal that says why", || {
        let ind = sent.ind();
        let answer = send(&mut client, topic, ind);
        sent.take(ind, &answer);
        let is_told = answer.status == 503 && answer.body.contains("Cluster authorization failed");
        if is_told { Ok(()) } else { Err(format!("{answer:?}")) }
    });
    let trouble = run.status()["front_door"]["trouble"].clone();
    assert!(trouble.as_str().is_some_and(|why| why.contains("Cluster authorization failed")), "{trouble}");
    broker.rules(&[&["--remove", "--force"], &no_number[..]].concat());
    broker.rules(&[&["--remove", "--force"], &no_topic[..]].concat());
    let mut client = run.program.client();
    wait_for("the topic takes records", || {
        let ind = sent.ind();
        let answer = send(&mut client, topic, ind);
        sent.take(ind, &answer);
        if answer.status == 200 { Ok(()) } else { Err(format!("{answer:?}")) }
    });
    sent.check(&stored(&broker, &topics));
    wait_for("no trouble", || match &run.status()["front_door"]["trouble"] {
        Value::Null => Ok(()),
        trouble => Err(trouble.to_string()),
    });
    run.check(&topics);
    run.program.stop();
}
