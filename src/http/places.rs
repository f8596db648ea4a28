//! Places for connections: so many, and a few spare ones that keep probes answered when all are taken.
//!
//! A crowd of idle connections would take the spare places, too. So a spare place is never refused: the connection that
//! has had one for longest loses it. A probe sends its request at once and has its answer before that.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// What a connection holds as long as it is open.
pub enum Place {
    /// One of the regular places.
    Regular {
        /// Gives the place back when it is dropped.
        _permit: OwnedSemaphorePermit,
    },
    /// A spare place, until the other end is dropped.
    Spare(oneshot::Receiver<()>),
}

impl Place {
    /// Done when the place is lost to a newer connection; a regular one never is.
    pub async fn lost(&mut self) {
        match self {
            Place::Regular { .. } => std::future::pending().await,
            Place::Spare(lost) => drop(lost.await),
        }
    }
}

/// All places of a server.
pub struct Places {
    regular: Arc<Semaphore>,
    spare: Mutex<VecDeque<oneshot::Sender<()>>>,
    max_spare: usize,
}

impl Places {
    /// So many regular and so many spare places.
    pub fn new(regular: usize, max_spare: usize) -> Places {
        Places { regular: Arc::new(Semaphore::new(regular)), spare: Mutex::new(VecDeque::new()), max_spare }
    }

    /// A regular place if one is free, else a spare one.
    pub fn take(&self) -> Place {
        if let Ok(permit) = Arc::clone(&self.regular).try_acquire_owned() {
            return Place::Regular { _permit: permit };
        }
        let (keep, lost) = oneshot::channel();
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        spare.retain(|held| !held.is_closed());
        spare.push_back(keep);
        if spare.len() > self.max_spare {
            spare.pop_front();
        }
        Place::Spare(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(place: &mut Place) -> bool {
        match place {
            Place::Regular { .. } => false,
            Place::Spare(lost) => lost.try_recv() == Err(oneshot::error::TryRecvError::Closed),
        }
    }

    #[test]
    fn the_oldest_spare_place_is_lost() {
        let places = Places::new(1, 2);
        let regular = places.take();
        assert!(matches!(regular, Place::Regular { .. }));
        let mut spare: Vec<Place> = (0..3).map(|_| places.take()).collect();
        assert_eq!(spare.iter_mut().map(is_lost).collect::<Vec<_>>(), [true, false, false]);
        spare.truncate(2);
        let mut next = places.take();
        assert!(!is_lost(&mut spare[1]) && !is_lost(&mut next));
        drop(regular);
        assert!(matches!(places.take(), Place::Regular { .. }));
    }
}
