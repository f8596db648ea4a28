//! `pinflow emulate` as it is written on the command line: `--to` decides which of the options it has.

use super::args::EmulateArgs;
use super::error::EmulateError;
use super::live::{self, Invented, KafkaOptions, LiveArgs, LiveError, LiveSettings, Rows};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::path::PathBuf;

/// The options that only archives have.
const FOR_ARCHIVES: [&str; 9] = [
    "layout",
    "partitions",
    "per_object",
    "gzip",
    "redelivery_rate",
    "overlap_rate",
    "gap_rate",
    "blank_rate",
    "scatter_rate",
];
/// The options that servers and topics of Kafka have.
const FOR_SENDING: [&str; 8] =
    ["rate", "pace", "count", "duration", "catalogue", "log_sent", "json", "quiet"];
/// The options that only servers have.
const FOR_SERVERS: [&str; 3] = ["dialect", "connections", "batch"];
/// The options that only topics of Kafka have.
const FOR_KAFKA: [&str; 1] = ["create_topics"];
/// The options that say how to invent posts for a server.
const FOR_INVENTED: [&str; 7] = [
    "posts",
    "missing_geo_rate",
    "missing_user_rate",
    "correction_rate",
    "delete_rate",
    "malformed_rate",
    "odd_rate",
];

/// All options, and which of them were given.
#[derive(Clone, Debug)]
pub struct EmulateCommand {
    archive: EmulateArgs,
    live: LiveArgs,
    given: Vec<String>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum EmulateTask {
    /// An archive is written.
    Archive(EmulateArgs),
    /// Records are sent to a server.
    Live(LiveTask),
}

/// Records are sent to a server, and then it is said what became of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveTask {
    /// What is sent.
    pub settings: LiveSettings,
    /// The configuration, which says how brokers are asked.
    pub config: Option<PathBuf>,
    /// Whether it is said as JSON.
    pub json: bool,
}

impl EmulateCommand {
    /// What is to be done. An option without effect is refused: else it would look as if it had one.
    pub fn task(self) -> Result<EmulateTask, EmulateError> {
        let to = self.archive.to.clone();
        let is_kafka = live::is_kafka(&to);
        if !is_kafka && !to.starts_with("http://") && !to.starts_with("https://") {
            let for_others = [&FOR_SENDING[..], &FOR_SERVERS, &FOR_KAFKA].concat();
            return match self.first_given(&for_others) {
                Some(flag) => Err(LiveError::ForServers { flag, to }.into()),
                None => Ok(EmulateTask::Archive(self.archive)),
            };
        }
        if let Some(flag) = self.first_given(&FOR_ARCHIVES) {
            return Err(LiveError::ForArchives { flag, to }.into());
        }
        match is_kafka {
            true => self.refuse(&FOR_SERVERS, |flag| LiveError::NotForKafka { flag })?,
            false => {
                let for_kafka = [&FOR_KAFKA[..], &["config"]].concat();
                self.refuse(&for_kafka, |flag| LiveError::NotForServers { flag, to })?;
            }
        }
        if let Some(flag) = self.first_given(&FOR_INVENTED).filter(|_| self.live.catalogue.is_some()) {
            return Err(LiveError::ForInvented { flag }.into());
        }
        let (json, config) = (self.live.json, self.archive.config.clone());
        Ok(EmulateTask::Live(LiveTask { settings: settings(self.archive, self.live), config, json }))
    }

    fn refuse(&self, options: &[&str], error: impl FnOnce(String) -> LiveError) -> Result<(), LiveError> {
        self.first_given(options).map_or(Ok(()), |flag| Err(error(flag)))
    }

    /// The first of the options that was given, as a flag without its dashes.
    fn first_given(&self, options: &[&str]) -> Option<String> {
        self.given.iter().find(|given| options.contains(&given.as_str())).map(|given| given.replace('_', "-"))
    }
}

fn settings(archive: EmulateArgs, live: LiveArgs) -> LiveSettings {
    let invented = Invented {
        posts: archive.posts,
        missing_geo_rate: archive.missing_geo_rate,
        missing_user_rate: archive.missing_user_rate,
        correction_rate: archive.correction_rate,
        delete_rate: archive.delete_rate,
        malformed_rate: archive.malformed_rate,
        odd_rate: archive.odd_rate,
    };
    LiveSettings {
        to: archive.to,
        dialect: live.dialect,
        prefix: archive.prefix,
        rows: live.catalogue.map_or(Rows::Invented(invented), Rows::File),
        seed: archive.seed,
        rate: live.rate,
        pace: live.pace,
        count: live.count,
        duration: live.duration,
        connections: live.connections,
        batch: live.batch,
        log_sent: live.log_sent,
        kafka: KafkaOptions { create_topics: live.create_topics, ..KafkaOptions::default() },
        progress: !live.quiet,
    }
}

impl FromArgMatches for EmulateCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (archive, live) = (EmulateArgs::from_arg_matches(matches)?, LiveArgs::from_arg_matches(matches)?);
        let is_given = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let given = matches.ids().filter(is_given).map(|id| id.as_str().to_owned()).collect();
        Ok(EmulateCommand { archive, live, given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = EmulateCommand::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for EmulateCommand {
    fn augment_args(command: Command) -> Command {
        LiveArgs::augment_args(EmulateArgs::augment_args(command))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        emulate: EmulateCommand,
    }

    fn task(line: &str) -> Result<EmulateTask, EmulateError> {
        Program::try_parse_from(line.split(' ')).expect("parsed").emulate.task()
    }

    const ARCHIVE: &str = "emulate --to archive";
    const SERVER: &str = "emulate --to http://127.0.0.1:8080";
    const KAFKA: &str = "emulate --to kafka://127.0.0.1:9092/test";

    #[test]
    fn what_is_not_given_has_its_default() {
        let archive = EmulateArgs { to: "archive".into(), ..EmulateArgs::default() };
        assert_eq!(task(ARCHIVE).expect("a task"), EmulateTask::Archive(archive));
        let settings = LiveSettings { to: "http://127.0.0.1:8080".into(), ..LiveSettings::default() };
        assert_eq!(
            task(SERVER).expect("a task"),
            EmulateTask::Live(LiveTask { settings, config: None, json: false })
        );
    }

    #[test]
    fn every_option_is_for_something() {
        let for_both = ["to", "config", "seed", "prefix", "help"];
        let known =
            [&FOR_ARCHIVES[..], &FOR_SENDING, &FOR_SERVERS, &FOR_KAFKA, &FOR_INVENTED, &for_both].concat();
        let command = Program::command();
        command.clone().debug_assert();
        let options: BTreeSet<&str> =
            command.get_arguments().map(|option| option.get_id().as_str()).collect();
        assert!(options.iter().all(|option| known.contains(option)), "{options:?}");
        assert_eq!(options.len() + usize::from(!options.contains("help")), known.len());
    }

    #[test]
    fn options_that_do_not_fit_are_refused_by_name_even_at_their_default() {
        let said = |line: String| task(&line).expect_err(&line).to_string();
        for flag in ["layout connect", "partitions 4", "gzip", "redelivery-rate 0.1", "gap-rate 0"] {
            let name = flag.split(' ').next().expect("a name");
            let message = format!("--{name} is for archives, and --to http://127.0.0.1:8080 is a server");
            assert_eq!(said(format!("{SERVER} --{flag}")), message);
        }
        for flag in ["dialect rest-proxy", "rate 5", "count 1", "duration 1s", "log-sent a", "json", "quiet"]
        {
            let name = flag.split(' ').next().expect("a name");
            assert!(said(format!("{ARCHIVE} --{flag}")).starts_with(&format!("--{name} is for servers")));
        }
        for flag in ["config a", "create-topics 3"] {
            assert!(said(format!("{SERVER} --{flag}")).contains("is for topics of Kafka"));
        }
        for flag in ["dialect rest-proxy", "connections 4", "batch 1"] {
            assert!(said(format!("{KAFKA} --{flag}")).contains("--to kafka:// has none"));
        }
        let with_rows = format!("{SERVER} --catalogue rows.ndjson");
        assert!(said(format!("{with_rows} --posts 5")).starts_with("--posts is for invented posts"));
        let Ok(EmulateTask::Live(live)) = task(&format!("{with_rows} --json --quiet --seed 3")) else {
            panic!("a server")
        };
        assert_eq!(live.settings.rows, Rows::File(PathBuf::from("rows.ndjson")));
        assert_eq!((live.json, live.settings.progress, live.settings.seed), (true, false, 3));
    }

    #[test]
    fn an_emulation_ends_after_a_count_or_a_time() {
        let both = format!("{SERVER} --count 1 --duration 1s");
        let error = Program::try_parse_from(both.split(' ')).map(|_| ()).expect_err("both");
        assert!(error.to_string().contains("--duration"), "{error}");
    }
}
