//! A run with fewer file descriptors than it may come to need says so when it starts.

use crate::tools;
use std::net::TcpListener;
use tempfile::TempDir;

/// What a run says under a hard limit. Its address is taken, so it ends by itself.
fn said_with(descriptors: u32) -> String {
    let folder = TempDir::new().expect("make a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("listen");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = tools::command("prlimit");
    command.arg(format!("--nofile={descriptors}:{descriptors}")).arg(env!("CARGO_BIN_EXE_pinflow"));
    command.args(["run", "--workers", "1", "--listen", &address, "--data"]).arg(folder.path());
    let ended = command.output().expect("it runs");
    assert_eq!(ended.status.code(), Some(1));
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

#[test]
fn too_few_file_descriptors_are_told() {
    let said = said_with(1_000);
    assert!(said.contains("too few file descriptors") && said.contains("available=1000"), "{said}");
    let said = said_with(8_000);
    assert!(!said.contains("descriptors"), "{said}");
}
