//! One worker's part of a graph that is fed rows.

use super::process::thread_time;
use pinflow_dataflows::chunk::{Chunk, Chunks};
use pinflow_dataflows::graph;
use pinflow_dataflows::row::{Row, Settings, Tick};
use pinflow_dataflows::state::State;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use timely::dataflow::ProbeHandle;
use timely::dataflow::operators::{Input as _, Probe as _, vec::input::Handle};
use timely::worker::Worker;

/// The part, and what is watched of it.
pub struct Fed {
    /// What it holds.
    pub state: Rc<State>,
    /// Changes of rows of views so far.
    pub changes: Rc<Cell<u64>>,
    input: Handle<Tick, Chunk>,
    chunks: Chunks,
    probe: ProbeHandle<Tick>,
}

/// Records of a replay's tick (`replay.tick_max_records` as shipped).
pub const REPLAY_TICK: usize = 1_000_000;
/// Rows between two turns of the operators, about those of a block as shipped.
const TURN_RECORDS: usize = 1_000;
/// How long one waits for the others, as a worker of a run does.
const PARK: Duration = Duration::from_micros(200);

impl Fed {
    /// Builds the graph.
    pub fn new(worker: &mut Worker) -> Fed {
        let probe = ProbeHandle::new();
        let changes = Rc::new(Cell::new(0));
        let counted = changes.clone();
        let (input, state) = worker.dataflow(|scope| {
            let (input, chunks) = scope.new_input();
            let graph = graph::build(chunks, &Settings::default());
            graph.views.inspect(move |_| counted.set(counted.get() + 1)).inner.probe_with(&probe);
            (input, graph.state)
        });
        Fed { state, changes, input, chunks: Chunks::new(worker.peers()), probe }
    }

    /// Takes rows of the open tick.
    pub fn feed(&mut self, rows: &[Row]) {
        for row in rows {
            self.chunks.push(row, &mut |chunk| self.input.send(chunk));
        }
    }

    /// Closes the open tick, and tells its number.
    pub fn close_tick(&mut self) -> Tick {
        self.chunks.flush(&mut |chunk| self.input.send(chunk));
        let tick = *self.input.time();
        self.input.advance_to(tick + 1);
        tick
    }

    /// All ticks below are shown.
    pub fn shown_below(&self) -> Tick {
        self.probe.with_frontier(|frontier| frontier.first().copied()).unwrap_or(Tick::MAX)
    }

    /// Waits until a tick is shown.
    pub fn wait_for(&self, worker: &mut Worker, tick: Tick) {
        while self.probe.less_equal(&tick) {
            worker.step_or_park(Some(PARK));
        }
    }

    /// Takes the worker's share of rows as a replay does: in turns, and in ticks of so many records in all.
    pub fn replay(&mut self, worker: &mut Worker, rows: &[Row]) {
        for tick in rows.chunks(REPLAY_TICK) {
            let share = tick.len().div_ceil(worker.peers());
            for rows in tick.chunks(share).nth(worker.index()).unwrap_or_default().chunks(TURN_RECORDS) {
                self.feed(rows);
                worker.step();
            }
            self.close_replayed_tick(worker);
        }
        self.wait_for(worker, *self.input.time() - 1);
    }

    /// The same with rows as they are made, on the only worker, in ticks of so many. Gives the processor time that they took
    /// here.
    pub fn take(
        &mut self,
        worker: &mut Worker,
        tick_records: usize,
        mut rows: impl Iterator<Item = Row>,
    ) -> Duration {
        assert_eq!(worker.peers(), 1, "rows are not shared out");
        let (mut time, mut in_tick, mut turn) = (Duration::ZERO, 0, Vec::with_capacity(TURN_RECORDS));
        loop {
            turn.clear();
            turn.extend(rows.by_ref().take(TURN_RECORDS));
            let start = thread_time();
            in_tick += turn.len();
            self.feed(&turn);
            worker.step();
            if turn.is_empty() || in_tick >= tick_records {
                self.close_replayed_tick(worker);
                in_tick = 0;
            }
            if turn.is_empty() {
                self.wait_for(worker, *self.input.time() - 1);
                return time + (thread_time() - start);
            }
            time += thread_time() - start;
        }
    }

    fn close_replayed_tick(&mut self, worker: &mut Worker) {
        // The next tick begins while others still close this one.
        if let Some(before) = self.close_tick().checked_sub(1) {
            self.wait_for(worker, before);
        }
    }
}
