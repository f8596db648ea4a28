//! No answer says that all went well before the disk has the record: system calls in their order.

use crate::trace::{Call, Traced};
use serde_json::json;
use std::thread;
use tempfile::TempDir;

/// What was written by a call is on the disk before this line: the file was made durable in between, or a journal that holds
/// the same bytes of the same file.
fn is_durable(write: &Call, calls: &[Call], before: usize) -> bool {
    let is_synced = |write: &Call| {
        calls.iter().any(|sync| {
            sync.is_sync() && sync.path == write.path && sync.begin > write.end && sync.end < before
        })
    };
    let (_, file) = write.path.split_once("/log/").expect("it is in the log");
    let holds_it = |call: &&Call| {
        call.writes_to_journal() && call.text.contains(file) && call.text.contains(write.written())
    };
    is_synced(write) || calls.iter().filter(holds_it).any(is_synced)
}

#[test]
fn every_answer_waits_for_the_disk() {
    let folder = TempDir::new().expect("make a folder");
    let traced = Traced::start(&folder.path().join("data"));
    let mut client = traced.program.client();
    let mut sent = 0;
    for ind in 0..5 {
        let record = json!({ "ind": ind }).to_string();
        let put = json!({ "StreamName": "a-user", "Data": { "ind": ind }, "PartitionKey": "1" }).to_string();
        let answers = [
            client.produce("a.geo", &json!({ "ind": ind })),
            client.send("PUT", "/prod/streams/a-user/record", "", put.as_bytes()),
            client.send("POST", "/pin/", "", record.as_bytes()),
            client.send("POST", "/v1/ingest/pin", "", record.as_bytes()),
        ];
        for answer in answers {
            assert_eq!(answer.expect("an answer").status, 200);
            sent += 1;
        }
    }
    let calls = traced.stop();
    let answers: Vec<usize> = calls.iter().filter(|call| call.answers_2xx()).map(|call| call.begin).collect();
    assert_eq!(answers.len(), sent);
    let mut last = 0;
    for answer in answers {
        // One client that waits for its answers: nothing else is being written.
        let written = calls.iter().filter(|call| call.writes_to_log() && call.begin < answer);
        let (mut objects, mut companions) = (0, 0);
        for write in written {
            assert!(is_durable(write, &calls, answer), "{write:?} is not durable on line {answer}");
            if write.begin > last {
                *(if write.path.ends_with(".meta") { &mut companions } else { &mut objects }) += 1;
            }
        }
        assert!(objects >= 1 && companions >= 1, "line {answer}: {objects} {companions}");
        last = answer;
    }
}

/// With many clients other groups are being written all the time, so each answer is held to its own record.
#[test]
fn answers_of_groups_wait_for_the_disk() {
    const CLIENTS: u64 = 8;
    const RECORDS: u64 = 25;
    let folder = TempDir::new().expect("make a folder");
    let traced = Traced::start(&folder.path().join("data"));
    let send = |number| {
        let mut client = traced.program.client();
        move || {
            for n in 0..RECORDS {
                let answer = client.produce("a.pin", &json!({ "ind": number * RECORDS + n }));
                assert_eq!(answer.expect("an answer").status, 200);
            }
        }
    };
    thread::scope(|scope| (0..CLIENTS).for_each(|number| drop(scope.spawn(send(number)))));
    let calls = traced.stop();
    let answers: Vec<&Call> = calls.iter().filter(|call| call.answers_2xx()).collect();
    assert_eq!(answers.len() as u64, CLIENTS * RECORDS);
    for answer in answers {
        let (partition, offset) = (number(&answer.text, "partition"), number(&answer.text, "offset"));
        let lines = write_of(&calls, partition, offset);
        let companion = lines.path.replace("/a.pin+", "/_a.pin+") + ".meta";
        let frame = calls
            .iter()
            .find(|call| call.writes_to_log() && call.path == companion && call.begin > lines.end);
        for write in [lines, frame.expect("every group has a frame")] {
            assert!(is_durable(write, &calls, answer.begin), "{write:?} is not durable before {answer:?}");
        }
    }
}

/// A number of an answer, whose quotes the trace escapes.
fn number(answer: &str, name: &str) -> u64 {
    let (_, rest) = answer.split_once(&format!("\\\"{name}\\\":")).expect("it tells it");
    let end = rest.find(|c: char| !c.is_ascii_digit()).expect("there is more");
    rest[..end].parse().expect("a number")
}

/// The call that wrote a record: of each partition there is one object, and a record is a line.
fn write_of(calls: &[Call], partition: u64, offset: u64) -> &Call {
    let object = format!("/a.pin+{partition}+0000000000.json");
    let mut lines = 0;
    let mut writes = calls.iter().filter(|call| call.writes_to_log() && call.path.ends_with(&object));
    let write = writes.find(|write| {
        lines += write.text.matches("\\n").count() as u64;
        lines > offset
    });
    write.expect("it was written")
}
