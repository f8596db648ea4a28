//! A process that is killed at any time loses nothing that it has acknowledged.

use crate::reader::{assert_is_there, open, read, record};
use pinflow::log::{Appended, Settings};
use std::collections::HashMap;
use std::env;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// Names the folder of the log in the child.
const FOLDER: &str = "LOG_TEST_KILL_FOLDER";
const KILLS: u64 = 25;
const TOPICS: [&str; 3] = ["a", "b", "c"];

fn settings() -> Settings {
    Settings { partitions: 3, segment_bytes: 50_000, ..Settings::default() }
}

/// Not a test by itself: what the test starts and kills.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let log = open(Path::new(&folder), settings()).log;
    thread::scope(|scope| {
        for appender in 0..8 {
            let log = &log;
            scope.spawn(move || {
                for request in 0_u64.. {
                    let topic = TOPICS[(request % 3) as usize];
                    let line = |place| format!("{} {appender} {request} {place}", std::process::id());
                    let lines: Vec<String> = (0..1 + request % 9).map(line).collect();
                    let records = lines.iter().zip(request..).map(|(line, hash)| record(hash, line.clone()));
                    let appended = log.append_blocking(topic, records.collect()).expect("appended");
                    let told = appended.iter().zip(&lines).map(|(appended, line)| {
                        let Appended { partition, offset, time } = appended;
                        format!("told {topic} {partition} {offset} {time} {line}\n")
                    });
                    // One write, so that appenders do not mix; a kill may cut it, which the parent sees.
                    stdout()
                        .lock()
                        .write_all(told.collect::<String>().as_bytes())
                        .expect("the parent listens");
                }
            });
        }
    });
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        let mut child = Command::new(env::current_exe().expect("this test"))
            .args(["--exact", "kill::child", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the child starts");
        let stdout = child.stdout.take().expect("it is piped");
        let listener = thread::spawn(move || tell(BufReader::new(stdout)));
        // Any moment will do: some kills come while the log is opened, most while it is written.
        thread::sleep(Duration::from_millis(5 + 13 * kill));
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        acknowledged.extend(listener.join().expect("no panic"));
    }
    let log = open(folder.path(), settings()).log;
    let committed = log.committed();
    let mut records = HashMap::new();
    for end in &committed.ends {
        let key = (end.topic.to_string(), end.partition);
        records.insert(key, read(folder.path(), &committed, &end.topic, end.partition));
    }
    assert!(acknowledged.len() > 1_000, "only {} records were acknowledged", acknowledged.len());
    for (topic, appended, line) in acknowledged {
        assert_is_there(&records[&(topic, appended.partition)], appended, &line);
    }
}

/// What the child has told in whole lines.
fn tell(child: impl BufRead) -> Vec<(String, Appended, String)> {
    let mut told = Vec::new();
    for line in child.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8(line).expect("it is text");
        let words: Vec<&str> = line.split(' ').collect();
        if let ["told", topic, partition, offset, time, rest @ ..] = words.as_slice()
            && rest.len() == 4
        {
            let number = |word: &str| word.parse::<u64>().expect("a number");
            let partition = number(partition) as u32;
            let appended = Appended { partition, offset: number(offset), time: number(time) };
            told.push((topic.to_string(), appended, rest.join(" ")));
        }
    }
    // The last line may be cut within a number.
    told.pop();
    told
}
