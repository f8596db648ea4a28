//! Streams of a Kinesis server, held against what was put into them.

use crate::kinesis_proxy::Proxy;
use crate::kinesis_stream::{At, Put, Stream, nobody, numbers, pins, text};
use crate::tap::{done, lines, values};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tempfile::TempDir;

/// What a line says of where its record is.
fn at(line: &Value) -> At {
    (text(line, "partition").to_owned(), text(line, "position").to_owned())
}

/// Sequence numbers as numbers: none begins with a zero.
fn order(number: &str) -> (usize, &str) {
    (number.len(), number)
}

/// Pins, some of which are no JSON, no text, or no objects.
fn odd_pins(count: usize) -> Vec<Put> {
    let mut pins = pins(0..count, 20);
    for (number, put) in pins.iter_mut().enumerate() {
        match number % 50 {
            7 => put.data = b"{\"index\": ".to_vec(),
            8 => put.data = b"[1]".to_vec(),
            9 => put.data = vec![0xff, 0xfe, number as u8],
            _ => {}
        }
    }
    pins
}

#[test]
fn streams_are_shown_as_they_are() {
    let (pins_stream, geos_stream) = (Stream::new("pin", 3), Stream::new("geo", 1));
    let puts = odd_pins(1_000);
    let places = pins_stream.put(&puts);
    let geos = geos_stream.put(&pins(0..5, 5));
    let source = format!("{},{}", pins_stream.source(), geos_stream.name);
    let server = &pins_stream.server;
    let found = server.shown(&[&source, "--until-end"]);
    assert_eq!(found.len(), puts.len() + geos.len());

    let by_place: BTreeMap<At, &Put> = places.iter().cloned().zip(&puts).collect();
    assert_eq!(by_place.keys().map(|(shard, _)| shard).collect::<BTreeSet<_>>().len(), 3);
    let of_pins: Vec<&Value> = found.iter().filter(|line| line["topic"] == *pins_stream.name).collect();
    for line in &of_pins {
        let put = by_place[&at(line)];
        assert_eq!((text(line, "kind"), text(line, "partition_key")), ("pin", &*put.key));
        assert!(line.get("index").is_none() && line.get("explicit_hash_key").is_none(), "{line}");
        assert!(text(line, "time").starts_with("20"), "{line}");
        match std::str::from_utf8(&put.data).map(serde_json::from_str::<Value>) {
            Ok(Ok(value)) => assert_eq!(line["record"], value),
            Ok(Err(_)) => assert_eq!(line["text"].as_str().map(str::as_bytes), Some(&*put.data)),
            Err(_) => assert!(line["base64"].is_string(), "{line}"),
        }
    }
    assert_eq!(of_pins.iter().map(|line| at(line)).collect::<BTreeSet<_>>().len(), puts.len());
    // In a shard, in its order.
    for (shard, _) in by_place.keys() {
        let of_shard = of_pins.iter().filter(|line| line["partition"] == **shard);
        let positions: Vec<&str> = of_shard.map(|line| text(line, "position")).collect();
        assert!(positions.is_sorted_by(|a, b| order(a) < order(b)), "{shard}");
    }

    assert_eq!(server.shown(&[&source, "--until-end", "--kind", "geo"]).len(), 5);
    assert_eq!(server.shown(&[&source, "--count", "17"]).len(), 17);
    let cleaned = server.shown(&[&source, "--until-end", "--clean", "--kind", "pin"]);
    let rejected = |reason: &str| cleaned.iter().filter(|line| line["reason"] == reason).count();
    assert_eq!((rejected("not JSON"), rejected("not an object")), (40, 20));
    assert_eq!(cleaned.iter().filter(|line| line["ind"].is_u64() && line["row"].is_object()).count(), 940);

    let folder = TempDir::new().expect("make a folder");
    let out = folder.path().join("out");
    let done =
        server.tap(&[&pins_stream.source(), "--until-end", "--raw", "--out", out.to_str().expect("UTF-8")]);
    assert_eq!((done.code, done.err.as_str(), done.out.len()), (Some(0), "", 0));
    let mut found: Vec<Vec<u8>> =
        lines(&fs::read(out).expect("read the output")).map(<[u8]>::to_vec).collect();
    let mut expected: Vec<Vec<u8>> = puts.into_iter().map(|put| put.data).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn shards_are_begun_where_it_is_said() {
    let stream = Stream::new("pin", 2);
    let mut places = Vec::new();
    // One at a time, so that they have times of their own.
    pins(0..12, 12).chunks(1).for_each(|put| places.extend(stream.put(put)));
    let (server, source) = (&stream.server, stream.source());
    let all = server.shown(&[&source, "--until-end"]);
    assert_eq!(all.iter().map(at).collect::<BTreeSet<_>>(), places.iter().cloned().collect());
    let check = |from: &str, is_wanted: &dyn Fn(&Value) -> bool| {
        let found = server.shown(&[&source, "--until-end", "--from", from]);
        let found: BTreeSet<At> = found.iter().map(at).collect();
        let expected: BTreeSet<At> = all.iter().filter(|line| is_wanted(line)).map(at).collect();
        assert_eq!(found, expected, "{from}");
    };
    check("earliest", &|_| true);
    check("latest", &|_| false);
    for line in [&all[0], &all[4], &all[9]] {
        check(text(line, "time"), &|other| text(other, "time") >= text(line, "time"));
        let number = text(line, "position");
        check(number, &|other| order(text(other, "position")) >= order(number));
    }
    check("0", &|_| true);
    check("1970-01-01T00:00:00Z", &|_| true);
    check("2020-01-01T00:00:00Z", &|_| true);
    check("2100-01-01T00:00:00Z", &|_| false);
    check(&"9".repeat(56), &|_| false);
}

#[test]
fn what_comes_is_shown() {
    let stream = Stream::new("pin", 2);
    stream.put(&pins(0..10, 10));
    let following = stream.server.follow(&[&stream.source()]);
    let next = |count| numbers(&following.next_values(count)).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(next(10), (0..10).collect());
    for first in [10, 20, 30] {
        stream.put(&pins(first..first + 10, 10));
        assert_eq!(next(10), (first as u64..first as u64 + 10).collect());
    }
    let latest = stream.server.follow(&[&stream.source(), "--from", "latest", "--count", "1"]);
    assert_eq!(following.interrupt(), Some(0));
    // Where the end is, it finds out by itself; until then there may be another record.
    let mut number = 40;
    let line = loop {
        stream.put(&pins(number..number + 1, 10));
        number += 1;
        if let Some(line) = latest.next_value_soon() {
            break line;
        }
    };
    assert!(numbers(&[line])[0] >= 40);
    assert_eq!(latest.wait(), (Some(0), String::new()));
}

/// More than one answer holds.
#[test]
fn long_lists_and_long_shards_are_read_to_their_ends() {
    let stream = Stream::new("pin", 7);
    let places = stream.put(&pins(0..300, 60));
    let proxy = Proxy::with_pages(&stream.server.endpoint, 5);
    let found = stream.server.behind(&proxy.endpoint).shown(&[&stream.source(), "--until-end"]);
    assert!(found.iter().map(at).collect::<BTreeSet<_>>() == places.iter().cloned().collect());
    assert_eq!((found.len(), proxy.asked("ListShards")), (300, 2));
    assert!(proxy.asked("GetRecords") >= 60);
}

/// As AWS' own tools are told.
#[test]
fn the_environment_and_profiles_say_where_and_who() {
    let stream = Stream::new("pin", 1);
    stream.put(&pins(0..3, 1));
    let (folder, server) = (TempDir::new().expect("make a folder"), &stream.server);
    let aws = folder.path().join(".aws");
    fs::create_dir(&aws).expect("make a folder");
    let profile = format!(
        "[profile other]\nregion = {}\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        server.region, server.key.0, server.key.1
    );
    fs::write(aws.join("config"), profile).expect("write the profile");
    let config = folder.path().join("pinflow.toml");
    fs::write(&config, "[kinesis]\nprofile = \"other\"\n").expect("write the configuration");
    let source = stream.source();
    let config = config.to_str().expect("UTF-8");
    for args in [&[&*source, "--until-end", "--config", config][..], &[&source, "--until-end"]] {
        let mut command = nobody(args);
        command.env("HOME", folder.path()).env("AWS_ENDPOINT_URL_KINESIS", &server.endpoint);
        if args.len() == 2 {
            command.env("AWS_PROFILE", "other");
        }
        let done = done(command);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
        assert_eq!(numbers(&values(&done.out)), [0, 1, 2]);
    }
}
