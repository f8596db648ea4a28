//! Messages that are no records are rejected, each with its position and its bytes; tombstones delete what their key names.

use crate::checks::wait_for;
use crate::cluster::{Cluster, Message};
use crate::run;
use crate::topics::Topics;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A key, a value, and why it is rejected if it is.
type Sent = (Option<&'static str>, Option<&'static [u8]>, Option<&'static str>);

const NOT_JSON: Option<&str> = Some("not JSON");
const NOT_AN_OBJECT: Option<&str> = Some("not an object");
const NO_IND: Option<&str> = Some("no usable ind");

const SENT: [Sent; 27] = [
    (None, Some(br#"{"index":1,"category":"art"}"#), None),
    (None, Some(b""), NOT_JSON),
    (None, Some(b" "), NOT_JSON),
    (None, Some(b"\n"), NOT_JSON),
    (None, Some(b"\r"), NOT_JSON),
    (None, Some(b"{"), NOT_JSON),
    (None, Some(b"{\"index\":1}}"), NOT_JSON),
    (None, Some(b"{\"index\":1}\n{\"index\":2}"), NOT_JSON),
    (None, Some(b"\xff\xfe"), NOT_JSON),
    // Alone each is a part of a character; together they would be one.
    (None, Some(b"{\"index\":1,\"category\":\"\xc3"), NOT_JSON),
    (None, Some(b"\xa9\"}"), NOT_JSON),
    (None, Some(b"\0\0\0\0\x07{\"index\":1}"), NOT_JSON),
    (None, Some(b"nul"), NOT_JSON),
    (None, Some(b"null"), NOT_AN_OBJECT),
    (None, Some(b"7"), NOT_AN_OBJECT),
    (None, Some(b"[{\"index\":1}]"), NOT_AN_OBJECT),
    (None, Some(b"{}"), NO_IND),
    (None, Some(b"{\"index\":-1}"), NO_IND),
    (None, Some(b"{\"index\":\"\"}"), NO_IND),
    (None, Some(b"{\n  \"index\": 2,\r\n  \"category\": \"art\"\n}\n"), None),
    (None, None, NO_IND),
    (Some("post"), None, NO_IND),
    (Some("-1"), None, NO_IND),
    (Some("{\"id\":1}"), None, NO_IND),
    (Some("1"), None, None),
    (Some("{\"index\":\"2\"}"), None, None),
    (Some("007"), None, None),
];

#[test]
fn every_sort_is_told_with_its_position_and_its_bytes() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let messages = SENT.map(|(key, value, _)| Message {
        topic: topics[0].clone(),
        key: key.map(str::to_owned),
        value: value.map(<[u8]>::to_vec),
        ..Message::default()
    });
    cluster.send(&messages);
    let run = run::start(&cluster, &topics, "");
    run.program.wait_until_ready();
    let expected: Vec<(u64, &str, Option<&[u8]>)> = (0..)
        .zip(SENT)
        .filter_map(|(offset, (_, value, reason))| reason.map(|reason| (offset, reason, value)))
        .collect();
    let letters = wait_for("dead letters", || {
        let letters = run.letters();
        if letters.len() == expected.len() { Ok(letters) } else { Err(format!("{letters:?}")) }
    });
    for ((offset, reason, value), letter) in expected.into_iter().zip(letters) {
        assert_eq!((&letter["position"], &letter["reason"]), (&offset.into(), &reason.into()), "{letter}");
        assert_eq!(letter["topic"], topics[0].as_str());
        assert_eq!(letter["source"], format!("kafka://{}", cluster.brokers));
        if let Some(value) = value {
            let record = letter["record"].as_str().map(|text| text.as_bytes().to_vec());
            let encoded = || BASE64_STANDARD.decode(letter["record_base64"].as_str().expect("a record"));
            assert_eq!(record.unwrap_or_else(|| encoded().expect("base64")), value, "{letter}");
        }
    }
    let partition = &run.partitions()[&(topics[0].clone(), 0)];
    let rejected = SENT.iter().filter(|(.., reason)| reason.is_some()).count();
    assert_eq!((&partition["position"], &partition["rejected"]), (&SENT.len().into(), &rejected.into()));
    assert_eq!(run.program.client().get("/v1/posts/1").status, 404);
    assert_eq!(run.program.client().get("/v1/posts/2").status, 404);
}
