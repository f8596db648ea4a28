//! Batches as requests, in the words of each dialect.

use super::batch::Batch;
use super::dialect::Dialect;
use super::message::Message;
use crate::emulate::records::json::{write_number, write_quoted};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use pinflow_dataflows::kind::Kind;

/// What stands around messages.
pub struct Requests {
    dialect: Dialect,
    topics: [String; 3],
    addresses: [Uri; 3],
}

impl Requests {
    /// Requests to a server's address, which may end in a path; nothing if the two make none.
    pub fn new(server: &Uri, dialect: Dialect, prefix: &str) -> Option<Requests> {
        let topics = Kind::ALL.map(|kind| topic(dialect, prefix, kind));
        let base = server.to_string();
        let base = base.trim_end_matches('/');
        let address = |topic: &String| format!("{base}{}", path(dialect, topic)).parse::<Uri>().ok();
        let [Some(pin), Some(geo), Some(user)] = topics.each_ref().map(address) else { return None };
        Some(Requests { dialect, topics, addresses: [pin, geo, user] })
    }

    /// The request for a batch. The dialect decides how many messages it may have.
    pub fn of(&self, batch: &Batch) -> Request<Bytes> {
        let mut request = Request::new(self.body(batch).into());
        *request.method_mut() = match self.dialect {
            Dialect::Kinesis => Method::PUT,
            Dialect::RestProxy | Dialect::Pin | Dialect::Ingest => Method::POST,
        };
        *request.uri_mut() = self.addresses[batch.kind as usize].clone();
        let media_type = match self.dialect {
            Dialect::RestProxy => "application/vnd.kafka.json.v2+json",
            Dialect::Kinesis | Dialect::Pin => "application/json",
            Dialect::Ingest => "application/x-ndjson",
        };
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        request
    }

    /// The topic or stream that a kind is sent to, where it is the sender's choice.
    pub fn topic(&self, kind: Kind) -> Option<&str> {
        let is_named = self.dialect.default_prefix().is_some();
        is_named.then_some(&self.topics[kind as usize])
    }

    fn body(&self, batch: &Batch) -> Vec<u8> {
        let texts: usize = batch.messages.iter().map(|message| message.text.len() + AROUND_A_MESSAGE).sum();
        let mut body = Vec::with_capacity(texts + AROUND_A_MESSAGE);
        match self.dialect {
            Dialect::RestProxy => write_records(&batch.messages, &mut body),
            Dialect::Kinesis => {
                for message in &batch.messages {
                    write_put(&self.topics[batch.kind as usize], message, &mut body);
                }
            }
            Dialect::Pin => batch.messages.iter().for_each(|message| body.extend_from_slice(&message.text)),
            Dialect::Ingest => {
                for message in &batch.messages {
                    body.extend_from_slice(&message.text);
                    body.push(b'\n');
                }
            }
        }
        body
    }
}

/// Room for what stands around a message, names of streams included.
const AROUND_A_MESSAGE: usize = 100;

/// The last part of a name says the kind to who reads it; here the kind is the name where there is none.
fn topic(dialect: Dialect, prefix: &str, kind: Kind) -> String {
    match dialect {
        Dialect::RestProxy => format!("{prefix}.{}", kind.name()),
        Dialect::Kinesis => format!("{prefix}-{}", kind.name()),
        Dialect::Pin | Dialect::Ingest => kind.name().to_owned(),
    }
}

fn path(dialect: Dialect, topic: &str) -> String {
    match dialect {
        Dialect::RestProxy => format!("/topics/{topic}"),
        Dialect::Kinesis => format!("/streams/{topic}/record"),
        Dialect::Pin => "/pin/".to_owned(),
        Dialect::Ingest => format!("/v1/ingest/{topic}"),
    }
}

fn write_records(messages: &[Message], body: &mut Vec<u8>) {
    body.extend_from_slice(b"{\"records\":[");
    for (n, message) in messages.iter().enumerate() {
        body.extend_from_slice(if n > 0 { b",{\"value\":" } else { b"{\"value\":" });
        body.extend_from_slice(&message.text);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
}

/// Records of one `ind` share a shard.
fn write_put(stream: &str, message: &Message, body: &mut Vec<u8>) {
    body.extend_from_slice(b"{\"StreamName\":");
    write_quoted(body, stream);
    body.extend_from_slice(b",\"Data\":");
    body.extend_from_slice(&message.text);
    body.extend_from_slice(b",\"PartitionKey\":\"");
    write_number(body, message.key);
    body.extend_from_slice(b"\"}");
}
