//! How the records of a kind are mostly written: their members' names, in order, with all that stands between values.
//!
//! Producers write the same members in the same order, with the same white space. What stood before a record's n-th value is
//! looked for there in the next record, in one comparison, before it is read character by character.

use pinflow_dataflows::clean::Slot;

/// Bytes that are compared at once; what is longer is not learnt.
const WIDTH: usize = 32;
/// Members of a record that are learnt.
const MAX_MEMBERS: usize = 32;

/// What stood before each value of a record, and where that goes.
#[derive(Default)]
pub(super) struct Shape {
    members: Vec<Member>,
}

struct Member {
    bytes: [u8; WIDTH],
    /// All bits of the bytes that count.
    mask: [u8; WIDTH],
    length: usize,
    slot: Option<Slot>,
}

impl Shape {
    /// Where the n-th member's value goes, if anywhere, and the length of what stands before it, if that begins `bytes`.
    #[inline(always)]
    pub fn expected(&self, n: usize, bytes: &[u8]) -> Option<(Option<Slot>, usize)> {
        let member = self.members.get(n)?;
        let found: &[u8; WIDTH] = bytes.first_chunk()?;
        let differences = (0..WIDTH).fold(0, |all, i| all | (found[i] ^ member.bytes[i]) & member.mask[i]);
        (differences == 0).then_some((member.slot, member.length))
    }

    /// These bytes stand before the n-th member's value.
    pub fn learn(&mut self, n: usize, before: &[u8], slot: Option<Slot>) {
        if before.len() > WIDTH || n > self.members.len() || n == MAX_MEMBERS {
            return;
        }
        let mut member = Member { bytes: [0; WIDTH], mask: [0; WIDTH], length: before.len(), slot };
        member.bytes[..before.len()].copy_from_slice(before);
        member.mask[..before.len()].fill(u8::MAX);
        match self.members.get_mut(n) {
            Some(known) => *known = member,
            None => self.members.push(member),
        }
    }
}
