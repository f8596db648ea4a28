//! Which kind of records a topic, a stream or an archive's folder holds.

use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;

/// What is done with the records of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// They are of this kind.
    Kind(Kind),
    /// They are not read.
    Ignore,
}

impl Mapping {
    /// The mapping that a configuration writes as `pin`, `geo`, `user` or `ignore`.
    pub(super) fn from_name(name: &str) -> Option<Mapping> {
        match name {
            "ignore" => Some(Mapping::Ignore),
            kind => Kind::from_name(kind).map(Mapping::Kind),
        }
    }
}

/// The table of names, and the rule for names that are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    table: BTreeMap<String, Mapping>,
    /// What those hold that neither the table nor their names tell of.
    otherwise: Option<Kind>,
}

impl Kinds {
    /// The mapping of a topic's, a stream's or a folder's name: as the table says, else by the name's last part after
    /// `.` or `-`. `None` means that it has to be set as `kinds."NAME"`.
    pub fn of(&self, name: &str) -> Option<Mapping> {
        let last_part = name.rsplit(['.', '-']).next().unwrap_or(name);
        let by_name = || Kind::from_name(last_part).or(self.otherwise).map(Mapping::Kind);
        self.table.get(name).copied().or_else(by_name)
    }

    /// The same, with a kind for names that tell none.
    pub fn otherwise(self, kind: Kind) -> Kinds {
        Kinds { otherwise: Some(kind), ..self }
    }
}

impl FromIterator<(String, Mapping)> for Kinds {
    fn from_iter<I: IntoIterator<Item = (String, Mapping)>>(entries: I) -> Kinds {
        Kinds { table: entries.into_iter().collect(), otherwise: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_goes_before_the_name() {
        let kinds = Kinds::from_iter([
            ("Pinterest_data".to_string(), Mapping::Kind(Kind::Pin)),
            ("old.pin".to_string(), Mapping::Ignore),
            ("a.geo".to_string(), Mapping::Kind(Kind::User)),
        ]);
        assert_eq!(kinds.of("Pinterest_data"), Some(Mapping::Kind(Kind::Pin)));
        assert_eq!(kinds.of("old.pin"), Some(Mapping::Ignore));
        assert_eq!(kinds.of("a.geo"), Some(Mapping::Kind(Kind::User)));
    }

    #[test]
    fn a_name_tells_its_kind_by_its_last_part() {
        let of = |name| Kinds::default().of(name);
        assert_eq!(of("129a67850695.pin"), Some(Mapping::Kind(Kind::Pin)));
        assert_eq!(of("streaming-129a67850695-geo"), Some(Mapping::Kind(Kind::Geo)));
        assert_eq!(of("a-b.user"), Some(Mapping::Kind(Kind::User)));
        assert_eq!(of("user"), Some(Mapping::Kind(Kind::User)));
        for unmapped in ["", "pins", "a.Pin", "a.pin-old", "a_pin", "a.pin.", "ignore", "a.ignore"] {
            assert_eq!(of(unmapped), None, "{unmapped}");
            let told = Kinds::default().otherwise(Kind::Geo).of(unmapped);
            assert_eq!(told, Some(Mapping::Kind(Kind::Geo)), "{unmapped}");
        }
    }
}
