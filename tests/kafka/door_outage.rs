//! The front door while no broker answers, or one stands still.

use crate::broker::Broker;
use crate::checks::wait_for;
use crate::client::{Answer, Client};
use crate::cluster::Message;
use crate::content::content;
use crate::door::produce;
use crate::run::{self, Run};
use crate::topics::Topics;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// What the configuration says, and how much later an answer may come: librdkafka looks at its messages every second.
const TIMEOUT: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(3);

/// A broker of its own, a topic of one partition, and a run before it.
fn open(more: &str) -> (Broker, Topics, Run) {
    open_before(Broker::start(), more)
}

/// The same with another broker.
pub fn open_before(broker: Broker, more: &str) -> (Broker, Topics, Run) {
    let topics = Topics::of_pins(&broker.cluster, 1, &[]);
    let door = format!("[front_door]\ntimeout_ms = {}\n{more}", TIMEOUT.as_millis());
    let run = run::start(&broker.cluster, &topics, &door);
    run.wait_for_partitions(1);
    (broker, topics, run)
}

pub fn record(ind: u64) -> Value {
    json!({ "value": { "index": ind, "category": format!("c{}", ind % 5) } })
}

/// Sends one record, and holds the time of the answer against the bound.
pub fn send(client: &mut Client, topic: &str, ind: u64) -> Answer {
    let begin = Instant::now();
    let answer = produce(client, topic, &json!([record(ind)]));
    assert!(begin.elapsed() < 2 * TIMEOUT + GRACE, "{:?}: {answer:?}", begin.elapsed());
    answer
}

/// The `ind`s that a topic holds, each as often as it does.
pub fn stored(broker: &Broker, topics: &Topics) -> Vec<u64> {
    let records = content(&broker.cluster, topics).records;
    let ind = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["index"].as_u64();
    records.iter().map(|record| ind(&record.text).expect("an index")).collect()
}

#[test]
fn what_was_acknowledged_survives_a_killed_broker_and_what_was_not_sent_is_not_there() {
    let (mut broker, topics, run) = open("");
    let mut client = run.program.client();
    let (mut acknowledged, mut not_sent, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut take = |ind: u64, answer: Answer| match answer.status {
        200 => drop(acknowledged.insert(ind)),
        503 => {
            assert!(answer.body.contains("nothing was sent"), "{answer:?}");
            assert_eq!(answer.json()["error_code"], 50003);
            assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
            not_sent.insert(ind);
        }
        504 => drop(unknown.insert(ind)),
        _ => panic!("{answer:?}"),
    };
    (0..300).for_each(|ind| take(ind, send(&mut client, &topics[0], ind)));
    broker.kill();
    (300..304).for_each(|ind| take(ind, send(&mut client, &topics[0], ind)));
    let put = client.send(
        "PUT",
        &format!("/streams/{}/record", topics[0]),
        "",
        br#"{"Data":{},"PartitionKey":"x"}"#,
    );
    let put = put.expect("it answers");
    assert_eq!((put.status, &put.json()["__type"]), (503, &json!("ServiceUnavailable")), "{put:?}");
    assert_eq!(client.ingest("pin", "{\"ind\":1}").status, 503);
    assert_eq!(client.send("POST", "/pin/", "", b"{}").expect("it answers").status, 503);
    assert_eq!(client.get("/livez").status, 200);
    broker.start_again();
    // A start may take longer than a connection is kept with nothing to do.
    let mut client = run.program.client();
    wait_for("the broker's answer", || {
        let answer = send(&mut client, &topics[0], 304);
        let is_stored = answer.status == 200;
        let told = format!("{answer:?}");
        if is_stored { Ok(()) } else { Err(told) }
    });
    (305..400).for_each(|ind| take(ind, send(&mut client, &topics[0], ind)));
    assert!(not_sent.len() >= 3 && acknowledged.len() >= 390, "{not_sent:?} {unknown:?}");
    let stored = stored(&broker, &topics);
    let all: BTreeSet<u64> = stored.iter().copied().collect();
    assert!(acknowledged.is_subset(&all));
    assert_eq!(not_sent.intersection(&all).count(), 0, "{not_sent:?}");
    for ind in acknowledged.iter().chain(&unknown) {
        assert!(stored.iter().filter(|stored| *stored == ind).count() <= 1, "{ind} is stored twice");
    }
    run.check(&topics);
    run.program.stop();
}

#[test]
fn what_is_not_confirmed_in_time_has_an_unknown_outcome() {
    let (broker, topics, run) = open("");
    let mut client = run.program.client();
    assert_eq!(send(&mut client, &topics[0], 0).status, 200);
    broker.freeze();
    let answer = send(&mut client, &topics[0], 1);
    assert_eq!((answer.status, &answer.json()["error_code"]), (504, &json!(50003)), "{answer:?}");
    assert!(answer.json()["message"].as_str().expect("a text").contains("the outcome is unknown"));
    // Now it is known that no broker answers.
    wait_for("a refusal", || match send(&mut client, &topics[0], 2) {
        answer if answer.status == 503 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    broker.thaw();
    wait_for("the broker's answer", || match send(&mut client, &topics[0], 3) {
        answer if answer.status == 200 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    let count = |ind| stored(&broker, &topics).into_iter().filter(|stored| *stored == ind).count();
    assert!(count(0) == 1 && count(1) <= 1 && count(3) >= 1);
    run.check(&topics);
    run.program.stop();
}

/// A request of about 300 KB.
fn large(ind: u64) -> String {
    json!({ "ind": ind, "index": ind, "title": "x".repeat(300_000) }).to_string() + "\n"
}

#[test]
fn what_waits_is_bounded_and_goes_its_way_also_if_nobody_waits_for_the_answer() {
    let (broker, topics, run) = open("queue_bytes = 1048576");
    let mut client = run.program.client();
    assert_eq!(client.ingest("pin", &large(0)).status, 200);
    broker.freeze();
    for ind in 1..=3 {
        let mut stream = TcpStream::connect(run.program.address).expect("connect");
        let body = large(ind);
        let head =
            format!("POST /v1/ingest/pin HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).expect("it is taken");
        let waits = || run.status()["front_door"]["waiting_bytes"].as_u64().expect("a number");
        wait_for("the request", || if waits() > ind * 300_000 { Ok(()) } else { Err(waits().to_string()) });
        // It is dropped here: its client has gone.
    }
    let answer = client.ingest("pin", &large(4));
    assert_eq!(answer.status, 429, "{answer:?}");
    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    broker.thaw();
    wait_for("room", || match client.ingest("pin", &large(5)) {
        answer if answer.status == 200 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    assert_eq!(stored(&broker, &topics)[..4], [0, 1, 2, 3]);
    assert_eq!(run.status()["front_door"]["waiting_bytes"], 0);
    run.check(&topics);
    run.program.stop();
}

#[test]
fn a_run_that_stops_answers_what_is_on_its_way() {
    let (broker, topics, run) = open("");
    let mut client = run.program.client();
    assert_eq!(send(&mut client, &topics[0], 0).status, 200);
    broker.freeze();
    let topic = topics[0].clone();
    let sending = thread::spawn(move || send(&mut client, &topic, 1));
    let waits = || run.status()["front_door"]["waiting_bytes"].as_u64().expect("a number");
    wait_for("the request", || if waits() > 0 { Ok(()) } else { Err("none".to_owned()) });
    let begin = Instant::now();
    run.program.stop();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(sending.join().expect("it ends").status, 504);
    broker.thaw();
}

#[test]
fn a_topic_that_is_made_again_takes_records_again() {
    let (broker, topics, run) = open("");
    let mut client = run.program.client();
    (0..5).for_each(|ind| assert_eq!(send(&mut client, &topics[0], ind).status, 200));
    broker.cluster.delete(&topics[0]);
    wait_for("a refusal", || match send(&mut client, &topics[0], 5) {
        answer if answer.status == 404 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    broker.cluster.create(&topics[0], 1, &[]);
    wait_for("the topic", || match send(&mut client, &topics[0], 6) {
        answer if answer.status == 200 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    assert!(stored(&broker, &topics).contains(&6));
    run.program.stop();
}

#[test]
fn nothing_is_taken_while_the_views_are_far_behind() {
    let broker = Broker::start();
    let topics = Topics::of_pins(&broker.cluster, 1, &[]);
    let run = run::start(&broker.cluster, &topics, "[live]\nlag_max_bytes = 1048576");
    run.wait_for_partitions(1);
    run.program.wait_until_ready();
    let text = json!({ "index": 7, "title": "x".repeat(10_000) }).to_string();
    let message = Message { topic: topics[0].clone(), value: Some(text.into_bytes()), ..Message::default() };
    let messages = vec![message; 5_000];
    let cluster = broker.cluster.clone();
    let flood = thread::spawn(move || (0..4).for_each(|_| cluster.send(&messages)));
    let mut client = run.program.client();
    let refused = wait_for("a refusal", || match send(&mut client, &topics[0], 1) {
        answer if answer.status == 429 => Ok(answer),
        answer => Err(format!("{answer:?}")),
    });
    assert!(refused.body.contains("the pipeline is behind"), "{refused:?}");
    flood.join().expect("all is sent");
    wait_for("room", || match send(&mut client, &topics[0], 2) {
        answer if answer.status == 200 => Ok(()),
        answer => Err(format!("{answer:?}")),
    });
    run.program.stop();
}
