//! Clients that know a tick learn of the next one, without asking all the time.

use crate::sample::Sample;
use crate::served::Served;
use std::time::{Duration, Instant};

/// Far longer than a test takes.
const LONG_MS: u64 = 30_000;

#[test]
fn who_has_the_tick_is_told_so() {
    let served = Served::new(Sample::new());
    for path in ["/v1/views", "/v1/views/top_posters"] {
        let answer = served.send("GET", path, "If-None-Match: \"3-1\"");
        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{path}");
        assert_eq!(
            (answer.header("etag"), answer.header("cache-control")),
            ("\"3-1\"", "no-cache"),
            "{path}"
        );
        assert_eq!(served.send("GET", path, "If-None-Match: \"2-1\", \"3-0\"").status, 200, "{path}");
        assert_eq!(served.send("HEAD", path, "If-None-Match: W/\"3-1\"").status, 304, "{path}");
    }
    served.sample.deliver(&[], 1);
    assert_eq!(served.send("GET", "/v1/views", "If-None-Match: \"3-1\"").status, 200);
}

#[test]
fn who_waits_gets_the_next_tick_at_once() {
    let served = Served::new(Sample::new());
    for path in ["/v1/views", "/v1/views/top_posters"] {
        let known = served.get(path).header("etag").to_owned();
        let start = Instant::now();
        let answer = std::thread::scope(|scope| {
            let path = format!("{path}?wait_ms={LONG_MS}");
            let header = format!("If-None-Match: {known}");
            let served = &served;
            let waiting = scope.spawn(move || served.send("GET", &path, &header));
            served.sample.deliver(&[], 1);
            waiting.join().expect("no panic")
        });
        assert_eq!(answer.status, 200, "{path}");
        assert_ne!(answer.header("etag"), known, "{path}");
        assert!(start.elapsed() < Duration::from_millis(LONG_MS), "{path}");
    }
}

#[test]
fn a_wait_ends() {
    let served = Served::new(Sample::new());
    let start = Instant::now();
    let answer = served.send("GET", "/v1/views?wait_ms=50", "If-None-Match: \"3-1\"");
    assert_eq!(answer.status, 304);
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn there_is_no_wait_for_what_is_there() {
    let served = Served::new(Sample::new());
    let start = Instant::now();
    let path = format!("/v1/views/top_posters?wait_ms={LONG_MS}");
    assert_eq!(served.get(&path).status, 200);
    assert_eq!(served.send("GET", &path, "If-None-Match: \"2-1\"").status, 200);
    let wrong = served.send("GET", &format!("{path}&x=1"), "If-None-Match: \"3-1\"");
    assert_eq!(wrong.status, 400);
    assert!(start.elapsed() < Duration::from_millis(LONG_MS));
}

#[test]
fn nobody_waits_when_the_run_ends() {
    let served = Served::new(Sample::new());
    let known = served.get("/v1/views").header("etag").to_owned();
    let waiting = std::thread::scope(|scope| {
        let header = format!("If-None-Match: {known}");
        let served = &served;
        let waiting = scope.spawn(move || served.send("GET", "/v1/views?wait_ms=30000", &header));
        served.sample.store.close();
        waiting.join().expect("no panic")
    });
    assert_eq!(waiting.status, 304);
}
