//! Configurations and command lines, right and wrong.

use crate::command::{check_failure, check_success, pinflow};
use crate::sample::{Folder, sample};

#[test]
fn a_wrong_configuration_stops_the_start() {
    #[track_caller]
    fn check(text: &str, problem: &str) {
        let folder = sample();
        let config = folder.write("pinflow.toml", text);
        let error = format!("{config}:{problem}");
        check_failure(&["check", "--config", &config], 2, &error);
        let (archive, out) = (folder.at("archive"), folder.at("out"));
        check_failure(&["replay", &archive, "--config", &config, "--out", &out], 2, &error);
        assert!(!folder.path("out").exists());
    }
    check("[views]\nkk = 3", "2: unknown key views.kk: did you mean views.k?");
    check("[view]\nk = 3", "2: unknown key view.k: did you mean views.k?");
    check("views.k = 0", "1: views.k must be a whole number from 1 to 1000, found 0");
    check(
        "kinds.\"s.pin\" = \"pins\"",
        "1: kinds.\"s.pin\" must be \"pin\", \"geo\", \"user\" or \"ignore\", found \"pins\"",
    );

    let folder = sample();
    let missing = folder.at("missing.toml");
    let error = format!("cannot read configuration {missing}: No such file or directory (os error 2)");
    check_failure(&["check", "--config", &missing], 2, &error);
    check_failure(&["replay", &folder.at("archive"), "--config", &missing], 2, &error);

    let directory = folder.at("archive");
    let error = format!("cannot read configuration {directory}: Is a directory (os error 21)");
    check_failure(&["check", "--config", &directory], 2, &error);

    let config = folder.write("bad.toml", "workers = 1\n[views\n");
    let done = pinflow(&["check", "--config", &config]);
    assert!(done.err.starts_with(&format!("pinflow: {config}:2:")), "{done:?}");
    assert_eq!((done.code, done.err.lines().count(), done.out.as_str()), (Some(2), 1, ""), "{done:?}");
}

#[test]
fn a_configuration_is_checked_without_running() {
    let folder = Folder::new();
    let config = folder.write("pinflow.toml", "workers = 2\n[views]\nage_groups = [17, 30]\n");
    assert_eq!(check_success(&["check", "--config", &config]), format!("{config}: ok\n"));
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/default.toml");
    assert_eq!(check_success(&["check", "--config", shipped]), format!("{shipped}: ok\n"));
}

#[test]
fn numbers_on_the_command_line_have_bounds() {
    let folder = sample();
    let archive = folder.at("archive");
    for workers in ["0", "1025"] {
        check_failure(&["replay", &archive, "--workers", workers], 2, "--workers must be 1 to 1024");
    }
    for k in ["0", "1001"] {
        check_failure(&["replay", &archive, "--k", k], 2, "--k must be 1 to 1000");
    }
}

#[test]
fn wrong_usage_is_explained() {
    #[track_caller]
    fn check(args: &[&str], expected: &str) {
        let done = pinflow(args);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(done.err.contains(expected) && done.err.contains("Usage:"), "{args:?}: {}", done.err);
        assert!(!done.err.contains("panicked"), "{}", done.err);
    }
    check(&[], "Commands:");
    check(&["replay"], "<SOURCE>");
    check(&["check"], "--config");
    check(&["rewind"], "'rewind'");
    check(&["replay", ".", "--fast"], "'--fast'");
    check(&["emulate", "--to", "x", "another"], "'another'");
}

#[test]
fn values_that_are_none_are_explained() {
    #[track_caller]
    fn check(args: &[&str], expected: &str) {
        let done = pinflow(args);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(done.err.contains(expected), "{args:?}: {}", done.err);
    }
    check(&["replay", ".", "--workers", "many"], "'many'");
    check(&["replay", ".", "--k", "-1"], "'-1'");
    check(&["replay", ".", "--format", "xml"], "[possible values: json, ndjson, csv]");
    check(
        &["emulate", "--to", "x", "--layout", "avro"],
        "[possible values: connect, firehose, events, ndjson]",
    );
    check(
        &["emulate", "--to", "x", "--layout", "events", "--gap-rate", "0.1"],
        "--gap-rate must be 0 with --layout events, not 0.1: its objects have no offsets",
    );
}

#[test]
fn help_and_version_are_no_errors() {
    assert_eq!(check_success(&["--version"]), concat!("pinflow ", env!("CARGO_PKG_VERSION"), "\n"));
    for args in [&["--help"][..], &["-h"], &["help"], &["replay", "--help"], &["check", "--help"]] {
        assert!(check_success(args).contains("Usage: pinflow"), "{args:?}");
    }
    let help = check_success(&["replay", "--help"]);
    for flag in ["--config", "--workers", "--k", "--out", "--format", "--quality", "--json"] {
        assert!(help.contains(flag), "{flag}");
    }
}
