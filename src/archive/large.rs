//! A message that is too long to be kept: its beginning, its length and its hash are.

use sha2::{Digest, Sha256};

/// Bytes that are kept of its beginning.
const HEAD_BYTES: usize = 64 << 10;

/// What is known of a message that was too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// Its first 64 KiB.
    pub head: Vec<u8>,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of all of it.
    pub sha256: [u8; 32],
}

/// Takes a message part by part.
#[derive(Default)]
pub struct Measure {
    head: Vec<u8>,
    bytes: u64,
    sha256: Sha256,
}

impl Measure {
    /// The next part.
    pub fn add(&mut self, part: &[u8]) {
        let wanted = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&part[..part.len().min(wanted)]);
        self.bytes += part.len() as u64;
        self.sha256.update(part);
    }

    /// What is known now.
    pub fn finish(self) -> TooLarge {
        TooLarge { head: self.head, bytes: self.bytes, sha256: self.sha256.finalize().into() }
    }
}

impl TooLarge {
    /// Measures a message that is there as a whole.
    pub fn of(message: &[u8]) -> TooLarge {
        let mut measure = Measure::default();
        measure.add(message);
        measure.finish()
    }

    /// What somebody else has measured; nothing if that is no hash.
    pub fn known(head: Vec<u8>, bytes: u64, sha256: &str) -> Option<TooLarge> {
        let digits = sha256.as_bytes().chunks(2).map(|digits| str::from_utf8(digits).ok());
        let hash: Option<Vec<u8>> = digits.map(|digits| u8::from_str_radix(digits?, 16).ok()).collect();
        Some(TooLarge { head, bytes, sha256: hash?.try_into().ok()? })
    }

    /// The hash in hexadecimal digits.
    pub fn sha256_text(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
