//! What an operator has received of ticks that are still open.

use crate::row::Tick;
use std::collections::BTreeMap;
use timely::dataflow::operators::Capability;
use timely::progress::frontier::AntichainRef;

/// By tick: the capabilities to answer it on `N` outputs, and what came.
pub(crate) struct Stash<D, const N: usize> {
    ticks: BTreeMap<Tick, ([Capability<Tick>; N], Vec<D>)>,
}

impl<D, const N: usize> Stash<D, N> {
    pub fn new() -> Self {
        Stash { ticks: BTreeMap::new() }
    }

    /// What has come of a tick; `capabilities` makes those of a tick that is new.
    pub fn entry(&mut self, tick: Tick, capabilities: impl FnOnce() -> [Capability<Tick>; N]) -> &mut Vec<D> {
        &mut self.ticks.entry(tick).or_insert_with(|| (capabilities(), Vec::new())).1
    }

    /// Whether nothing is held of an earlier tick.
    pub fn is_oldest(&self, tick: Tick) -> bool {
        self.ticks.first_key_value().is_none_or(|(oldest, _)| *oldest >= tick)
    }

    /// The oldest tick, once nothing more of it can come.
    pub fn next_complete(
        &mut self,
        frontier: &AntichainRef<'_, Tick>,
    ) -> Option<(Tick, [Capability<Tick>; N], Vec<D>)> {
        let oldest = self.ticks.first_entry().filter(|entry| !frontier.less_equal(entry.key()))?;
        let tick = *oldest.key();
        let (capabilities, data) = oldest.remove();
        Some((tick, capabilities, data))
    }
}
