//! What topics and streams hold that the command line names.

use super::TapArgs;
use super::error::TapError;
use crate::config::{Kinds, Mapping};
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;

/// Those of the kind that is wanted, with their kinds.
pub fn wanted(names: Vec<String>, args: &TapArgs, kinds: &Kinds) -> Result<BTreeMap<String, Kind>, TapError> {
    let mut wanted = BTreeMap::new();
    for name in names {
        match kinds.of(&name) {
            Some(Mapping::Kind(kind)) if args.kind.is_none_or(|wanted| wanted == kind) => {
                wanted.insert(name, kind);
            }
            Some(Mapping::Kind(_)) => {}
            Some(Mapping::Ignore) => return Err(TapError::Ignored { topic: name }),
            None => return Err(TapError::UnknownKind { name }),
        }
    }
    match args.kind.filter(|_| wanted.is_empty()) {
        Some(kind) => Err(TapError::NothingOfKind { source_text: args.source.clone(), kind }),
        None => Ok(wanted),
    }
}
