//! What is sent: one text of one kind.

use pinflow_dataflows::kind::Kind;

/// A text to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub kind: Kind,
    /// Messages with the same key are sent one after another; it is the `ind`, where there is one.
    pub key: u64,
    /// Why it is sent.
    pub sort: Sort,
    /// Whether it is spelled in an unusual way.
    pub odd: bool,
    /// One JSON value without a line's end; but malformed ones may be anything in one line.
    pub text: Vec<u8>,
}

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It is a row's.
    Record,
    /// It has other values for a row's `ind`.
    Correction,
    /// It deletes a row's record.
    Delete,
    /// It must be rejected.
    Malformed,
}
