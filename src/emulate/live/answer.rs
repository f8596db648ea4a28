//! What an answer says about each message of a request.

use super::dialect::Dialect;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

/// As much of an answer that is no JSON is shown.
const MOST_SHOWN: usize = 200;

/// What became of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// The server has it.
    Accepted(Position),
    /// It does not, for this reason.
    Refused(String),
}

/// Where a message was put, as far as the answer says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Position {
    /// The topic, where the server chose it.
    pub topic: Option<String>,
    /// A number, or the id of a shard; else null.
    pub partition: Value,
    /// A number, or a sequence number as text; else null.
    pub offset: Value,
}

/// The answer of the REST proxy.
#[derive(Deserialize)]
struct Produced {
    offsets: Vec<Offset>,
}

/// A message alone may have failed, if the proxy stands before a cluster.
#[derive(Deserialize)]
struct Offset {
    #[serde(default)]
    partition: Value,
    #[serde(default)]
    offset: Value,
    error_code: Option<i64>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    shard_id: Value,
    sequence_number: Value,
}

#[derive(Deserialize)]
struct Ingested {
    accepted: usize,
    topic: Option<String>,
}

/// What became of the messages of a request that succeeded. An answer of another shape says at least that.
pub fn fates(dialect: Dialect, messages: usize, body: &[u8]) -> Vec<Fate> {
    let mut fates = match dialect {
        Dialect::RestProxy => serde_json::from_slice(body).map(produced).unwrap_or_default(),
        Dialect::Kinesis => serde_json::from_slice(body).map(put).unwrap_or_default(),
        Dialect::Ingest => {
            serde_json::from_slice(body).map(|answer| ingested(answer, messages)).unwrap_or_default()
        }
        Dialect::Pin => Vec::new(),
    };
    fates.resize(messages, Fate::Accepted(Position::default()));
    fates
}

/// Why a server refuses, on one line.
pub fn reason(status: StatusCode, body: &[u8]) -> String {
    let said = serde_json::from_slice(body).ok().and_then(|answer: Value| sentence(&answer));
    let said = said.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let words: Vec<&str> = said.split_whitespace().collect();
    let said: String = words.join(" ").chars().take(MOST_SHOWN).collect();
    format!("{} {said}", status.as_u16()).trim_end().to_owned()
}

fn produced(answer: Produced) -> Vec<Fate> {
    let fate = |offset: Offset| match (offset.error_code, offset.error) {
        (None, None) => {
            Fate::Accepted(Position { topic: None, partition: offset.partition, offset: offset.offset })
        }
        (code, error) => {
            let code = code.map(|code| format!("{code} ")).unwrap_or_default();
            Fate::Refused(format!("error {code}{}", error.unwrap_or_default()).trim_end().to_owned())
        }
    };
    answer.offsets.into_iter().map(fate).collect()
}

fn put(answer: Put) -> Vec<Fate> {
    vec![Fate::Accepted(Position { topic: None, partition: answer.shard_id, offset: answer.sequence_number })]
}

/// What is not accepted is blank, so no record; none of ours is.
fn ingested(answer: Ingested, messages: usize) -> Vec<Fate> {
    let accepted = Fate::Accepted(Position { topic: answer.topic, ..Position::default() });
    let mut fates = vec![accepted; answer.accepted.min(messages)];
    fates.resize(messages, Fate::Refused("counted as blank".to_owned()));
    fates
}

/// `message` of the REST proxy and Kinesis, `detail` of RFC 9457 and of FastAPI, there also a list with `msg`.
fn sentence(answer: &Value) -> Option<String> {
    let texts = [&answer["message"], &answer["detail"], &answer["detail"][0]["msg"], &answer["title"]];
    texts.into_iter().find_map(|text| text.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(topic: Option<&str>, partition: Value, offset: Value) -> Fate {
        Fate::Accepted(Position { topic: topic.map(str::to_owned), partition, offset })
    }

    #[test]
    fn positions_are_what_the_answer_says() {
        let body = br#"{"offsets":[{"partition":1,"offset":7,"error_code":null,"error":null},
            {"error_code":2,"error":"broken"}],"key_schema_id":null}"#;
        let said = fates(Dialect::RestProxy, 2, body);
        assert_eq!(said, [at(None, json!(1), json!(7)), Fate::Refused("error 2 broken".to_owned())]);
        let body = br#"{"SequenceNumber":"49","ShardId":"shardId-000000000001"}"#;
        let said = fates(Dialect::Kinesis, 1, body);
        assert_eq!(said, [at(None, json!("shardId-000000000001"), json!("49"))]);
        let said = fates(Dialect::Ingest, 2, br#"{"accepted":1,"blank":1,"topic":"ingest.pin"}"#);
        let pin = at(Some("ingest.pin"), Value::Null, Value::Null);
        assert_eq!(said, [pin, Fate::Refused("counted as blank".to_owned())]);
    }

    #[test]
    fn success_without_positions_is_success() {
        for dialect in [Dialect::RestProxy, Dialect::Kinesis, Dialect::Pin, Dialect::Ingest] {
            assert_eq!(fates(dialect, 1, b"null"), [at(None, Value::Null, Value::Null)]);
        }
    }

    #[test]
    fn reasons_are_the_servers_own_words() {
        let reason = |body: &str| reason(StatusCode::BAD_REQUEST, body.as_bytes());
        assert_eq!(reason(r#"{"error_code":400,"message":"no JSON"}"#), "400 no JSON");
        assert_eq!(reason(r#"{"__type":"ValidationException","message":"too long"}"#), "400 too long");
        assert_eq!(
            reason(r#"{"type":"about:blank","detail":"line 3 is not JSON"}"#),
            "400 line 3 is not JSON"
        );
        assert_eq!(reason(r#"{"detail":[{"msg":"JSON decode error"}]}"#), "400 JSON decode error");
        assert_eq!(reason("<p>\n no </p>"), "400 <p> no </p>");
        assert_eq!(reason(""), "400");
    }
}
