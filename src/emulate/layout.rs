//! The layouts of archives: which there are, and what each makes of topics, objects and the texts in them.

use super::checks::OnlyChoice;
use super::framing::Framing;
use clap::ValueEnum;
use pinflow_dataflows::kind::Kind;
use std::fmt;

/// Who the archive looks as if it was written by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// The Kafka Connect S3 sink: `topics/<prefix>.<kind>/partition=<p>/…`, a record a line, offsets in the names.
    #[default]
    Connect,
    /// Amazon Data Firehose: `<prefix>-<kind>/YYYY/MM/DD/HH/…`, records with nothing between them.
    Firehose,
    /// A program that stores each event: `<prefix>-<kind>/event-<number>.json`, a pretty-printed record an object.
    Events,
    /// Exports: `<prefix>.<kind>/<number>.ndjson`, a record a line.
    Ndjson,
}

impl Layout {
    /// What topics are called before the kind, unless something else is asked for.
    pub fn default_prefix(self) -> &'static str {
        match self {
            Layout::Connect | Layout::Ndjson => "129a67850695",
            Layout::Firehose => "streaming-129a67850695",
            Layout::Events => "events",
        }
    }

    /// The folder that all topics lie in, if it is not the archive's root. Who reads an archive that has it passes over all
    /// else.
    pub fn common_folder(self) -> Option<&'static str> {
        (self == Layout::Connect).then_some("topics")
    }

    /// The name of a kind's topic or stream. Its last part after `.` or `-` says the kind to who reads it.
    pub fn topic(self, prefix: &str, kind: Kind) -> String {
        let separator = match self {
            Layout::Connect | Layout::Ndjson => '.',
            Layout::Firehose | Layout::Events => '-',
        };
        format!("{prefix}{separator}{}", kind.name())
    }

    /// What stands around the texts of an object.
    pub fn framing(self) -> Framing {
        match self {
            Layout::Connect => Framing::Lines,
            Layout::Firehose => Framing::Values,
            Layout::Events => Framing::Documents,
            Layout::Ndjson => Framing::ValueLines,
        }
    }

    /// Whether the names of objects tell the offset of their first line.
    pub fn has_offsets(self) -> bool {
        self == Layout::Connect
    }

    /// Whether there can be more than one partition. Those of a stream are deliveries side by side: who reads them puts
    /// them in the order of their times.
    pub fn has_partitions(self) -> bool {
        matches!(self, Layout::Connect | Layout::Firehose)
    }

    /// Whether an object can hold more than one record.
    pub fn has_long_objects(self) -> bool {
        self != Layout::Events
    }

    /// Where there are no offsets, nothing can happen to them.
    pub fn no_offsets(self) -> Option<OnlyChoice> {
        let choice = OnlyChoice { layout: self, only: 0, reason: "its objects have no offsets" };
        (!self.has_offsets()).then_some(choice)
    }

    /// Where there is one partition, so much is the only choice.
    pub fn one_partition(self, only: u32) -> Option<OnlyChoice> {
        let choice = OnlyChoice { layout: self, only, reason: "its objects form one partition" };
        (!self.has_partitions()).then_some(choice)
    }

    /// Where an object is a record, it is no longer.
    pub fn one_record(self) -> Option<OnlyChoice> {
        let choice = OnlyChoice { layout: self, only: 1, reason: "each record is an object of its own" };
        (!self.has_long_objects()).then_some(choice)
    }
}

/// As on the command line.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layout::Connect => "connect",
            Layout::Firehose => "firehose",
            Layout::Events => "events",
            Layout::Ndjson => "ndjson",
        })
    }
}
