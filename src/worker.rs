//! One worker: takes blocks, decodes them, feeds its part of the graph, and hands over its part of the views.

use crate::block::Messages;
use crate::buffers::Buffers;
use crate::dead_letters::Letters;
use crate::decode::Decoder;
use crate::deliveries::Deliveries;
use crate::lookups::{Answer, Lookup, Lookups};
use crate::measured::{Measured, Measurement, Times};
use crate::sequencer::{Sequencer, Work};
use crate::views::{Change, ViewStore, take_below};
use pinflow_dataflows::chunk::Chunk;
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::graph;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Settings, Tick};
use pinflow_dataflows::shown::Shown;
use pinflow_dataflows::state::State;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use timely::dataflow::channels::pact::Pipeline;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::vec::input::Input;
use timely::worker::Worker;

/// What all workers of a process share.
pub struct Shared {
    /// Where blocks come from.
    pub sequencer: Arc<Sequencer>,
    /// Where rejects go.
    pub dead_letters: Arc<dyn Letters>,
    /// Where buffers of decoded blocks go.
    pub buffers: Buffers,
    /// The names that rows refer to.
    pub names: Arc<NameTables>,
    /// What the views are computed with.
    pub settings: Settings,
    /// Which fields are cleaned and counted.
    pub wanted: Fields,
    /// Bytes of the longest record that is looked at.
    pub record_max_bytes: usize,
    /// The views.
    pub views: Arc<ViewStore>,
    /// Where changes of the views go with every tick. A replay has none: it shows nothing before the end, and most rows
    /// change in each of its large ticks.
    pub deliveries: Option<Deliveries>,
    /// What is asked of the state.
    pub lookups: Lookups,
    /// What each worker has counted and measured.
    pub measured: Vec<Measured>,
}

/// How long a worker with nothing to do waits for live sources, which wake it.
const PARK: Duration = Duration::from_millis(50);
/// How long it waits for readers of archives, or for other workers to complete a tick, before it looks again.
const SHORT_PARK: Duration = Duration::from_micros(200);
/// How often a busy worker measures how large its state is, at most.
const MEASURE_EVERY: Duration = Duration::from_millis(200);
/// The part of its time that it spends on that, at most.
const MEASURE_PART: u32 = 500;

/// Takes and decodes blocks until there are none, and steps the graph until all views are complete.
pub fn run(worker: &mut Worker, shared: &Shared) {
    shared.sequencer.wake_this_thread();
    let mut part = Part::new(worker, shared);
    let last_tick = loop {
        let start = Instant::now();
        match shared.sequencer.next_work(&*shared.dead_letters) {
            Work::Block(tick, block) => {
                part.enter(worker, tick);
                let entered = Instant::now();
                let letters = part.decoder.decode(&block, &mut |chunk| part.input.send(chunk));
                shared.dead_letters.finish_block(block.partition, block.sequence, &letters);
                if let Messages::Lines(buffer) | Messages::Values(buffer, _) = block.messages {
                    shared.buffers.give(buffer);
                }
                part.times.decode += entered.elapsed();
                part.times.graph += entered - start;
                let stepped = Instant::now();
                part.step(worker);
                part.times.graph += stepped.elapsed();
                part.is_measured = false;
                part.measure_if_due();
            }
            Work::Nothing(tick, left) => {
                part.enter(worker, tick);
                // What is still on its way changes the state, also that of workers that decoded nothing.
                if part.is_complete() {
                    part.measure_if_due();
                }
                part.wait(worker, left);
                part.times.wait += start.elapsed();
            }
            Work::Finished(tick) => break tick,
        }
    };
    let start = Instant::now();
    part.finish(worker, last_tick);
    part.times.graph += start.elapsed();
    part.measure();
}

/// The worker's part of the graph, and its ends.
struct Part<'a> {
    number: usize,
    shared: &'a Shared,
    decoder: Decoder,
    input: timely::dataflow::operators::vec::input::Handle<Tick, Chunk>,
    /// The oldest tick that may still change the views.
    reached: Rc<Cell<Tick>>,
    state: Rc<State>,
    changes: Rc<RefCell<Vec<Change>>>,
    /// All ticks below are complete, as the views were told.
    complete_below: Tick,
    times: Times,
    /// What the views are to show at the end, where they do not show every tick.
    shown: Shown,
    /// When it is measured again how large the state is.
    measure_at: Instant,
    /// Whether nothing has changed since it was.
    is_measured: bool,
}

impl<'a> Part<'a> {
    fn new(worker: &mut Worker, shared: &'a Shared) -> Part<'a> {
        let decoder = Decoder::new(&shared.names, worker.peers(), shared.wanted, shared.record_max_bytes);
        let number = worker.index();
        let changes = Rc::new(RefCell::new(Vec::new()));
        worker.dataflow_named("views", |scope| {
            let (input, chunks) = scope.new_input();
            let graph = graph::build(chunks, &shared.settings);
            let reached = Rc::new(Cell::new(0));
            let (gathered, oldest) = (changes.clone(), reached.clone());
            graph.views.inner.sink(Pipeline, "Changes of views", move |(input, frontier)| {
                input.for_each(|_, changes| gathered.borrow_mut().append(changes));
                if let Some(tick) = frontier.frontier().first() {
                    oldest.set(*tick);
                }
            });
            Part {
                number,
                shared,
                decoder,
                input,
                reached,
                state: graph.state,
                changes,
                complete_below: 1,
                times: Times::default(),
                shown: Shown::default(),
                measure_at: Instant::now(),
                is_measured: true,
            }
        })
    }

    /// Moves on to a tick. What is behind the tick before must be complete: a worker that runs ahead would only fill
    /// the queues of the others.
    fn enter(&mut self, worker: &mut Worker, tick: Tick) {
        if tick > *self.input.time() {
            self.decoder.flush(&mut |chunk| self.input.send(chunk));
            self.input.advance_to(tick);
            while self.reached.get() < tick - 1 {
                self.step_or_park(worker, SHORT_PARK);
            }
        }
    }

    /// Closes the last tick and waits until the views show it.
    fn finish(&mut self, worker: &mut Worker, last_tick: Tick) {
        self.decoder.flush(&mut |chunk| self.input.send(chunk));
        self.input.advance_to(last_tick + 1);
        while self.reached.get() < last_tick + 1 {
            self.step_or_park(worker, SHORT_PARK);
        }
        if self.shared.deliveries.is_none() {
            let rows = self.shown.rows().map(|row| (row, last_tick, 1)).collect();
            self.shared.views.deliver(self.number, last_tick + 1, rows);
        }
    }

    fn step(&mut self, worker: &mut Worker) {
        worker.step();
        self.hand_over();
    }

    fn step_or_park(&mut self, worker: &mut Worker, longest: Duration) {
        worker.step_or_park(Some(longest));
        self.hand_over();
    }

    /// Nothing to decode: waits until there is, or the open tick is to be closed.
    fn wait(&mut self, worker: &mut Worker, left: Duration) {
        let will_be_woken = self.is_complete() && self.shared.sequencer.is_live();
        self.step_or_park(worker, if will_be_woken { PARK.min(left) } else { SHORT_PARK });
    }

    /// Whether all ticks before the one that is open are complete.
    fn is_complete(&self) -> bool {
        self.complete_below >= *self.input.time()
    }

    /// Hands over the changes of complete ticks, and answers what is asked of the state.
    fn hand_over(&mut self) {
        let complete_below = self.reached.get();
        if complete_below > self.complete_below {
            self.complete_below = complete_below;
            // Before the views, so that counts are never behind what they show.
            self.tell_counts();
            let complete = take_below(&mut self.changes.borrow_mut(), complete_below);
            match &self.shared.deliveries {
                Some(deliveries) => deliveries.send(self.number, complete_below, complete),
                None => complete.into_iter().for_each(|(row, _, diff)| self.shown.change(row, diff)),
            }
            self.shared.sequencer.complete_below(complete_below);
        }
        if let Some(closed) = self.state.closed_tick() {
            for Lookup { ind, answer } in self.shared.lookups.take(self.number) {
                let tick = closed.max(self.complete_below - 1);
                // Who does not wait any more needs no answer.
                let _ = answer.send(Answer { tick, held: self.state.held(ind) });
            }
        }
    }

    /// Tells what was counted.
    fn tell_counts(&mut self) {
        let (counts, superseded) = (self.decoder.counts().clone(), self.state.superseded());
        self.shared.measured[self.number].update(|told| {
            (told.counts, told.superseded, told.times) = (counts, superseded, self.times);
        });
        self.is_measured = false;
    }

    /// Tells how large the state is, unless that was told a moment ago: to add it up goes through all groups, which may take
    /// longer than a tick.
    fn measure_if_due(&mut self) {
        if !self.is_measured && self.measure_at <= Instant::now() {
            self.measure();
        }
    }

    fn measure(&mut self) {
        let start = Instant::now();
        let measurement = Measurement {
            counts: self.decoder.counts().clone(),
            superseded: self.state.superseded(),
            size: self.state.size(),
            times: self.times,
        };
        self.shared.measured[self.number].update(|told| *told = measurement);
        self.measure_at = Instant::now() + MEASURE_EVERY.max(start.elapsed() * MEASURE_PART);
        self.is_measured = true;
    }
}
