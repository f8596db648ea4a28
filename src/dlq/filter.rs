//! Which dead letters a command is about.

use crate::dead_letters::StoredLetter;
use clap::Args;
use pinflow_dataflows::kind::Kind;

/// Which dead letters a command is about: those that fit all that is given.
#[derive(Debug, Default, Args)]
pub struct Filter {
    /// Only of this topic.
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Only of this reason: "too large", "not JSON", "not an object", "no usable ind" or "object fault".
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Only of this kind: pin, geo or user.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<Kind>,
}

impl Filter {
    /// Whether a letter fits.
    pub fn fits(&self, letter: &StoredLetter) -> bool {
        let is_topic = self.topic.as_ref().is_none_or(|topic| *topic == letter.topic);
        let is_reason =
            self.reason.as_ref().is_none_or(|reason| reason.eq_ignore_ascii_case(letter.reason_name()));
        let is_kind = self.kind.is_none_or(|kind| letter.kind.as_deref() == Some(kind.name()));
        is_topic && is_reason && is_kind
    }
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::from_name(name).ok_or_else(|| "it is none of pin, geo and user".to_owned())
}
