//! The page in a browser shows what is wrong with a source.

use crate::cluster::Cluster;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use tempfile::TempDir;

#[test]
fn a_topic_that_is_missing_stands_on_the_page() {
    let cluster = Cluster::shared();
    let topics = Topics::named(&cluster);
    topics[1..].iter().for_each(|topic| cluster.create(topic, 2, &[]));
    let run = run::start(&cluster, &topics, "");
    run.wait_for_partitions(4);
    run.wait_until_told("it does not exist");
    let browser = std::env::var("PINFLOW_TEST_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let profile = TempDir::new().expect("make a folder");
    let mut command = Command::new(browser);
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=5000",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.arg(format!("http://{}/", run.program.address));
    // The browser waits for the page's requests, and those for new ticks.
    let is_done = AtomicBool::new(false);
    let done = thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = Random::new(seed());
            while !is_done.load(Ordering::Relaxed) {
                let sent = messages(&topics, 10, 10, &mut random).into_iter();
                cluster.send(&sent.filter(|message| message.topic != topics[0]).collect::<Vec<_>>());
            }
        });
        let done = command.output();
        is_done.store(true, Ordering::Relaxed);
        done.expect("start chromium: scripts/test installs it")
    });
    let page = String::from_utf8_lossy(&done.stdout);
    assert!(page.contains(&format!("<li>{}: it does not exist</li>", topics[0])), "{page}");
    assert!(page.contains("4 partitions, lag ") && page.contains(", 1 in trouble</summary>"), "{page}");
}
