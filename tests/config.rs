//! What a configuration file may say, and what is said of one that is wrong.

use pinflow::config::{
    ArchiveSettings, Config, CreateTopics, DeadLetterSettings, FrontDoorSettings, HttpSettings,
    KafkaSettings, Kinds, KinesisSettings, LibrdkafkaSettings, Limits, Live, LogSettings, Mapping,
    MskIamSettings, OnGap, Replay, S3Settings, Start, Topics,
};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::row::{AgeGroups, Settings};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// Loads a file of that text from a folder that also holds `secret.txt`.
fn load(text: &str) -> Result<Config, String> {
    let folder = TempDir::new().expect("make a folder");
    fs::write(folder.path().join("secret.txt"), " 42\n").expect("write a file");
    let file = folder.path().join("pinflow.toml");
    fs::write(&file, text).expect("write a file");
    let shown_folder = format!("{}/", folder.path().display());
    Config::load(Some(&file)).map_err(|error| error.to_string().replace(&shown_folder, ""))
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(load(text).expect_err("the file is wrong"), expected);
}

#[test]
fn the_shipped_file_says_the_defaults() {
    let pin = Mapping::Kind(Kind::Pin);
    let defaults = Config {
        workers: std::thread::available_parallelism().map_or(1, usize::from).min(1024),
        views: Settings { k: 3, age_groups: AgeGroups::new(vec![17, 24, 35, 50]).expect("rising ages") },
        kinds: Kinds::from_iter([("Pinterest_data".to_string(), pin), ("events".to_string(), pin)]),
        limits: Limits { record_max_bytes: 1 << 20 },
        replay: Replay {
            block_bytes: 256 << 10,
            prefetch_blocks: 16,
            readers: 2,
            tick_max_records: 10_000_000,
        },
        s3: S3Settings {
            region: None,
            endpoint: None,
            path_style: false,
            profile: None,
            role_arn: None,
            access_key: None,
            fetch_concurrency: 32,
            part_bytes: 8 << 20,
            buffer_bytes: 128 << 20,
            retry_max_attempts: 10,
            retry_max_backoff_ms: 20_000,
            read_timeout_ms: 30_000,
            connect_timeout_ms: 5_000,
        },
        kinesis: KinesisSettings { region: None, endpoint: None, profile: None, role_arn: None },
        kafka: None,
        kafka_clients: KafkaSettings {
            brokers: String::new(),
            topics: Topics::default(),
            start: Start::Earliest,
            backfill: None,
            backfill_patience: Duration::from_secs(300),
            on_gap: OnGap::Fail,
            group: Some("pinflow".to_string()),
            create_topics: None,
            in_flight_max_bytes: 64 << 20,
            msk_iam: None,
            librdkafka: LibrdkafkaSettings::default(),
        },
        front_door: FrontDoorSettings {
            topics: BTreeMap::new(),
            streams: BTreeMap::new(),
            timeout_ms: 5_000,
            queue_bytes: 64 << 20,
            librdkafka: LibrdkafkaSettings::default(),
        },
        archive: ArchiveSettings {
            to: None,
            object_records: 1_000_000,
            object_bytes: 64 << 20,
            object_seconds: 600,
            gzip: false,
            buffer_bytes: 256 << 20,
            puts: 4,
        },
        live: Live {
            data: "data".into(),
            listen: "127.0.0.1:8080".parse().expect("an address"),
            tick_max_ms: 25,
            lag_max_bytes: 64 << 20,
            log: LogSettings {
                partitions: 4,
                topics: 64,
                segment_bytes: 64 << 20,
                queue_bytes: 64 << 20,
                retention_bytes: None,
                retention_days: None,
            },
            http: HttpSettings {
                connections: 4096,
                body_max_bytes: 32 << 20,
                in_flight_max_bytes: 256 << 20,
                kafka_records: 10_000,
                kinesis_records: 500,
                ingest_records: 200_000,
                header_timeout_ms: 15_000,
                body_timeout_ms: 60_000,
            },
            dead_letters: DeadLetterSettings { file_max_bytes: 8 << 20, max_bytes: 256 << 20 },
        },
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/default.toml");
    assert_eq!(Config::load(Some(&shipped)).expect("the shipped file is valid"), defaults);
    assert_eq!(Config::default(), defaults);
    assert_eq!(Config::default().views, Settings::default(), "the graph's own defaults");
}

#[test]
fn a_file_changes_only_what_it_says() {
    assert_eq!(load(""), Ok(Config::default()));
    assert_eq!(load("[views]\n[kinds]"), Ok(Config::default()));

    let config =
        load("workers = 5\nviews.age_groups = []\n[limits]\nrecord_max_bytes = 0x400").expect("valid");
    assert_eq!(config.workers, 5);
    assert_eq!(config.views.k, 3);
    assert_eq!(config.views.age_groups.label(0), "0+");
    assert_eq!(config.limits.record_max_bytes, 1024);
    assert_eq!(config.replay, Config::default().replay);
}

#[test]
fn kinds_are_added_to_the_shipped_ones() {
    let kinds = load("[kinds]\n\"raw.v2\" = \"geo\"\nevents = \"ignore\"").expect("valid").kinds;
    assert_eq!(kinds.of("raw.v2"), Some(Mapping::Kind(Kind::Geo)));
    assert_eq!(kinds.of("events"), Some(Mapping::Ignore));
    assert_eq!(kinds.of("Pinterest_data"), Some(Mapping::Kind(Kind::Pin)));
    assert_eq!(kinds.of("streaming-1-user"), Some(Mapping::Kind(Kind::User)));
    assert_eq!(kinds.of("raw.v3"), None);
}

#[test]
fn texts_are_expanded() {
    // Cargo sets this variable for tests.
    let expected = format!("1{}", env!("CARGO_PKG_VERSION_MAJOR")).parse().expect("digits");
    let config = load("workers = '${file:secret.txt}'\n[views]\nk = \"1${CARGO_PKG_VERSION_MAJOR}\"");
    let config = config.expect("valid");
    assert_eq!((config.workers, config.views.k), (42, expected));

    check_error(
        "\nworkers = '${PINFLOW_TEST_UNSET}'",
        "pinflow.toml:2: workers: environment variable PINFLOW_TEST_UNSET is not set",
    );
    check_error(
        "views.age_groups = [17, '${file:nope}']",
        "pinflow.toml:1: views.age_groups: cannot read nope: No such file or directory (os error 2)",
    );
    check_error("kinds.a = 'x${A'", "pinflow.toml:1: kinds.a: ${A has no }");
    let kinds = r#"must be "pin", "geo", "user" or "ignore", found"#;
    check_error(
        "kinds.a = '$${A}'",
        &format!("pinflow.toml:1: kinds.a {kinds} the expansion of \"$${{A}}\""),
    );
    check_error(
        "kinds.a = '${file:secret.txt}'",
        &format!("pinflow.toml:1: kinds.a {kinds} the expansion of \"${{file:secret.txt}}\""),
    );
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known() {
    check_error("workers = 1\nwrokers = 2", "pinflow.toml:2: unknown key wrokers: did you mean workers?");
    check_error("[view]\n\nk = 5", "pinflow.toml:3: unknown key view.k: did you mean views.k?");
    check_error("[kind]", "pinflow.toml:1: unknown key kind: did you mean kinds?");
    check_error(
        "[views]\nprefetch_blocks = 5",
        "pinflow.toml:2: unknown key views.prefetch_blocks: did you mean replay.prefetch_blocks?",
    );
    check_error(
        "[views]\ncolour = 'red'",
        "pinflow.toml:2: unknown key views.colour: known in [views] are age_groups, k",
    );
    check_error(
        "[sinks.s3]\nbucket = 'b'",
        "pinflow.toml:2: unknown key sinks.s3.bucket: known at the top are archive, data, dead_letters, front_door, http, kinds, kinesis, limits, listen, live, log, replay, s3, source, views, workers",
    );
    check_error("views.k.a = 1", "pinflow.toml:1: unknown key views.k.a: did you mean views.k?");
    check_error(
        "[kinds]\n129a.pin = 'pin'",
        "pinflow.toml:2: unknown key kinds.129a.pin: a name with a dot needs quotes",
    );
    check_error(
        "kinds.'events/' = 'pin'",
        "pinflow.toml:1: unknown key kinds.\"events/\": no topic, stream or folder has a / in its name",
    );
}

#[test]
fn values_that_are_not_allowed_are_shown_with_what_is() {
    #[track_caller]
    fn check(line: &str, expected: &str) {
        check_error(line, &format!("pinflow.toml:1: {expected}"));
    }
    for workers in ["0", "1025", "-1", "1.5", "true", "\"many\"", "[2]", "99999999999999999999"] {
        let expected = r#"workers must be "auto" or a whole number from 1 to 1024, found"#;
        check(&format!("workers = {workers}"), &format!("{expected} {workers}"));
    }
    check("views.k = 0", "views.k must be a whole number from 1 to 1000, found 0");
    check("views.k = 1001", "views.k must be a whole number from 1 to 1000, found 1001");
    check("views.k = {}", "views.k must be a whole number from 1 to 1000, found a table");
    check("views = 3", "views must be a table, found 3");
    check("kinds = 'pin'", "kinds must be a table, found \"pin\"");
    for ages in ["[17, 17]", "[24, 17]", "[150]", "[-1]", "[17, \"old\"]", "[1.5]", "17", "[17, 256]"] {
        let expected = "views.age_groups must be a list of rising whole numbers below 150, found";
        check(&format!("views.age_groups = {ages}"), &format!("{expected} {ages}"));
    }
    for kind in ["\"pins\"", "\"Pin\"", "\"\"", "1"] {
        let expected = r#"kinds."a.b" must be "pin", "geo", "user" or "ignore", found"#;
        check(&format!("kinds.'a.b' = {kind}"), &format!("{expected} {kind}"));
    }
    for (key, low, high) in [
        ("limits.record_max_bytes", 1, 64 << 20),
        ("replay.block_bytes", 4096, 64 << 20),
        ("replay.prefetch_blocks", 1, 4096),
        ("replay.readers", 1, 256),
        ("live.tick_max_ms", 1, 60_000),
        ("log.partitions", 1, 1024),
        ("log.topics", 1, 1000),
        ("log.queue_bytes", 1 << 20, 1 << 30),
        ("http.connections", 1, 1_000_000),
        ("http.kafka_records", 1, 1_000_000),
        ("http.kinesis_records", 1, 1_000_000),
        ("http.ingest_records", 1, 10_000_000),
        ("http.header_timeout_ms", 1, 3_600_000),
        ("http.body_timeout_ms", 1, 3_600_000),
        ("s3.fetch_concurrency", 1, 1024),
        ("s3.part_bytes", 64 << 10, 1 << 30),
        ("s3.buffer_bytes", 1 << 20, 8_i64 << 30),
        ("s3.retry_max_attempts", 1, 100),
        ("s3.retry_max_backoff_ms", 1, 600_000),
        ("s3.read_timeout_ms", 1, 3_600_000),
        ("s3.connect_timeout_ms", 1, 3_600_000),
    ] {
        for found in [low - 1, high + 1] {
            let expected = format!("{key} must be a whole number from {low} to {high}, found {found}");
            check(&format!("{key} = {found}"), &expected);
        }
        load(&format!("{key} = {low}")).expect("the lowest is allowed");
        load(&format!("{key} = {high}")).expect("the highest is allowed");
    }
    check(
        "replay.tick_max_records = 0",
        "replay.tick_max_records must be a whole number of at least 1, found 0",
    );
}

#[test]
fn stores_are_set_by_texts_and_switches() {
    let config = load("[s3]\nendpoint = 'http://store:9000'\npath_style = true\nregion = ''").expect("valid");
    assert_eq!(config.s3.endpoint.as_deref(), Some("http://store:9000"));
    assert_eq!((config.s3.path_style, config.s3.region), (true, None));

    let expected =
        r#"pinflow.toml:1: s3.endpoint must be empty, or begin with "http://" or "https://", found"#;
    check_error("s3.endpoint = 'store:9000'", &format!("{expected} \"store:9000\""));
    check_error("s3.path_style = 1", "pinflow.toml:1: s3.path_style must be true or false, found 1");
    check_error("s3.region = 1", "pinflow.toml:1: s3.region must be a text, found 1");
    check_error("s3.regoin = 'x'", "pinflow.toml:1: unknown key s3.regoin: did you mean s3.region?");
}

#[test]
fn kinesis_is_set_by_texts() {
    let config =
        load("[kinesis]\nendpoint = 'https://kinesis'\nregion = 'eu-west-1'\nrole_arn = ''").expect("valid");
    assert_eq!(config.kinesis.endpoint.as_deref(), Some("https://kinesis"));
    assert_eq!((config.kinesis.region.as_deref(), config.kinesis.role_arn), (Some("eu-west-1"), None));
    let expected = "pinflow.toml:1: kinesis.";
    check_error("kinesis.profile = 1", &format!("{expected}profile must be a text, found 1"));
    let allowed = r#"empty, or begin with "http://" or "https://", found"#;
    check_error("kinesis.endpoint = 'kinesis'", &format!("{expected}endpoint must be {allowed} \"kinesis\""));
    let expected = "pinflow.toml:1: unknown key kinesis.roll_arn: did you mean kinesis.role_arn?";
    check_error("kinesis.roll_arn = 'x'", expected);
}

#[test]
fn what_is_no_toml_is_shown_by_line_and_column() {
    for (text, start) in [
        ("workers = 1\n[views\nk = 3", "pinflow.toml:2:7: "),
        ("workers = ", "pinflow.toml:1:11: "),
        ("views.k = 3\nviews.k = 4", "pinflow.toml:2:7: "),
        ("kinds.'ä' = 'pin' !", "pinflow.toml:1:19: "),
    ] {
        let error = load(text).expect_err("no TOML");
        assert!(error.starts_with(start) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = Config::load(Some(Path::new("no/such.toml"))).expect_err("missing").to_string();
    assert_eq!(missing, "cannot read configuration no/such.toml: No such file or directory (os error 2)");

    let folder = TempDir::new().expect("make a folder");
    let long = folder.path().join("long.toml");
    fs::write(&long, "#".repeat((1 << 20) + 1)).expect("write a file");
    let error = Config::load(Some(&long)).expect_err("too long").to_string();
    assert_eq!(error, format!("cannot read configuration {}: longer than 1 MiB", long.display()));
}

#[test]
fn bounds_that_depend_on_others_and_addresses_are_checked() {
    let live = load("data = 'd'\nlisten = 'localhost:80'\nlog.retention_days = 7").expect("valid").live;
    assert_eq!((live.data.to_str(), live.listen.to_string().as_str()), (Some("d"), "127.0.0.1:80"));
    assert_eq!((live.log.retention_days, live.log.retention_bytes), (Some(7), None));
    let address = "must be an address and a port, as \"127.0.0.1:8080\" or \"[::1]:8080\"";
    check_error("listen = '8080'", &format!("pinflow.toml:1: listen {address}, found \"8080\""));
    check_error("data = ''", "pinflow.toml:1: data must be a folder, found \"\"");
    let error = load("http.body_max_bytes = 2048\nhttp.in_flight_max_bytes = 2047").expect_err("too few");
    assert!(error.contains("http.in_flight_max_bytes must be a whole number of at least 2048"), "{error}");
    let error = load("dead_letters.max_bytes = 16777215").expect_err("too few");
    assert!(error.contains("dead_letters.max_bytes must be a whole number of at least 16777216"), "{error}");
}

#[test]
fn flags_are_checked_as_keys_are() {
    let config = Config::default().with_workers(7).and_then(|config| config.with_k(9)).expect("allowed");
    assert_eq!((config.workers, config.views.k), (7, 9));

    let workers = Config::default().with_workers(0).expect_err("too few").to_string();
    assert_eq!(workers, "--workers must be 1 to 1024");
    assert_eq!(Config::default().with_listen("[::1]:9").expect("allowed").live.listen.port(), 9);
    let listen = Config::default().with_listen("here").expect_err("no address").to_string();
    assert!(listen.starts_with("--listen must be an address and a port"), "{listen}");
    let k = Config::default().with_k(1001).expect_err("too many").to_string();
    assert_eq!(k, "--k must be 1 to 1000");
}

#[test]
fn topics_of_kafka_are_a_source() {
    let text = "[[source]]\ntype = \"kafka\"\nbrokers = \"a:1,b:2\"\ntopics = [\"b.pin\", \"^a\\\\.\", \"a.geo\", \"b.pin\"]\n\
                start = \"2025-01-31T00:00:00Z\"\non_gap = \"skip\"\ngroup = \"\"\n\
                create_topics = { partitions = 6, replication = 3 }\n\
                [source.librdkafka]\nsecurity.protocol = \"SSL\"\n\"fetch.min.bytes\" = 7\nlog.connection.close = false\n\
                sasl.password = \"${file:secret.txt}\"";
    let kafka = load(text).expect("valid").kafka.expect("topics are the source");
    assert_eq!((kafka.brokers.as_str(), kafka.group), ("a:1,b:2", None));
    assert_eq!(kafka.topics.names, ["a.geo", "b.pin"]);
    assert!(kafka.topics.has("a.x") && kafka.topics.has("b.pin") && !kafka.topics.has("b.geo"));
    assert_eq!((kafka.start, kafka.on_gap), (Start::Time(1_738_281_600_000), OnGap::Skip));
    assert_eq!(kafka.create_topics, Some(CreateTopics { partitions: 6, replication: 3 }));
    assert_eq!((kafka.in_flight_max_bytes, kafka.backfill_patience.as_secs()), (64 << 20, 300));
    let settings = kafka.librdkafka.0.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
    let expected =
        ["fetch.min.bytes=7", "log.connection.close=false", "sasl.password=42", "security.protocol=SSL"];
    assert_eq!(settings, expected);
    assert!(!format!("{:?}", kafka.librdkafka).contains("42"), "a secret stays one");
}

#[test]
fn brokers_of_msk_ask_iam() {
    let begin = "[[source]]\ntype = \"kafka\"\nbrokers = \"a:1\"\ntopics = [\"a.pin\"]\n";
    let iam = |more: &str| {
        load(&format!("{begin}[source.msk_iam]\n{more}")).map(|config| config.kafka.expect("topics").msk_iam)
    };
    assert_eq!(iam("enabled = false"), Ok(None));
    let all = "enabled = true\nregion = \"eu-west-1\"\nprofile = \"p\"\nrole_arn = \"arn:r\"\nsession_name = \"s\"\n\
               [source.librdkafka]\nsecurity.protocol = \"SASL_PLAINTEXT\"\nsasl.mechanism = \"OAUTHBEARER\"";
    let set = |text: &str| Some(text.to_owned());
    let expected = MskIamSettings {
        region: set("eu-west-1"),
        profile: set("p"),
        role_arn: set("arn:r"),
        session_name: "s".to_owned(),
    };
    assert_eq!(iam(all), Ok(Some(expected)));
    let check = |more: &str, expected: &str| {
        check_error(&format!("{begin}[source.msk_iam]\n{more}"), &format!("pinflow.toml:{expected}"));
    };
    check(
        "role_arn = \"arn:r\"",
        "6: source.msk_iam.role_arn must be left out unless source.msk_iam.enabled is true, found \"arn:r\"",
    );
    check("enabled = true\nsession_name = \"\"", "7: source.msk_iam.session_name must be a name, found \"\"");
    check("enabled = 1", "6: source.msk_iam.enabled must be true or false, found 1");
    let because = "because source.msk_iam.enabled is true";
    check(
        "enabled = true\n[source.librdkafka]\nsasl.username = \"u\"",
        &format!("8: source.librdkafka.sasl.username must be left out, {because}, found \"u\""),
    );
    check(
        "enabled = true\n[source.librdkafka]\nsasl.mechanisms = \"PLAIN\"",
        &format!(
            "8: source.librdkafka.sasl.mechanisms must be left out or \"OAUTHBEARER\", {because}, found \"PLAIN\""
        ),
    );
    check(
        "enabled = true\n[source.librdkafka]\nsecurity.protocol = \"SSL\"",
        &format!(
            "8: source.librdkafka.security.protocol must be left out or \"SASL_SSL\", {because}, found \"SSL\""
        ),
    );
    check(
        "enabled = true\n[source.create_topics]\npartitions = 3",
        "8: source.create_topics.partitions must be 0 where source.msk_iam.enabled is true: topics cannot be made with \
         IAM's tokens, found 3",
    );
}

#[test]
fn the_log_is_the_source_unless_told_otherwise() {
    assert_eq!(load("[[source]]").expect("valid").kafka, None);
    assert_eq!(load("[[source]]\ntype = \"log\"\nbrokers = \"a:1\"").expect("valid").kafka, None);
}

#[test]
fn what_is_wrong_with_a_source_is_named() {
    let check = |source: &str, expected: &str| {
        let begin = "[[source]]\ntype = \"kafka\"\nbrokers = \"a:1\"\ntopics = [\"a.pin\"]\n";
        check_error(&format!("{begin}{source}"), &format!("pinflow.toml:{expected}"));
    };
    check(
        "on_gap = \"fill\"",
        "5: source.on_gap must be \"fail\", \"skip\" or \"fill-from-archive\", found \"fill\"",
    );
    check(
        "on_gap = \"fill-from-archive\"",
        "5: source.on_gap must be \"fail\" or \"skip\" where source.backfill names no archive, found \"fill-from-archive\"",
    );
    check(
        "backfill = \"s3://bucket\"\nstart = \"latest\"",
        "6: source.start must be \"earliest\" where source.backfill names an archive, which begins earlier, found \"latest\"",
    );
    check(
        "start = \"yesterday\"",
        "5: source.start must be \"earliest\", \"latest\" or a time as \"2025-01-31T00:00:00Z\", found \"yesterday\"",
    );
    check("topic = 1", "5: unknown key source.topic: did you mean source.topics?");
    check(
        "[source.librdkafka]\nenable.auto.commit = true",
        "6: source.librdkafka.enable.auto.commit must be left out: pinflow depends on how it sets it, found true",
    );
    check(
        "[source.librdkafka]\nssl = [1]",
        "6: source.librdkafka.ssl must be a text, a whole number, true or false, found [1]",
    );
    check("[[source]]\ntype = \"log\"", "1: source must be a table, found [a table, a table]");
    check_error(
        "[[source]]\ntype = \"kafka\"\ntopics = [\"a.pin\"]",
        "pinflow.toml:2: source.brokers must be where brokers are found, as \"host:9092\", found \"\"",
    );
    check_error(
        "[[source]]\ntype = \"kafka\"\nbrokers = \"a:1\"\ntopics = [\"^(\"]",
        "pinflow.toml:4: source.topics must be a list of topics: names, or regular expressions that begin with ^ \
         (found open group without closing ')'), found [\"^(\"]",
    );
    check_error(
        "[[source]]\ntype = \"pulsar\"",
        "pinflow.toml:2: source.type must be \"log\" or \"kafka\", found \"pulsar\"",
    );
}

#[test]
fn streams_stand_for_topics_that_are_read() {
    let source = "source = [{ type = 'kafka', brokers = 'a:1', topics = ['a.pin', '^b\\.'] }]\n";
    let with = |door: &str| load(&format!("{source}{door}"));
    let door =
        "[front_door]\nuser = 'b.user'\nstreams.'s.pin' = 'a.pin'\nlibrdkafka.compression.type = 'zstd'";
    let front_door = with(door).expect("valid").front_door;
    assert_eq!(front_door.topics, BTreeMap::from([("user", "b.user".to_owned())]));
    assert_eq!(front_door.streams, BTreeMap::from([("s.pin".to_owned(), "a.pin".to_owned())]));
    assert_eq!(front_door.librdkafka.0["compression.type"], "zstd");
    let told = |door: &str| with(door).expect_err("the file is wrong");
    assert_eq!(
        told("[front_door.streams]\ns.pin = 'a.pin'"),
        "pinflow.toml:3: unknown key front_door.streams.s.pin: a name with a dot needs quotes"
    );
    assert!(told("front_door.streams.s = 'c.pin'").starts_with(
        "pinflow.toml:2: front_door.streams.s must be a topic of source.topics whose kind is pin, geo or user"
    ));
    assert!(told("front_door.timeout_ms = 1").starts_with("pinflow.toml:2: front_door.timeout_ms must be"));
    // With the log as the source none of it matters.
    assert!(load(door).is_ok());
}
