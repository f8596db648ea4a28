//! Messages are read whatever they are compressed with, however large they are, and with headers.

use crate::cluster::{Cluster, Message, PATIENCE};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer};

#[test]
fn all_codecs_are_read() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        cluster.send_with(&[("compression.type", codec)], &messages(&topics, 300, 100, &mut random));
    }
    run::start(&cluster, &topics, "").check(&topics);
}

/// A pin whose description makes it that long.
fn long(topic: &str, ind: u64, bytes: usize) -> Message {
    let (begin, end) = (format!(r#"{{"index":{ind},"category":"art","description":""#), "\"}");
    let description = "x".repeat(bytes - begin.len() - end.len());
    let value = format!("{begin}{description}{end}").into_bytes();
    assert_eq!(value.len(), bytes);
    Message { topic: topic.to_owned(), value: Some(value), ..Message::default() }
}

#[test]
fn messages_of_a_mebibyte_are_read_and_longer_ones_are_rejected() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 2, &[("max.message.bytes", "16000000")]);
    let mebibyte = 1 << 20;
    let mut sent: Vec<Message> = (0..30).map(|ind| long(&topics[0], ind, mebibyte)).collect();
    cluster.send(&sent);
    let run = run::start(&cluster, &topics, "in_flight_max_bytes = 1048576");
    run.check(&topics);
    sent = vec![long(&topics[0], 7, mebibyte + 1), long(&topics[0], 8, 9 << 20), long(&topics[0], 9, 100)];
    cluster.send(&sent);
    let mut content = crate::content::content(&cluster, &topics);
    // What is too large is none to whoever recomputes.
    content
        .records
        .iter_mut()
        .filter(|record| record.text.len() > mebibyte)
        .for_each(|record| record.text.clear());
    run.check_content(&content);
    assert_eq!(run.status()["rejected"]["too large"], 2);
}

#[test]
fn headers_change_nothing() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let producer = cluster.producer(&[]);
    for ind in 0..10 {
        let value = format!(r#"{{"index":{ind},"category":"art"}}"#);
        let headers = OwnedHeaders::new().insert(Header { key: "trace", value: Some("abc") });
        let headers = headers.insert(Header::<&str> { key: "empty", value: None });
        let record = BaseRecord::<str, str>::to(&topics[0]).payload(&value).headers(headers);
        producer.send(record).map_err(|(error, _)| error).expect("it is sent");
    }
    producer.flush(PATIENCE).expect("they are delivered");
    let run = run::start(&cluster, &topics, "");
    assert_eq!(run.check(&topics).records.len(), 10);
}
