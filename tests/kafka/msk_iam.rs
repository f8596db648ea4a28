//! Brokers that ask for tokens as those of AWS MSK do.

use crate::broker::Broker;
use crate::checks::wait_for;
use crate::content::content;
use crate::gate::Gate;
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run::{self, Run};
use crate::signature::AccessKey;
use crate::sts::Sts;
use crate::topics::Topics;
use chrono::DateTime;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const REGION: &str = "eu-north-1";

/// A broker behind a gate, and topics with messages.
struct Msk {
    topics: Topics,
    broker: Broker,
    gate: Gate,
}

impl Msk {
    fn start(keys: &[AccessKey]) -> Msk {
        let (gate, listener) = Gate::listen();
        let (broker, inner) = Broker::behind(gate.port());
        gate.lead_to(listener, inner, REGION, keys);
        let topics = Topics::of_all_kinds(&broker.cluster, 2);
        let msk = Msk { topics, broker, gate };
        msk.send(300);
        msk
    }

    fn send(&self, count: u64) {
        self.broker.cluster.send(&messages(&self.topics, count, 100, &mut Random::new(seed())));
    }

    /// Starts a run that takes its credentials from where `surround` says, and nothing else.
    fn run(&self, iam: &str, surround: impl FnOnce(&mut Command)) -> Run {
        let home = TempDir::new().expect("make a folder");
        let mut program = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        program.env_clear().env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        surround(&mut program);
        let config = format!(
            "[[source]]\ntype = \"kafka\"\nbrokers = \"127.0.0.1:{}\"\ntopics = {:?}\n[source.msk_iam]\nenabled = true\n{iam}\n\
             [source.librdkafka]\nsecurity.protocol = \"SASL_PLAINTEXT\"\n",
            self.gate.port(),
            &self.topics[..],
        );
        run::start_as(&self.broker.cluster, &config, program)
    }
}

fn key(name: &str, session: Option<&str>) -> AccessKey {
    let session = session.map(str::to_owned);
    AccessKey { id: format!("AKID{name}"), secret: format!("secret+of/{name}"), session }
}

fn set(program: &mut Command, key: &AccessKey) {
    program.env("AWS_ACCESS_KEY_ID", &key.id).env("AWS_SECRET_ACCESS_KEY", &key.secret);
    if let Some(session) = &key.session {
        program.env("AWS_SESSION_TOKEN", session);
    }
}

/// A profile whose credentials are what a file says, as a process prints it that AWS' own tools start.
fn write_profile(folder: &Path) {
    let credentials = folder.join("credentials.json");
    let text = format!("[profile msk]\ncredential_process = cat {}\n", credentials.display());
    fs::write(folder.join("config"), text).expect("write a file");
}

/// Writes what it says: keys that end in so many seconds.
fn write_credentials(folder: &Path, key: &AccessKey, seconds: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is right").as_secs();
    let expires = DateTime::from_timestamp_secs((now + seconds) as i64).expect("a date");
    let text = format!(
        "{{\"Version\": 1, \"AccessKeyId\": \"{}\", \"SecretAccessKey\": \"{}\", \"SessionToken\": \"{}\", \"Expiration\": \"{}\"}}",
        key.id,
        key.secret,
        key.session.as_ref().expect("keys that end have a session"),
        expires.format("%Y-%m-%dT%H:%M:%SZ"),
    );
    // At once, so that nobody reads a half of it.
    fs::write(folder.join("new"), text).expect("write a file");
    fs::rename(folder.join("new"), folder.join("credentials.json")).expect("rename it");
}

#[test]
fn who_has_a_key_reads() {
    let key = key("ONE", Some("IQoJb3JpZ2luX2VjEPT//////////wE+a/b+c=="));
    let msk = Msk::start(std::slice::from_ref(&key));
    let run = msk.run(&format!("region = \"{REGION}\""), |program| set(program, &key));
    run.check(&msk.topics);
    msk.send(200);
    run.check(&msk.topics);
    assert_eq!(msk.gate.refused(), [""; 0]);
    assert!(!msk.gate.came().is_empty());
    let status = run.status();
    let good = status["sources"][0]["msk_iam"]["token_good_for_seconds"].as_u64().expect("a number");
    assert!((800..900).contains(&good), "{status}");
}

#[test]
fn an_emulation_shows_tokens_too() {
    let key = key("ONE", Some("a session with spaces * and ~"));
    let msk = Msk::start(std::slice::from_ref(&key));
    let folder = TempDir::new().expect("make a folder");
    let config = folder.path().join("pinflow.toml");
    let iam = format!("[source.msk_iam]\nenabled = true\nregion = \"{REGION}\"\n");
    fs::write(&config, format!("{iam}[source.librdkafka]\nsecurity.protocol = \"SASL_PLAINTEXT\"\n"))
        .expect("write it");
    let prefix = msk.topics[0].strip_suffix(".pin").expect("it ends in its kind");
    let emulate = |more: &[&str], surround: &dyn Fn(&mut Command)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.env_clear().env("HOME", folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.args(["emulate", "--quiet", "--rate", "100000", "--count", "200", "--config"]).arg(&config);
        command.args(["--to", &format!("kafka://127.0.0.1:{}/{prefix}", msk.gate.port())]).args(more);
        surround(&mut command);
        let Output { status, stderr, .. } = command.output().expect("run pinflow");
        (status.code(), String::from_utf8(stderr).expect("texts"))
    };
    let before = content(&msk.broker.cluster, &msk.topics).records.len();
    assert_eq!(emulate(&[], &|command| set(command, &key)), (Some(0), String::new()));
    let sent = content(&msk.broker.cluster, &msk.topics).records.len() - before;
    assert!(sent >= 400, "{sent}");
    assert_eq!(msk.gate.refused(), [""; 0]);

    let (code, error) = emulate(&["--create-topics", "1"], &|command| set(command, &key));
    assert!(code == Some(2) && error.contains("topics cannot be made with IAM's tokens"), "{error}");
    let (code, error) = emulate(&[], &|_| {});
    assert!(code == Some(1) && error.contains("AWS MSK's IAM: no AWS credentials"), "{error}");
}

#[test]
fn the_region_may_come_from_the_environment() {
    let key = key("ONE", None);
    let msk = Msk::start(std::slice::from_ref(&key));
    let run = msk.run("", |program| {
        set(program, &key);
        program.env("AWS_REGION", REGION);
    });
    run.check(&msk.topics);
}

#[test]
fn who_may_not_in_is_told_so() {
    let msk = Msk::start(&[key("OTHER", None)]);
    let region = format!("region = \"{REGION}\"");
    let run = msk.run(&region, |program| set(program, &key("ONE", None)));
    run.wait_until_told("have not told of the topics");
    wait_for("the error", || {
        let status = run.status();
        let error = status["sources"][0]["last_error"].as_str().unwrap_or_default();
        if error.contains("Access denied") { Ok(()) } else { Err(status.to_string()) }
    });
    assert!(msk.gate.refused()[0].contains("nobody knows AKIDONE/"), "{:?}", msk.gate.refused());
    // It is let in as soon as it may.
    msk.gate.set_keys(&[key("ONE", None)]);
    run.check(&msk.topics);
}

#[test]
fn tokens_are_renewed_before_they_run_out() {
    let (first, second) =
        (key("FIRST", Some("c2Vzc2lvbiBvZiB0aGUgZmlyc3Q+/w==")), key("SECOND", Some("b2YgdGhlIHNlY29uZA/+")));
    let msk = Msk::start(&[first.clone(), second.clone()]);
    let folder = TempDir::new().expect("make a folder");
    write_profile(folder.path());
    write_credentials(folder.path(), &first, 16);
    let iam = format!("region = \"{REGION}\"\nprofile = \"msk\"");
    let run = msk.run(&iam, |program| {
        program.env("AWS_CONFIG_FILE", folder.path().join("config"));
        program.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    });
    run.check(&msk.topics);
    assert!(msk.gate.came().iter().all(|id| *id == first.id), "{:?}", msk.gate.came());
    // Meanwhile there are others, which last: they have to be taken by themselves.
    write_credentials(folder.path(), &second, 3600);
    wait_for("a new token", || {
        let status = run.status();
        let good = status["sources"][0]["msk_iam"]["token_good_for_seconds"].as_u64().unwrap_or(0);
        // librdkafka asks for it at four fifths of the old one's time.
        if good > 800 { Ok(()) } else { Err(status.to_string()) }
    });
    wait_for("the new token is let in", || {
        // As IAM does with keys that have run out.
        msk.gate.set_keys(std::slice::from_ref(&second));
        let came = msk.gate.came();
        if came.contains(&second.id) { Ok(()) } else { Err(format!("{came:?} {:?}", msk.gate.refused())) }
    });
    msk.send(200);
    run.check(&msk.topics);
}

#[test]
fn credentials_that_cannot_be_had_are_told_and_waited_for() {
    let key = key("LATE", Some("session"));
    let msk = Msk::start(std::slice::from_ref(&key));
    let folder = TempDir::new().expect("make a folder");
    write_profile(folder.path());
    let iam = format!("region = \"{REGION}\"\nprofile = \"msk\"");
    let run = msk.run(&iam, |program| {
        program.env("AWS_CONFIG_FILE", folder.path().join("config"));
        program.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    });
    let told =
        run.wait_until_told("AWS MSK's IAM: no credentials of the profile msk (source.msk_iam.profile)");
    assert!(told.contains("trying again"), "{told}");
    assert!(run.status()["sources"][0]["msk_iam"]["error"].as_str().is_some());
    write_credentials(folder.path(), &key, 3600);
    run.check(&msk.topics);
    assert_eq!(run.status()["sources"][0]["msk_iam"]["error"], serde_json::Value::Null);
}

#[test]
fn a_role_is_assumed() {
    let (own, role) = (key("OWN", None), key("ROLE", Some("c2Vzc2lvbiBvZiB0aGUgcm9sZQ==")));
    let msk = Msk::start(std::slice::from_ref(&role));
    let sts = Sts::start(Some(role.clone()));
    let arn = "arn:aws:iam::123456789012:role/reader";
    let iam = format!("region = \"{REGION}\"\nrole_arn = \"{arn}\"\nsession_name = \"nightly\"");
    let run = msk.run(&iam, |program| {
        set(program, &own);
        program.env("AWS_ENDPOINT_URL_STS", &sts.url);
    });
    run.check(&msk.topics);
    assert!(msk.gate.came().iter().all(|id| *id == role.id), "{:?}", msk.gate.came());
    let asked = sts.asked();
    assert_eq!(asked.len(), 1, "one token serves all clients: {asked:?}");
    let (head, body) = &asked[0];
    assert!(head.contains(&format!("Credential={}/", own.id)), "{head}");
    assert!(body.contains("Action=AssumeRole") && body.contains("RoleSessionName=nightly"), "{body}");
    assert!(body.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader"), "{body}");
}

#[test]
fn a_role_that_is_refused_is_told() {
    let msk = Msk::start(&[]);
    let sts = Sts::start(None);
    let iam = format!("region = \"{REGION}\"\nrole_arn = \"arn:aws:iam::123456789012:role/reader\"");
    let run = msk.run(&iam, |program| {
        set(program, &key("OWN", None));
        program.env("AWS_ENDPOINT_URL_STS", &sts.url);
    });
    let told = run.wait_until_told("credentials of the role arn:aws:iam::123456789012:role/reader");
    assert!(told.contains("not authorized to perform: sts:AssumeRole"), "{told}");
}
