//! The way of changes from workers to the views of a run: a thread of its own publishes them.
//!
//! To publish takes a good part of the time that the graph takes for a small tick. The worker that completes a tick would
//! do it while the others wait for its part of the next one.

use crate::views::{Change, ViewStore};
use crossbeam_channel::{Receiver, Sender, bounded};
use pinflow_dataflows::row::Tick;
use std::io;
use std::sync::Arc;
use std::thread;

/// Deliveries that may wait. Those that do are published together, so more only come when the thread gets no processor.
const WAITING: usize = 64;

/// Where workers hand over; clones lead to the same thread, which ends with the last of them.
#[derive(Clone, Debug)]
pub struct Deliveries(Sender<Delivery>);

#[derive(Debug)]
struct Delivery {
    worker: usize,
    complete_below: Tick,
    changes: Vec<Change>,
}

impl Deliveries {
    /// Starts the thread.
    pub fn start(views: Arc<ViewStore>) -> io::Result<Deliveries> {
        let (sender, receiver) = bounded(WAITING);
        thread::Builder::new().name("publisher".to_owned()).spawn(move || publish(&receiver, &views))?;
        Ok(Deliveries(sender))
    }

    /// Hands over what [`ViewStore::deliver`] takes. Waits only if the thread is far behind.
    pub fn send(&self, worker: usize, complete_below: Tick, changes: Vec<Change>) {
        let delivery = Delivery { worker, complete_below, changes };
        self.0.send(delivery).expect("the thread ends after all who send");
    }
}

fn publish(receiver: &Receiver<Delivery>, views: &ViewStore) {
    for first in receiver {
        let mut waiting = vec![first];
        for Delivery { worker, complete_below, mut changes } in receiver.try_iter() {
            match waiting.iter_mut().find(|earlier| earlier.worker == worker) {
                Some(earlier) => {
                    earlier.complete_below = complete_below;
                    earlier.changes.append(&mut changes);
                }
                None => waiting.push(Delivery { worker, complete_below, changes }),
            }
        }
        for Delivery { worker, complete_below, changes } in waiting {
            views.deliver(worker, complete_below, changes);
        }
    }
}
