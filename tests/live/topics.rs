//! Topics that come while it runs, posts by their ind, and pages that hang together while records pour in.

use crate::checks::{check_all, check_replay, check_rows, vector_of, wait_for};
use crate::client::Client;
use crate::log_files;
use crate::producer::{Producer, Sent, invented};
use crate::program::Start;
use crate::random::{Random, seed};
use crate::recomputed::{Recomputed, Vector};
use pinflow_dataflows::kind::Kind;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use tempfile::TempDir;

const TOPICS: u64 = 60;
const INDS: u64 = 50;

/// The names of topics, shuffled.
fn shuffled_topics(random: &mut Random) -> Vec<(String, Kind)> {
    let mut topics: Vec<(String, Kind)> = (0..TOPICS)
        .map(|number| {
            let kind = Kind::ALL[number as usize % 3];
            (format!("t{}.{}", number * 7919 % 1000, kind.name()), kind)
        })
        .collect();
    for last in (1..topics.len()).rev() {
        topics.swap(last, random.below(last as u64 + 1) as usize);
    }
    topics
}

/// Every post is what the log holds of it, as of the tick that the answer names.
fn check_posts(client: &mut Client, recomputed: &Recomputed) {
    let mut there = 0;
    for ind in 0..INDS + 5 {
        let answer = client.get(&format!("/v1/posts/{ind}"));
        let mut shown = answer.json();
        let as_of = shown.as_object_mut().expect("an object").remove("as_of");
        assert!(as_of.is_some_and(|tick| tick.is_string()), "{}", answer.body);
        match recomputed.post(ind) {
            Some(post) => assert_eq!((answer.status, &shown), (200, &post), "{ind}"),
            None => assert_eq!(answer.status, 404, "{ind}: {}", answer.body),
        }
        there += u64::from(answer.status == 200);
    }
    assert!(there > INDS / 2, "{there}");
}

#[test]
fn topics_that_come_later_in_any_order_of_their_names_count_like_others() {
    let seed = seed();
    let mut random = Random::new(seed);
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let mut clients: Vec<Client> = (0..3).map(|_| program.client()).collect();
    let topics = shuffled_topics(&mut random);
    for known in 1..=topics.len() {
        // The new one, and two that are known, at once.
        thread::scope(|scope| {
            for (nth, client) in clients.iter_mut().enumerate() {
                let at = if nth == 0 { known - 1 } else { random.below(known as u64) as usize };
                let (topic, kind) = &topics[at];
                let records: Vec<Value> =
                    (0..20).map(|_| invented(*kind, random.below(INDS), &mut random, 0)).collect();
                scope.spawn(move || {
                    let records: Vec<&Value> = records.iter().collect();
                    assert_eq!(client.produce_all(topic, &records).expect("it answers").status, 200);
                });
            }
        });
    }
    let log = check_all(&mut clients[0], &data);
    check_posts(&mut clients[0], &Recomputed::of(&log));
    program.stop();

    let program = Start { workers: 3, ..Start::on(&data) }.program();
    // While the log is read already: the answer is as of a tick that has been read.
    let early = program.client().get("/v1/posts/1");
    assert!(matches!(early.status, 200 | 404), "{early:?}");
    program.wait_until_ready();
    assert_eq!(check_all(&mut program.client(), &data), log);
    let recomputed = Recomputed::of(&log);
    check_posts(&mut program.client(), &recomputed);
    program.stop();
    check_replay(&data, &recomputed);
}

/// All pages of a view, and the vector of their tick.
fn pages(client: &mut Client, view: &str, limit: u64) -> (Vec<Value>, Vector) {
    let mut answer = client.get(&format!("/v1/views/{view}?limit={limit}")).json();
    let as_of = answer["as_of"].as_str().expect("a tick").to_owned();
    let vector = vector_of(&client.get(&format!("/v1/ticks/{as_of}")).json()["vector"]);
    let mut rows = Vec::new();
    loop {
        assert_eq!(answer["as_of"], *as_of, "{answer}");
        rows.extend_from_slice(answer["rows"].as_array().expect("rows"));
        let Some(next) = answer["next"].as_str() else { break };
        answer = client.get(&format!("/v1/views/{view}?page={next}")).json();
    }
    assert_eq!(answer["total"], rows.len(), "{answer}");
    (rows, vector)
}

fn check_pages(data: &Path, read: &[(&str, Vec<Value>, Vector)]) {
    let recomputed = Recomputed::of(&log_files::records(data));
    for (view, rows, vector) in read {
        check_rows(view, &Value::Array(rows.clone()), &recomputed.views_up_to(vector)[*view]);
    }
}

#[test]
fn pages_are_of_one_tick_while_records_pour_in() {
    let seed = seed();
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let (numbers, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut read = Vec::new();
    thread::scope(|scope| {
        for producer in 0..2 {
            let (client, random, numbers, enough) =
                (program.client(), Random::new(seed ^ producer), &numbers, &enough);
            scope.spawn(move || {
                let mut producer = Producer { client, random, numbers, inds: 300, sent: Sent::default() };
                producer.send_until(enough);
            });
        }
        let (mut client, mut random) = (program.client(), Random::new(!seed));
        let reader = scope.spawn(move || {
            // Views with many rows, once there are some.
            let views = ["category_by_country_year_age_group", "median_followers_by_join_year_age_group"];
            wait_for("rows", || {
                let (_, rows) = client.view(views[0]);
                if rows.as_array().is_some_and(|rows| rows.len() > 20) {
                    Ok(())
                } else {
                    Err(rows.to_string())
                }
            });
            (0..20)
                .map(|number| {
                    let view = views[number % 2];
                    let (rows, vector) = pages(&mut client, view, 1 + random.below(15));
                    (view, rows, vector)
                })
                .collect::<Vec<_>>()
        });
        let pages = reader.join();
        enough.store(true, Ordering::Relaxed);
        read = pages.expect("it reads");
    });
    check_all(&mut program.client(), &data);
    program.stop();
    check_pages(&data, &read);
}
