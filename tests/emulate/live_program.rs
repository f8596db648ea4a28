//! `pinflow emulate` with a server, as a program: what it prints, and how it ends.

use crate::server::{Answer, Request, Server};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn emulate(to: &str, options: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.args(["emulate", "--to", to, "--quiet", "--rate", "5000"]).args(options.split_whitespace());
    command
}

fn willing() -> Server {
    Server::start(|_, _| Answer::new(200, "{}"))
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("texts");
    (text(&output.stdout), text(&output.stderr))
}

fn interrupt(child: &Child) {
    // The shell's own kill: the program of that name is not everywhere.
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("run sh").success());
}

#[test]
fn a_summary_says_what_was_sent_and_what_became_of_it() {
    let server = Server::start(|request, before| match before {
        0 => Answer::new(404, r#"{"error_code":40401,"message":"Topic not found."}"#),
        _ if request.path.ends_with("user") => {
            Answer::new(200, r#"{"offsets":[{"partition":0,"offset":5}]}"#)
        }
        _ => Answer::new(200, "{}"),
    });
    let options = "--count 10 --missing-geo-rate 0 --missing-user-rate 0";
    let output = emulate(&server.to(), options).output().expect("run pinflow");
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), &*err), (Some(3), ""), "a good record was refused");
    assert!(out.starts_with("10 posts, 30 records in ") && out.contains(" accepted records/s\n"), "{out}");
    let row = |name: &str| {
        let line = out.lines().find(|line| line.starts_with(name)).expect(name);
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((row("pin"), row("user")), ("10 9 1 0 0".to_owned(), "10 10 0 0 0".to_owned()));
    assert_eq!(row("total"), "30 29 1 0 0");
    assert!(out.contains("30 answers: p50 ") && out.contains("; requests late: p50 "), "{out}");
    assert!(out.ends_with("refused 1: 404 Topic not found.\n"), "{out}");

    let output = emulate(&willing().to(), &format!("{options} --json")).output().expect("run pinflow");
    assert_eq!(output.status.code(), Some(0));
    let summary: Value = serde_json::from_str(&texts(&output).0).expect("JSON");
    assert_eq!((&summary["posts"], &summary["total"]["accepted"]), (&10.into(), &30.into()));
    assert!(summary["late"]["p99_ms"].is_number() && summary["records_per_second"].as_f64() > Some(0.0));
}

#[test]
fn an_interrupt_is_the_end_of_an_endless_emulation_and_too_early_for_another() {
    for (options, code) in [("--json", 0), ("--json --count 1000000000", 130)] {
        let server = willing();
        let child = emulate(&server.to(), options).stdout(Stdio::piped()).spawn().expect("start pinflow");
        server.wait_for(20);
        interrupt(&child);
        let output = child.wait_with_output().expect("wait for pinflow");
        assert_eq!(output.status.code(), Some(code));
        let summary: Value = serde_json::from_str(&texts(&output).0).expect("JSON");
        assert_eq!(summary["stopped"], true);
        let accepted = summary["total"]["accepted"].as_u64().expect("a number");
        assert!(accepted >= 20 - 4 && accepted as usize <= server.requests().len(), "{summary}");
    }
}

#[test]
fn without_a_server_there_is_one_clear_message() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let output = emulate(&format!("http://{closed}"), "").output().expect("run pinflow");
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), &*out), (Some(1), ""));
    assert!(err.starts_with(&format!("pinflow: cannot connect to http://{closed}: ")), "{err}");
    assert!(err.ends_with("is the server running?\n") && err.lines().count() == 1, "{err}");
}

#[test]
fn a_server_that_was_away_gets_all_the_same() {
    let got = Arc::new(AtomicUsize::new(0));
    let take = |got: &Arc<AtomicUsize>| {
        let got = Arc::clone(got);
        move |_: &Request, _| {
            got.fetch_add(1, Ordering::Relaxed);
            Answer::new(200, "{}")
        }
    };
    let first = Server::start(take(&got));
    let (address, to) = (first.address, first.to());
    let options = "--count 2000 --dialect pin --connections 2";
    let mut child =
        emulate(&to, options).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("start pinflow");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    first.wait_for(50);
    drop(first);
    let said = stderr.next().expect("a line").expect("a text");
    let begin = format!("pinflow: no answer from {to}: ");
    assert!(said.starts_with(&begin) && said.ends_with("; trying again until there is one"), "{said}");
    let second = Server::start_at(address, take(&got));
    let said = stderr.next().expect("a line").expect("a text");
    assert_eq!(said, format!("pinflow: {to} answers again"));
    assert_eq!(child.wait().expect("wait for pinflow").code(), Some(0));
    assert_eq!(stderr.count(), 0, "each is said once");
    assert!(got.load(Ordering::Relaxed) >= 2_000 && !second.requests().is_empty());
}

#[test]
fn options_that_do_not_fit_are_wrong_usage() {
    let server = willing();
    let check = |to: &str, options: &str, message: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["emulate", "--to", to]).args(options.split_whitespace());
        let output = command.output().expect("run pinflow");
        assert_eq!(output.status.code(), Some(2), "{options}");
        assert!(texts(&output).1.contains(message), "{options}: {}", texts(&output).1);
    };
    let to = server.to();
    check(&to, "--layout events", "--layout is for archives");
    check(&to, "--gzip", "--gzip is for archives");
    check(&to, "--per-object 5", "--per-object is for archives");
    check(&to, "--rate 0", "--rate must be a number above 0, at most 1000000, not 0");
    check(&to, "--duration 5", "--duration");
    check(&to, "--catalogue a --odd-rate 0.1", "--odd-rate is for invented posts");
    check("/nowhere/archive", "--rate 5", "--rate is for servers (--to http://host:port)");
    check("ftp://a", "", "--to ftp://a: cannot write to ftp://");
    assert!(server.requests().is_empty());
}
