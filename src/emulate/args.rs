//! The options of `pinflow emulate`, as written on the command line.

use super::layout::Layout;
use clap::Args;
use std::path::PathBuf;

/// What archives alone have stands together in the help.
const ARCHIVE: &str = "To an archive";

/// What is invented, and the archive that it is written into; servers have options of their own beside what is invented.
/// The same options give the same archive, byte for byte, on any machine.
#[derive(Args, Clone, Debug, PartialEq)]
pub struct EmulateArgs {
    /// Folder or `s3://bucket/prefix` to write an archive to: it must be missing or empty, with connect its `topics/`. Or
    /// `http://host:port` of a server, or `kafka://host:port,…/prefix` of brokers and their topics, that records are sent to,
    /// until Ctrl-C unless --count or --duration says otherwise.
    #[arg(long, value_name = "TARGET")]
    pub to: String,

    /// The configuration file, which says how S3 is asked, and with source.librdkafka how brokers are.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How folders and objects are named, and records are put into them.
    #[arg(long, help_heading = ARCHIVE, value_enum, default_value_t = Self::default().layout)]
    pub layout: Layout,

    /// Number of posts, each a pin and mostly a geo and a user. An archive has each once; for a server they are drawn at
    /// random, again and again.
    #[arg(long, value_name = "N", default_value_t = Self::default().posts, allow_negative_numbers = true)]
    pub posts: u64,

    /// Another seed makes other records.
    #[arg(long, value_name = "N", default_value_t = Self::default().seed, allow_negative_numbers = true)]
    pub seed: u64,

    /// What topics are called before `.pin`, `.geo` and `.user`, in the layouts firehose and events and the dialect kinesis
    /// before `-pin`, `-geo` and `-user` [default: 129a67850695, streaming-129a67850695 with firehose and kinesis, events
    /// with events].
    #[arg(long, value_name = "NAME")]
    pub prefix: Option<String>,

    /// Number of partitions of each topic; with firehose, of deliveries side by side; else there is one [default: 4].
    #[arg(long, help_heading = ARCHIVE, value_name = "N", allow_negative_numbers = true)]
    pub partitions: Option<u32>,

    /// Records of an object; with events it is one. Objects are held in memory until they are full: about 800 bytes for
    /// each record and partition [default: 10000].
    #[arg(long, help_heading = ARCHIVE, value_name = "RECORDS", allow_negative_numbers = true)]
    pub per_object: Option<u64>,

    /// Compress objects with gzip.
    #[arg(long, help_heading = ARCHIVE)]
    pub gzip: bool,

    /// Share of records, 0 to 1, that are appended once more, up to 200 lines later.
    #[arg(long, help_heading = ARCHIVE, value_name = "RATE", default_value_t = Self::default().redelivery_rate, allow_negative_numbers = true)]
    pub redelivery_rate: f64,

    /// Share of records, 0 to 1, that a record with the same `ind` and other values follows, up to 2,000 lines or posts
    /// later.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().correction_rate, allow_negative_numbers = true)]
    pub correction_rate: f64,

    /// Share of records, 0 to 1, that a delete follows, up to 2,000 lines or posts later.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().delete_rate, allow_negative_numbers = true)]
    pub delete_rate: f64,

    /// Lines or requests that must be rejected, for each record: 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().malformed_rate, allow_negative_numbers = true)]
    pub malformed_rate: f64,

    /// Share of records, 0 to 1, that are spelled in an unusual but legal way.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().odd_rate, allow_negative_numbers = true)]
    pub odd_rate: f64,

    /// Share of posts, 0 to 1, without a geo record.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().missing_geo_rate, allow_negative_numbers = true)]
    pub missing_geo_rate: f64,

    /// Share of posts, 0 to 1, without a user record.
    #[arg(long, value_name = "RATE", default_value_t = Self::default().missing_user_rate, allow_negative_numbers = true)]
    pub missing_user_rate: f64,

    /// Share of objects, 0 to 1, whose successor repeats their last lines at the same offsets. Those that a gap follows
    /// have none. Like gaps and blank lines with connect only.
    #[arg(long, help_heading = ARCHIVE, value_name = "RATE", default_value_t = Self::default().overlap_rate, allow_negative_numbers = true)]
    pub overlap_rate: f64,

    /// Share of objects, 0 to 1, after which up to 50 offsets are left out.
    #[arg(long, help_heading = ARCHIVE, value_name = "RATE", default_value_t = Self::default().gap_rate, allow_negative_numbers = true)]
    pub gap_rate: f64,

    /// Blank lines, which take an offset too, for each record: 0 to 1.
    #[arg(long, help_heading = ARCHIVE, value_name = "RATE", default_value_t = Self::default().blank_rate, allow_negative_numbers = true)]
    pub blank_rate: f64,

    /// Share of records, 0 to 1, in another partition than `ind` modulo the number of partitions, where there are several.
    #[arg(long, help_heading = ARCHIVE, value_name = "RATE", default_value_t = Self::default().scatter_rate, allow_negative_numbers = true)]
    pub scatter_rate: f64,
}

impl Default for EmulateArgs {
    /// The defaults of the command line; `to` has none.
    fn default() -> Self {
        EmulateArgs {
            to: String::new(),
            config: None,
            layout: Layout::default(),
            posts: 10_000,
            seed: 1,
            prefix: None,
            partitions: None,
            per_object: None,
            gzip: false,
            redelivery_rate: 0.1,
            correction_rate: 0.0,
            delete_rate: 0.0,
            malformed_rate: 0.0,
            odd_rate: 0.0,
            missing_geo_rate: 0.05,
            missing_user_rate: 0.05,
            overlap_rate: 0.0,
            gap_rate: 0.0,
            blank_rate: 0.0,
            scatter_rate: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        emulate: EmulateArgs,
    }

    fn parse(line: &str) -> Result<EmulateArgs, clap::Error> {
        Program::try_parse_from(line.split(' ')).map(|program| program.emulate)
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        let defaults = EmulateArgs { to: "archive".into(), ..EmulateArgs::default() };
        assert_eq!(parse("emulate --to archive").expect("parsed"), defaults);
        Program::command().debug_assert();
        assert!(parse("emulate").is_err(), "there is no default for --to");
    }

    #[test]
    fn layouts_have_names() {
        for layout in [Layout::Connect, Layout::Firehose, Layout::Events, Layout::Ndjson] {
            let parsed = parse(&format!("emulate --to archive --layout {layout}")).expect("parsed");
            assert_eq!(parsed.layout, layout);
        }
        let error = parse("emulate --to archive --layout avro").expect_err("no layout").to_string();
        assert!(error.contains("--layout") && error.contains("connect, firehose, events, ndjson"), "{error}");
    }

    #[test]
    fn negative_numbers_reach_the_check_that_names_the_flag() {
        let args = parse("emulate --to archive --odd-rate -0.5 --gzip").expect("parsed");
        assert_eq!((args.odd_rate, args.gzip), (-0.5, true));
        let error = parse("emulate --to archive --posts -5").expect_err("no number of posts").to_string();
        assert!(error.contains("--posts"), "{error}");
    }
}
