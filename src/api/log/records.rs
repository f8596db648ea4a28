//! Reads a page: records of a partition, as far as they are durable.

use super::answers::{LogRecord, Page};
use crate::archive::{Item, Limits};
use crate::begin::Begin;
use crate::follow::Rest;
use crate::log::End;
use crate::message::each_message;
use pinflow_dataflows::kind::Kind;
use std::path::Path;
use std::sync::Arc;

/// What a fault takes of a page.
const FAULT_BYTES: usize = 256;
/// Nobody is told of it here.
const ANY_KIND: Kind = Kind::Pin;

/// About `max_bytes` of records, and at least one if there is one. It blocks.
pub fn read(log: &Path, end: Arc<End>, begin: Begin, max_bytes: usize, limits: Limits) -> Page {
    let (from, since) = start(&end, begin);
    let end_position = end.end_offset;
    let mut rest = Rest::new(log.to_owned(), end, ANY_KIND, from, "log".to_owned(), limits);
    let mut page = Page { next: from, end_position, ..Page::default() };
    let mut bytes = 0;
    while bytes < max_bytes {
        match rest.next() {
            Some(Item::Block(block, _)) => {
                let full_before = each_message(&block, |message| {
                    if message.position < from || message.time < since {
                        return None;
                    }
                    if bytes >= max_bytes {
                        return Some(message.position);
                    }
                    let record = LogRecord::of(message);
                    bytes += record.size();
                    page.records.push(record);
                    None
                });
                if let Some(position) = full_before {
                    return Page { next: position, ..page };
                }
            }
            Some(Item::Fault { fault, .. }) => {
                page.faults.push(fault.into());
                bytes += FAULT_BYTES;
            }
            Some(_) => {}
            None => return Page { next: end_position, ..page },
        }
        page.next = page.next.max(rest.position());
    }
    page
}

/// The first position that is wanted, and the first time.
fn start(end: &End, begin: Begin) -> (u64, u64) {
    let first =
        |object: Option<&crate::log::Object>| object.map_or(end.end_offset, |object| object.start_offset);
    match begin {
        Begin::Earliest => (first(end.objects().next()), 0),
        Begin::Latest => (end.end_offset, 0),
        Begin::Offset(offset) => (offset.min(end.end_offset), 0),
        Begin::Time(time) => (first(end.objects().find(|object| object.time >= time)), time),
    }
}
