//! A run whose source is Kafka, held against what the topics hold.

use crate::checks::{check_views, shown, wait_for};
use crate::cluster::Cluster;
use crate::content::{Content, content};
use crate::log_files::Partition;
use crate::program::{Program, Start};
use crate::recomputed::Recomputed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A run on a data folder of its own.
pub struct Run {
    pub program: Program,
    pub cluster: Cluster,
    data: PathBuf,
    /// The folder that it lies in, if that is the run's own.
    _folder: Option<TempDir>,
}

/// The configuration of a source that reads these topics, with more of its keys.
pub fn config(cluster: &Cluster, topics: &[String], more: &str) -> String {
    let brokers = &cluster.brokers;
    format!("[[source]]\ntype = \"kafka\"\nbrokers = \"{brokers}\"\ntopics = {topics:?}\n{more}\n")
}

/// Starts a run that reads these topics.
pub fn start(cluster: &Cluster, topics: &[String], more: &str) -> Run {
    start_with(cluster, &config(cluster, topics, more))
}

/// Starts a run with a whole configuration.
pub fn start_with(cluster: &Cluster, config: &str) -> Run {
    start_as(cluster, config, Command::new(env!("CARGO_BIN_EXE_pinflow")))
}

/// The same through another command, whose last argument is the program, or with more of an environment.
pub fn start_as(cluster: &Cluster, config: &str, command: Command) -> Run {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start { config, ..Start::on(&data) }.spawn(command);
    Run { program, cluster: cluster.clone(), data, _folder: Some(folder) }
}

/// Starts a run on a data folder that others had before.
pub fn start_on(cluster: &Cluster, config: &str, data: &Path) -> Run {
    let program = Start { config, ..Start::on(data) }.program();
    Run { program, cluster: cluster.clone(), data: data.to_owned(), _folder: None }
}

impl Run {
    pub fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// The dead letters that are written.
    pub fn letters(&self) -> Vec<Value> {
        let Ok(files) = fs::read_dir(self.data().join("dead-letters")) else { return Vec::new() };
        let paths = files.map(|file| file.expect("a file").path());
        let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
        let texts: Vec<String> = paths.map(|path| fs::read_to_string(path).expect("read it")).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub fn status(&self) -> Value {
        self.program.client().get("/v1/status").json()
    }

    /// What is said of each partition.
    pub fn partitions(&self) -> BTreeMap<Partition, Value> {
        partitions_of(&self.status())
    }

    /// Waits until it reads so many partitions.
    #[track_caller]
    pub fn wait_for_partitions(&self, count: usize) -> BTreeMap<Partition, Value> {
        wait_for("partitions", || {
            let partitions = self.partitions();
            if partitions.len() == count { Ok(partitions) } else { Err(format!("{partitions:?}")) }
        })
    }

    /// Positions that the views have.
    pub fn passed(&self) -> u64 {
        self.partitions().values().map(|partition| partition["position"].as_u64().unwrap_or(0)).sum()
    }

    /// Waits until the views have so many positions. Many take their time, but some have to come.
    #[track_caller]
    pub fn wait_for_positions(&self, positions: u64) {
        let mut passed = self.passed();
        while passed < positions {
            passed = wait_for("positions", || {
                let now = self.passed();
                if now > passed { Ok(now) } else { Err(format!("{now}, not {positions}")) }
            });
        }
    }

    /// How often reading has paused.
    pub fn paused(&self) -> u64 {
        self.status()["sources"][0]["pauses"].as_u64().expect("a number")
    }

    /// Waits until it says why it is not ready, and that has this in it.
    #[track_caller]
    pub fn wait_until_told(&self, part: &str) -> String {
        wait_for(part, || {
            let answer = self.program.client().get("/readyz");
            if answer.status == 503 && answer.body.contains(part) {
                Ok(answer.body)
            } else {
                Err(answer.body)
            }
        })
    }

    /// Waits until the views have all that these topics hold, and holds views and counts against it.
    #[track_caller]
    pub fn check(&self, topics: &[String]) -> Content {
        let content = content(&self.cluster, topics);
        self.check_content(&content);
        content
    }

    /// The same of what is known already.
    #[track_caller]
    pub fn check_content(&self, content: &Content) {
        self.check_views_of(content);
        self.program.wait_until_ready();
    }

    /// The same of a run that is not ready, because other topics are missing.
    #[track_caller]
    pub fn check_views(&self, topics: &[String]) {
        self.check_views_of(&content(&self.cluster, topics));
    }

    /// The same of what is known already.
    #[track_caller]
    pub fn check_views_of(&self, content: &Content) {
        let recomputed = Recomputed::of(&content.records);
        self.wait_for_positions(content.positions());
        self.check_counts(content, &recomputed);
        check_views(&shown(&mut self.program.client()), &recomputed.views());
    }

    /// The views are those of this content.
    #[track_caller]
    pub fn check_shown(&self, content: &Content) {
        let views = Recomputed::of(&content.records).views();
        check_views(&shown(&mut self.program.client()), &views);
    }

    /// Per partition: positions passed = accepted + rejected + blank + skipped; and what there is in all.
    #[track_caller]
    fn check_counts(&self, content: &Content, recomputed: &Recomputed) {
        let mut messages: BTreeMap<&Partition, u64> = BTreeMap::new();
        for record in &content.records {
            *messages.entry(&record.partition).or_default() += 1;
        }
        wait_for("counts", || {
            let status = self.status();
            let partitions = partitions_of(&status);
            let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("a number: {status}"));
            let sum = |name: &str| partitions.values().map(|partition| number(&partition[name])).sum::<u64>();
            let found: Vec<_> = content
                .bounds
                .keys()
                .map(|partition| {
                    partitions.get(partition).map_or(0, |partition| number(&partition["position"]))
                })
                .collect();
            let expected: Vec<_> = content.bounds.values().map(|(_, high)| *high).collect();
            let counted = [sum("accepted"), sum("rejected"), number(&status["superseded"])];
            let all = [recomputed.accepted(), recomputed.rejected, recomputed.superseded()];
            if found != expected || counted != all {
                return Err(format!("{found:?}, not {expected:?}; {counted:?}, not {all:?}: {status}"));
            }
            for (name, (_, high)) in &content.bounds {
                let partition = &partitions[name];
                let [first, accepted, rejected, blank, skipped, lag] =
                    ["first_position", "accepted", "rejected", "blank", "skipped", "lag"]
                        .map(|name| number(&partition[name]));
                assert_eq!(accepted + rejected + blank + skipped, high - first, "{partition}");
                assert_eq!(accepted + rejected, messages.get(name).copied().unwrap_or(0), "{partition}");
                assert_eq!((blank, lag), (0, 0), "{partition}");
            }
            Ok(())
        });
    }
}

fn partitions_of(status: &Value) -> BTreeMap<Partition, Value> {
    let partitions = status["sources"][0]["partitions"].as_array().expect("a list").iter();
    let name = |partition: &Value| {
        let topic = partition["topic"].as_str().expect("a topic").to_owned();
        (topic, partition["partition"].as_u64().expect("a number") as u32)
    };
    partitions.map(|partition| (name(partition), partition.clone())).collect()
}
