//! Messages that are invented: records of all kinds, corrections, deletes, tombstones and rejects.

use crate::cluster::Message;
use crate::producer::invented;
use crate::random::Random;
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

/// So many messages to these topics, about fewer posts, so that most are corrections.
pub fn messages(topics: &[String], count: u64, inds: u64, random: &mut Random) -> Vec<Message> {
    (0..count).map(|number| message(topics, number, inds, random)).collect()
}

fn message(topics: &[String], number: u64, inds: u64, random: &mut Random) -> Message {
    let (kind, ind) = (Kind::ALL[random.below(3) as usize], random.below(inds));
    let topic =
        topics.iter().find(|topic| topic.ends_with(kind.name())).expect("each kind has a topic").clone();
    let value = match random.below(50) {
        0..3 => None,
        3 => Some(b"{\"ind\": ".to_vec()),
        4 => Some(b"[1]".to_vec()),
        5 => Some(Vec::new()),
        6 => Some(b" \n".to_vec()),
        // One value over several lines.
        7..10 => Some(format!("{:#}", invented(kind, ind, random, number)).into_bytes()),
        _ => Some(invented(kind, ind, random, number).to_string().into_bytes()),
    };
    // A few have no key, and go anywhere.
    let key = (random.below(10) > 0 || value.is_none()).then(|| ind.to_string());
    Message { topic, key, value, ..Message::default() }
}

/// Pins, all in the first partition.
pub fn pins(topic: &str, inds: Range<u64>) -> Vec<Message> {
    let pin = |ind| {
        let value = format!(r#"{{"index":{ind},"category":"art"}}"#).into_bytes();
        Message { topic: topic.to_owned(), partition: Some(0), value: Some(value), ..Message::default() }
    };
    inds.map(pin).collect()
}
