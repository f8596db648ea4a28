//! Programs beside pinflow that tests need. scripts/test installs them.

use std::env;
use std::process::{Command, Stdio};

/// A program that is found by its name.
pub fn command(name: &str) -> Command {
    let found = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(found.is_ok(), "there is no {name}: run the tests with scripts/test, which installs it");
    Command::new(name)
}

/// A program whose place an environment variable tells.
pub fn command_of(variable: &str) -> Command {
    let path = env::var_os(variable);
    Command::new(path.unwrap_or_else(|| panic!("{variable} is not set: run the tests with scripts/test")))
}
