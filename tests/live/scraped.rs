//! Prometheus reads the metrics of a run.

use crate::checks::wait_for;
use crate::client::Client;
use crate::program::Start;
use std::env;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set; start Prometheus with `scripts/services up prometheus`, and then run `eval \"$(scripts/services env)\"`")
    })
}

/// A file that tells Prometheus of a run, until it is dropped.
struct Target(PathBuf);

impl Drop for Target {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn prometheus_reads_a_run() {
    let folder = TempDir::new().expect("make a folder");
    let program = Start::on(&folder.path().join("data")).program();
    assert_eq!(program.client().ingest("pin", "{\"index\":7}\n").status, 200);
    let (folder, address) = (PathBuf::from(variable("PINFLOW_TEST_PROMETHEUS_TARGETS")), program.address);
    let target = Target(folder.join(format!("{}.json", address.port())));
    fs::write(&target.0, format!(r#"[{{"targets":["{address}"]}}]"#)).expect("write it");
    let mut prometheus = Client::new(variable("PINFLOW_TEST_PROMETHEUS").parse().expect("an address"));
    let query = format!(
        "/api/v1/query?query=pinflow_records_total%7Binstance%3D%22{address}%22%2Ckind%3D%22pin%22%7D"
    );
    wait_for("what Prometheus has read", || {
        let answer = prometheus.get(&query).json();
        if answer["data"]["result"][0]["value"][1] == "1" { Ok(()) } else { Err(answer.to_string()) }
    });
    program.stop();
}
