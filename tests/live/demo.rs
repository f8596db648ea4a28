//! `pinflow demo`: the views move, and a browser shows them.

use crate::client::Client;
use crate::program::PATIENCE;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

/// A demonstration that ends with the test.
struct Demo {
    child: Child,
    address: SocketAddr,
}

impl Demo {
    /// Starts it and reads the address that it tells people.
    fn start(data: &Path) -> Demo {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("start pinflow");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let lines = lines.map(|line| line.expect("text"));
        let told =
            lines.filter_map(|line| Some(line.split_once("http://")?.1.split_once('/')?.0.to_owned())).next();
        let address = told.and_then(|address| address.parse().ok()).expect("an address");
        Demo { child, address }
    }

    /// Ends it as Ctrl-C does.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &id]).status().expect("there is kill").success());
        self.child.wait().expect("it ends").code()
    }

    /// What a browser makes of the page after some seconds; with a picture, if a file is named for it.
    fn in_browser(&self, arguments: &[&str]) -> String {
        let browser = std::env::var("PINFLOW_TEST_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let profile = TempDir::new().expect("make a folder");
        let mut command = Command::new(browser);
        command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
        command
            .args(["--virtual-time-budget=5000", &format!("--user-data-dir={}", profile.path().display())]);
        command.args(arguments).arg(format!("http://{}/", self.address));
        let done = command.output().expect("start chromium: scripts/test installs it");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for an answer other than this one.
fn next_answer(client: &mut Client, known: &str) -> String {
    let begin = Instant::now();
    loop {
        let (_, rows) = client.view("category_by_country");
        let rows = rows.to_string();
        if rows != known {
            return rows;
        }
        assert!(begin.elapsed() < PATIENCE, "the view does not move");
    }
}

#[test]
fn views_move_and_go_on_after_the_next_start() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let demo = Demo::start(&data);
    let mut client = Client::new(demo.address);
    let first = next_answer(&mut client, "[]");
    next_answer(&mut client, &first);
    let records = client.get("/v1/status").json()["records"]["pin"].as_u64().expect("a number");
    assert_eq!(demo.interrupt(), Some(0));

    let demo = Demo::start(&data);
    let mut client = Client::new(demo.address);
    let begin = Instant::now();
    while client.get("/v1/status").json()["records"]["pin"].as_u64() <= Some(records) {
        assert!(begin.elapsed() < PATIENCE, "it does not go on");
    }
    assert_eq!(client.get("/v1/status").json()["tick"]["epoch"], 2);
    assert_eq!(demo.interrupt(), Some(0));
}

#[test]
fn a_browser_shows_the_views_at_any_width() {
    let folder = TempDir::new().expect("make a folder");
    let demo = Demo::start(&folder.path().join("data"));
    next_answer(&mut Client::new(demo.address), "[]");
    let page = demo.in_browser(&["--dump-dom"]);
    for part in ["<option", "live</p>", "Most popular category by year", "Users joined by year"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(page.matches("<tr").count() > 20, "there are rows: {page}");
    for width in [1280, 375] {
        let picture = folder.path().join(format!("{width}.png"));
        let size = format!("--window-size={width},900");
        demo.in_browser(&[&size, &format!("--screenshot={}", picture.display())]);
        let png = std::fs::read(&picture).expect("a picture");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((&png[1..4], number(16), number(20)), (&b"PNG"[..], width, 900));
        assert!(png.len() > 10_000, "an empty page packs smaller");
    }
}
