//! What is no record comes back by a replay as a live run has it: with its bytes, its place and the reason.

use crate::archive_files::objects;
use crate::archived::replay;
use crate::checks::wait_for;
use crate::cluster::{Cluster, Message};
use crate::command::Archive;
use crate::run;
use crate::topics::Topics;
use serde_json::{Value, json};
use std::fs;

/// Values of all sorts; none deletes.
fn values() -> Vec<Option<Vec<u8>>> {
    let long = "x".repeat(3000);
    let texts = [
        "",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "{",
        "{}{}",
        "nul",
        "null",
        "7",
        "7\n",
        "[1]",
        "[\n1]",
        "\"a\rb\"",
        "{}",
        "{\"index\":-1}",
        "{\"index\":\n-1}",
        "{\"index\":1}\n{\"index\":2}",
        "{\"index\":1}\r",
        "{\"index\":2}",
        " {\"index\":3} ",
        "{\n  \"index\": 4,\r\n  \"category\": \"art\"\n}\n",
        "\u{feff}{}",
        "{\"index\":5,\"category\":\"\u{e9}\u{2028}\"}",
    ];
    let long_ones = [
        format!("{{\"index\":1,\"a\":\"{long}\"}}"),
        long.clone(),
        format!("[\n\"{long}\"]"),
        format!("{long}\n{long}"),
    ];
    let deep = ["[".repeat(128) + &"]".repeat(128), "[".repeat(129) + &"]".repeat(129)];
    let bytes: [&[u8]; 5] = [
        b"\xff\xfe",
        b"{\"index\":1,\"category\":\"\xc3",
        b"\xa9\"}",
        b"\0\0\0\0\x07{\"index\":1}",
        b"\xff\n",
    ];
    let texts = texts.map(str::to_owned).into_iter().chain(long_ones).chain(deep).map(String::into_bytes);
    texts.chain(bytes.map(<[u8]>::to_vec)).map(Some).chain([None]).collect()
}

/// What a letter says, but for where it was read, and for the time, which a replay does not write.
fn told(letter: &Value) -> Value {
    let mut letter = letter.clone();
    for key in ["source", "object", "time"] {
        letter.as_object_mut().expect("an object").remove(key);
    }
    letter
}

#[test]
fn a_replay_rejects_what_a_live_run_rejects() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let (values, keys) = (values(), [None, Some("post"), Some("7"), Some("{\"id\":1}")]);
    let messages: Vec<Message> = (0..)
        .zip(values.iter().cycle().take(4 * values.len()))
        .map(|(number, value)| Message {
            topic: topics[0].clone(),
            key: keys[number / values.len()].map(str::to_owned),
            value: value.clone(),
            time: Some(1_700_000_000_000 + number as i64 % 7),
            ..Message::default()
        })
        .collect();
    cluster.send(&messages);
    let limits = "[limits]\nrecord_max_bytes = 2000";
    let run = run::start_with(&cluster, &format!("{}\n{limits}", run::config(&cluster, &topics, "")));
    run.program.wait_until_ready();
    let rejected = run.partitions()[&(topics[0].clone(), 0)]["rejected"].as_u64().expect("a number");
    let live = wait_for("dead letters", || {
        let letters = run.letters();
        if letters.len() as u64 == rejected { Ok(letters) } else { Err(format!("{letters:?}")) }
    });

    let archive = Archive::of(&cluster, &topics, "", &format!("{limits}\n[archive]\nobject_records = 11"));
    assert_eq!(archive.once()["records"], messages.len());
    let config = archive.beside("replay.toml");
    fs::write(&config, limits).expect("write the configuration");
    let (_, views, replayed) = replay(archive.path(), &["--config", config.to_str().expect("UTF-8")]);
    assert_eq!(replayed.len(), live.len());
    for (replayed, live) in replayed.iter().zip(&live) {
        assert_eq!(told(replayed), told(live));
    }
    assert_eq!(views, crate::checks::shown(&mut run.program.client()));

    // Whoever reads the objects alone meets lines of JSON, and empty ones in the place of what is none.
    for record in objects(archive.path()).into_iter().flat_map(|object| object.records) {
        // serde_json takes one level less than is allowed.
        let is_deepest = record.value.starts_with(&b"[".repeat(128)) && record.value.len() == 256;
        let is_json = is_deepest || serde_json::from_slice::<Value>(&record.value).is_ok();
        let is_line = is_json && !record.value.contains(&b'\n') && !record.value.contains(&b'\r');
        let reason = if is_json { 2 } else { 1 };
        let expected = (!is_line).then_some(reason);
        assert_eq!(record.apart, expected, "{}", json!(String::from_utf8_lossy(&record.value)));
    }
}
