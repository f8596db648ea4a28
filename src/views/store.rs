//! Takes changes of view rows from all workers and publishes snapshots of complete ticks.
//!
//! Readers and workers never wait for each other: a reader takes the latest snapshot, and a worker only puts its changes
//! on a heap, unless they complete a tick and nobody is publishing yet. Then it publishes.

use crate::views::publisher::Publisher;
use crate::views::{Pins, Snapshot, TickName};
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{AgeGroups, Diff, Settings, Tick};
use pinflow_dataflows::view::ViewRow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// A row, the tick in which it changes, and whether it comes (1) or goes (-1).
pub type Change = (ViewRow, Tick, Diff);

/// A snapshot was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its tick.
    pub tick: Tick,
    /// Rows that came or went since the snapshot before; one whose numbers changed did both.
    pub changed_rows: usize,
}

/// The views, live.
pub struct ViewStore {
    deliveries: Mutex<Deliveries>,
    latest: watch::Sender<Arc<Snapshot>>,
    is_closed: watch::Sender<bool>,
    pins: Pins,
    age_groups: AgeGroups,
    on_publication: Box<dyn Fn(Publication) + Send + Sync>,
}

struct Deliveries {
    /// By worker: all ticks below it are complete.
    complete_below: Vec<Tick>,
    published: Tick,
    /// Of ticks that are not published yet.
    changes: Vec<Change>,
    /// Whoever takes it out publishes.
    publisher: Option<Publisher>,
}

impl ViewStore {
    /// A store without rows, as of tick 0 of the epoch, that so many workers deliver to.
    pub fn new(names: &NameTables, settings: &Settings, epoch: u64, workers: usize) -> ViewStore {
        assert!(workers > 0, "without workers no tick would ever be complete");
        let empty = Snapshot::empty(epoch);
        let deliveries = Deliveries {
            complete_below: vec![1; workers],
            published: 0,
            changes: Vec::new(),
            publisher: Some(Publisher::new(empty.clone(), names)),
        };
        ViewStore {
            deliveries: Mutex::new(deliveries),
            latest: watch::Sender::new(Arc::new(empty)),
            is_closed: watch::Sender::new(false),
            pins: Pins::default(),
            age_groups: settings.age_groups.clone(),
            on_publication: Box::new(|_| ()),
        }
    }

    /// With a function that is told of every publication, on a worker's thread.
    #[must_use]
    pub fn on_publication(self, told: impl Fn(Publication) + Send + Sync + 'static) -> ViewStore {
        ViewStore { on_publication: Box::new(told), ..self }
    }

    /// Takes changes that a worker has, and its word that it has no others of ticks below `complete_below`. Ticks count
    /// from 1; `complete_below` never falls. A tick is published once all workers said that it is complete, several
    /// together if they became so at once. A worker at its end says one more than the last tick.
    pub fn deliver(&self, worker: usize, complete_below: Tick, mut changes: Vec<Change>) {
        let mut deliveries = self.lock();
        let said = &mut deliveries.complete_below[worker];
        debug_assert!(
            changes.iter().all(|(_, tick, _)| tick >= said),
            "a change of a tick that was complete"
        );
        // Until it has seen an input a worker may know less than that ticks count from 1.
        assert!(complete_below >= *said || *said == 1, "complete ticks of worker {worker} became fewer");
        *said = complete_below.max(*said);
        deliveries.changes.append(&mut changes);
        while let Some((tick, changes, mut publisher)) = deliveries.take_complete() {
            drop(deliveries);
            self.publish(tick, &changes, &mut publisher);
            deliveries = self.lock();
            deliveries.publisher = Some(publisher);
        }
    }

    fn publish(&self, tick: Tick, changes: &[Change], publisher: &mut Publisher) {
        let (snapshot, changed_rows) = publisher.next(tick, changes);
        self.latest.send_replace(Arc::new(snapshot));
        self.pins.expire(Instant::now());
        (self.on_publication)(Publication { tick, changed_rows });
    }

    /// The views as of the latest tick that is published.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.latest.borrow().clone()
    }

    /// The views as of now, and of every tick that is published from now on; one who is slow sees the latest.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.latest.subscribe()
    }

    /// From now on nobody waits for what is to come.
    pub fn close(&self) {
        self.is_closed.send_replace(true);
    }

    /// Waits until nobody waits any more.
    pub async fn closed(&self) {
        // The store has the sender.
        let _ = self.is_closed.subscribe().wait_for(|is_closed| *is_closed).await;
    }

    /// Waits until a tick is published, alone or with later ones.
    pub async fn wait_published(&self, tick: Tick) -> Arc<Snapshot> {
        let mut latest = self.subscribe();
        let published = latest.wait_for(|snapshot| snapshot.as_of.n >= tick).await;
        published.expect("the store has the sender").clone()
    }

    /// Keeps a snapshot for those who want to see more of it.
    pub fn pin(&self, snapshot: &Arc<Snapshot>) {
        self.pins.pin(snapshot, Instant::now());
    }

    /// The snapshot of a tick, if it is pinned or the latest.
    pub fn snapshot_of(&self, as_of: TickName) -> Option<Arc<Snapshot>> {
        let latest = Some(self.snapshot()).filter(|latest| latest.as_of == as_of);
        self.pins.get(as_of, Instant::now()).or(latest)
    }

    /// The age groups that rows are in.
    pub fn age_groups(&self) -> &AgeGroups {
        &self.age_groups
    }

    fn lock(&self) -> MutexGuard<'_, Deliveries> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deliveries {
    /// The last tick that is complete and not published, the changes up to it, and the publisher; nothing if there is no
    /// such tick or somebody else publishes, who will then find it.
    fn take_complete(&mut self) -> Option<(Tick, Vec<Change>, Publisher)> {
        let complete = self.complete_below.iter().min().expect("there are workers") - 1;
        if complete == self.published {
            return None;
        }
        let publisher = self.publisher.take()?;
        self.published = complete;
        Some((complete, take_below(&mut self.changes, complete + 1), publisher))
    }
}

/// Takes the changes of ticks below one.
pub fn take_below(changes: &mut Vec<Change>, tick: Tick) -> Vec<Change> {
    if changes.iter().all(|change| change.1 < tick) {
        return std::mem::take(changes);
    }
    let (complete, later) = changes.drain(..).partition(|change| change.1 < tick);
    *changes = later;
    complete
}
