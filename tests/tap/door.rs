//! A running program: what its log holds, and what comes to its front door.

use crate::checks::wait_for;
use crate::client::Client;
use crate::cluster::Cluster;
use crate::log_files::{self, LogRecord};
use crate::program::{Program, Start};
use crate::run;
use crate::tap::{Following, Shown, lines, printed, shown, tap};
use crate::topics::Topics;
use pinflow::times::rfc_3339;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A program with records of all kinds, that came by all ways.
struct Filled {
    folder: TempDir,
    program: Program,
}

impl Filled {
    fn new() -> Filled {
        let folder = TempDir::new().expect("make a folder");
        let data = folder.path().join("data");
        let config = "[log]\nsegment_bytes = 8192\n";
        let program = Start { config, ..Start::on(&data) }.program();
        let filled = Filled { folder, program };
        (0..60).for_each(|ind| filled.send(ind));
        let users: String = (0..500).map(|ind| format!("{{\"ind\":{ind}, \"age\":  3.0}}\n")).collect();
        assert_eq!(filled.program.client().ingest("user", &users).status, 200);
        filled
    }

    /// A pin by one way, and a geo by another.
    fn send(&self, ind: u64) {
        let mut client = self.program.client();
        let pin = json!({ "index": ind, "title": "ü\n\"" });
        assert_eq!(client.produce("x.pin", &pin).expect("it answers").status, 200);
        let geo =
            json!({ "StreamName": "y-geo", "Data": { "ind": ind, "country": "Fiji" }, "PartitionKey": "a" });
        let answer = client.send(
            "PUT",
            "/streams/y-geo/record",
            "Content-Type: application/json\r\n",
            geo.to_string().as_bytes(),
        );
        assert_eq!(answer.expect("it answers").status, 200);
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.program.address)
    }
}

/// What is to be shown of a log.
fn expected(data: &Path) -> Vec<Shown> {
    let shown = |LogRecord { partition: (topic, number), offset, time, text }| Shown {
        topic,
        partition: Some(number.into()),
        position: offset,
        time: rfc_3339(time),
        value: text.into_bytes(),
    };
    log_files::records(data).into_iter().map(shown).collect()
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

#[test]
fn it_shows_what_the_log_holds() {
    let filled = Filled::new();
    let all = expected(&filled.data());
    let check = |path: &str, args: &[&str], is_wanted: &dyn Fn(&Shown) -> bool| {
        let found = sorted(shown(&[&[&filled.url(path), "--until-end"], args].concat()));
        let expected: Vec<Shown> = all.iter().filter(|shown| is_wanted(shown)).cloned().collect();
        assert_eq!(found, expected, "{path} {args:?}");
        found.len()
    };
    assert_eq!(check("", &[], &|_| true), 620);
    assert_eq!(check("/topics/x.pin", &[], &|shown| shown.topic == "x.pin"), 60);
    assert_eq!(check("/test/streams/y-geo", &[], &|shown| shown.topic == "y-geo"), 60);
    check("", &["--kind", "user"], &|shown| shown.topic == "ingest.user");
    check("", &["--from", "7"], &|shown| shown.position >= 7);
    check("", &["--from", "latest"], &|_| false);
    let middle = sorted(all.iter().map(|shown| shown.time.clone()).collect()).remove(60);
    check("", &["--from", middle.as_deref().expect("a time")], &|shown| shown.time >= middle);

    // The folder of the log shows the same, in all forms.
    let log = filled.data().join("log");
    for form in [&[][..], &["--raw"], &["--clean"]] {
        let of_folder = printed(&[&[log.to_str().expect("UTF-8")], form].concat());
        let of_door = printed(&[&[&filled.url(""), "--until-end"], form].concat());
        assert!(
            sorted(lines(&of_folder).collect::<Vec<_>>()) == sorted(lines(&of_door).collect()),
            "{form:?}"
        );
    }
    assert_eq!(shown(&[&filled.url(""), "--count", "9"]).len(), 9);
}

#[test]
fn what_comes_is_shown() {
    let filled = Filled::new();
    let following = Following::start(&[&filled.url(""), "--from", "0"]);
    let mut found = following.next(620);
    for ind in 100..110 {
        filled.send(ind);
        found.extend(following.next(2));
    }
    // A topic that is new.
    let pin = json!({ "index": 1 });
    assert_eq!(filled.program.client().produce("new.pin", &pin).expect("it answers").status, 200);
    found.extend(following.next(1));
    assert_eq!(following.interrupt(), Some(0));
    assert_eq!(sorted(found), expected(&filled.data()));
}

#[test]
fn large_logs_come_by_pages() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let text = "long ".repeat(2_000);
    for first in [0, 400, 800] {
        let pins: String =
            (first..first + 400).map(|ind| format!("{{\"index\":{ind},\"title\":\"{text}\"}}\n")).collect();
        assert_eq!(program.client().ingest("pin", &pins).status, 200);
    }
    let url = format!("http://{}", program.address);
    let found = sorted(shown(&[&url, "--until-end"]));
    assert_eq!(found.len(), 1200);
    assert!(found == expected(&data));
    program.stop();
}

#[test]
fn damage_is_told_and_the_rest_is_shown() {
    let filled = Filled::new();
    let data = filled.data();
    let Filled { folder, program } = filled;
    program.stop();
    let objects = log_files::objects(&data);
    // One record of a group commit of its own, and a whole companion from its middle on.
    let [pins, geos] = ["x.pin", "y-geo"].map(|topic| {
        objects.iter().find(|object| object.partition.0 == topic && object.frames.len() > 4).expect("frames")
    });
    flip(&pins.path, pins.frames[2].first_byte as usize + 3);
    flip(&log_files::companion(&geos.path), log_files::HEADER_BYTES + 2 * log_files::FRAME_BYTES + 20);
    let program = Start::on(&data).program();
    let (url, log) = (format!("http://{}", program.address), data.join("log"));
    let of_door = tap(&[&url, "--until-end"]);
    assert_eq!(of_door.code, Some(3), "{}", of_door.err);
    assert!(
        of_door.err.contains("are lost") && of_door.err.contains("without their times"),
        "{}",
        of_door.err
    );
    assert_eq!(of_door.err.lines().count(), 2, "{}", of_door.err);
    let of_folder = tap(&[log.to_str().expect("UTF-8")]);
    assert_eq!(of_folder.code, Some(3), "{}", of_folder.err);
    let set = |out: &[u8]| lines(out).map(<[u8]>::to_vec).collect::<BTreeSet<_>>();
    assert_eq!(set(&of_door.out).len(), 619);
    assert_eq!(set(&of_door.out), set(&of_folder.out));
    // From behind the damage nothing is said of it, where frames can be passed over.
    let behind = (pins.frames[2].first_offset + 1).to_string();
    let rest = tap(&[&format!("{url}/topics/x.pin"), "--until-end", "--from", &behind]);
    assert_eq!((rest.code, rest.err.as_str()), (Some(0), ""));
    drop(folder);
}

fn flip(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).expect("read a file");
    bytes[byte] ^= 1;
    fs::write(path, bytes).expect("write a file");
}

#[test]
fn what_is_not_there_is_told() {
    let filled = Filled::new();
    let check = |args: &[&str], part: &str| {
        let found = tap(args);
        assert!(found.code == Some(1) && found.err.contains(part), "{:?} {}", found.code, found.err);
        assert_eq!((found.out.len(), found.err.lines().count()), (0, 1), "{}", found.err);
    };
    check(&[&filled.url("/topics/z.pin")], "its log has no topic z.pin");
    check(&[&filled.url("/topics/x.pin"), "--kind", "geo"], "nothing there holds geo records");
    let following = Following::start(&[&filled.url("")]);
    following.next(620);
    let address = filled.program.address;
    filled.program.kill();
    let (code, err) = following.wait();
    assert!(code == Some(1) && err.contains("cannot connect"), "{code:?} {err}");
    check(&[&format!("http://{address}")], "cannot connect");
}

#[test]
fn a_run_that_reads_topics_names_their_brokers() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let run = run::start(&cluster, &topics, "");
    let found = tap(&[&format!("http://{}", run.program.address)]);
    let tell = format!("tap kafka://{}/TOPIC", cluster.brokers);
    assert!(found.code == Some(1) && found.err.contains(&tell), "{:?} {}", found.code, found.err);
    let answer = run.program.client().get("/v1/log/x.pin/0");
    assert_eq!(
        (answer.status, answer.json()["source"].as_str()),
        (404, Some(&*format!("kafka://{}", cluster.brokers)))
    );
    run.program.stop();
}

/// A run at a port that it has again when it starts again.
struct AtPort {
    child: Child,
    address: SocketAddr,
}

impl AtPort {
    fn start(data: &Path, address: SocketAddr) -> AtPort {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["run", "--workers", "1", "--listen", &address.to_string(), "--data"]).arg(data);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start pinflow");
        let run = AtPort { child, address };
        wait_for("the run", || TcpStream::connect(address).map_err(|error| error.to_string()));
        run
    }

    fn send(&self, inds: Range<u64>) {
        let lines: String = inds.map(|ind| format!("{{\"ind\": {ind}}}\n")).collect();
        assert_eq!(Client::new(self.address).ingest("geo", &lines).status, 200);
    }
}

impl Drop for AtPort {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_run_that_starts_again_is_followed_further_but_no_other_log() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = port.expect("a free port");
    let run = AtPort::start(&data, address);
    run.send(0..50);
    let following = Following::start(&[&format!("http://{address}")]);
    let mut found = following.next(50);
    drop(run);
    let run = AtPort::start(&data, address);
    run.send(50..80);
    found.extend(following.next(30));
    assert_eq!(sorted(found), expected(&data));
    drop(run);
    let other = AtPort::start(&folder.path().join("other"), address);
    other.send(0..8);
    let (code, err) = following.wait();
    assert!(code == Some(1) && err.contains("it is another log"), "{code:?} {err}");
}
