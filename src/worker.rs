//! One worker: takes blocks, decodes them, feeds its part of the graph, and gathers its part of the views.

use crate::block::Messages;
use crate::buffers::Buffers;
use crate::dead_letters::DeadLetters;
use crate::decode::{Counts, Decoder};
use crate::sequencer::{Sequencer, Work};
use pinflow_dataflows::chunk::Chunk;
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::graph;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Settings, Tick};
use pinflow_dataflows::shown::Shown;
use pinflow_dataflows::state::{Size, State};
use pinflow_dataflows::view::ViewRow;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use timely::dataflow::ProbeHandle;
use timely::dataflow::operators::probe::Probe;
use timely::dataflow::operators::vec::input::Input;
use timely::worker::Worker;

/// What all workers of a process share.
pub struct Shared {
    /// Where blocks come from.
    pub sequencer: Sequencer,
    /// Where rejects go.
    pub dead_letters: DeadLetters,
    /// Where buffers of decoded blocks go.
    pub buffers: Buffers,
    /// The names that rows refer to.
    pub names: NameTables,
    /// What the views are computed with.
    pub settings: Settings,
    /// Which fields are cleaned and counted.
    pub wanted: Fields,
    /// Bytes of the longest record that is looked at.
    pub record_max_bytes: usize,
}

/// What a worker has at the end.
#[derive(Debug)]
pub struct Outcome {
    /// Its rows of all views.
    pub rows: Vec<ViewRow>,
    /// What it decoded.
    pub counts: Counts,
    /// Accepted records that are not the latest of their `ind` and kind.
    pub superseded: u64,
    /// What its state takes.
    pub size: Size,
    /// Where its time went.
    pub times: Times,
}

/// Where a worker's time went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Decoding.
    pub decode: Duration,
    /// The graph.
    pub graph: Duration,
    /// Waiting for blocks or for other workers.
    pub wait: Duration,
}

/// How long a worker with nothing to do waits before it looks again.
const PARK: Duration = Duration::from_micros(200);

/// Takes and decodes blocks until there are none, and steps the graph until all views are complete.
pub fn run(worker: &mut Worker, shared: &Shared) -> Outcome {
    let mut dataflow = Dataflow::new(worker, &shared.settings);
    let mut decoder = Decoder::new(&shared.names, worker.peers(), shared.wanted, shared.record_max_bytes);
    let mut times = Times::default();
    let last_tick = loop {
        let start = Instant::now();
        match shared.sequencer.next_work(&shared.dead_letters) {
            Work::Block(tick, block) => {
                dataflow.enter(worker, tick, &mut decoder);
                let entered = Instant::now();
                let letters = decoder.decode(&block, &mut |chunk| dataflow.input.send(chunk));
                shared.dead_letters.finish_block(block.partition, block.sequence, &letters);
                if let Messages::Lines(buffer) | Messages::Values(buffer, _) = block.messages {
                    shared.buffers.give(buffer);
                }
                times.decode += entered.elapsed();
                times.graph += entered - start;
                times.graph += timed(|| worker.step());
            }
            Work::Nothing(tick) => {
                dataflow.enter(worker, tick, &mut decoder);
                worker.step_or_park(Some(PARK));
                times.wait += start.elapsed();
            }
            Work::Finished(tick) => break tick,
        }
    };
    times.graph += timed(|| dataflow.finish(worker, last_tick, &mut decoder));
    Outcome {
        rows: dataflow.rows(),
        counts: decoder.counts().clone(),
        superseded: dataflow.state.superseded(),
        size: dataflow.state.size(),
        times,
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The worker's part of the graph, and its ends.
struct Dataflow {
    input: timely::dataflow::operators::vec::input::Handle<Tick, Chunk>,
    probe: ProbeHandle<Tick>,
    state: Rc<State>,
    shown: Rc<RefCell<Shown>>,
}

impl Dataflow {
    fn new(worker: &mut Worker, settings: &Settings) -> Dataflow {
        let shown = Rc::new(RefCell::new(Shown::default()));
        worker.dataflow_named("views", |scope| {
            let (input, chunks) = scope.new_input();
            let graph = graph::build(chunks, settings);
            let gathered = shown.clone();
            let views =
                graph.views.inspect(move |(row, _tick, diff)| gathered.borrow_mut().change(*row, *diff));
            let probe = ProbeHandle::new();
            views.inner.probe_with(&probe);
            Dataflow { input, probe, state: graph.state, shown }
        })
    }

    /// Moves on to a tick. What is behind the tick before must be complete: a worker that runs ahead would only fill
    /// the queues of the others.
    fn enter(&mut self, worker: &mut Worker, tick: Tick, decoder: &mut Decoder) {
        if tick > *self.input.time() {
            decoder.flush(&mut |chunk| self.input.send(chunk));
            self.input.advance_to(tick);
            while self.probe.less_than(&(tick - 1)) {
                worker.step_or_park(Some(PARK));
            }
        }
    }

    /// Closes the last tick and waits until the views show it.
    fn finish(&mut self, worker: &mut Worker, last_tick: Tick, decoder: &mut Decoder) {
        decoder.flush(&mut |chunk| self.input.send(chunk));
        self.input.advance_to(last_tick + 1);
        while self.probe.less_than(&(last_tick + 1)) {
            worker.step_or_park(Some(PARK));
        }
    }

    fn rows(&self) -> Vec<ViewRow> {
        self.shown.borrow().rows().collect()
    }
}
