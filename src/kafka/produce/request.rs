//! The records of a request that are on their way, and the answers that have come.

use super::budget::Held;
use super::error::NotStored;
use super::{Outcomes, Place};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Records that were handed over together.
pub struct Request {
    open: Mutex<Open>,
    /// Given back with the last answer.
    _held: Held,
}

struct Open {
    outcomes: Vec<Option<Result<Place, NotStored>>>,
    unanswered: usize,
    /// Who waits for the answers may have gone.
    tell: Option<oneshot::Sender<Outcomes>>,
}

/// The answers of a request, once all are there.
pub struct Answers(oneshot::Receiver<Outcomes>);

impl Answers {
    /// Waits for them.
    pub async fn all(self) -> Outcomes {
        self.0.await.expect("every record is answered")
    }
}

impl Request {
    /// So many records, none of which is answered.
    pub fn new(records: usize, held: Held) -> (Arc<Request>, Answers) {
        let (tell, told) = oneshot::channel();
        let tell = if records > 0 { Some(tell) } else { tell.send(Vec::new()).err().and(None) };
        let open = Open { outcomes: vec![None; records], unanswered: records, tell };
        (Arc::new(Request { open: Mutex::new(open), _held: held }), Answers(told))
    }
}

/// A record that is on its way.
pub struct Awaited {
    request: Arc<Request>,
    index: usize,
}

impl Awaited {
    /// A record by its place in the request.
    pub fn new(request: &Arc<Request>, index: usize) -> Awaited {
        Awaited { request: Arc::clone(request), index }
    }

    /// This became of it.
    pub fn tell(self, outcome: Result<Place, NotStored>) {
        let mut open = self.request.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.outcomes[self.index] = Some(outcome);
        open.unanswered -= 1;
        if open.unanswered > 0 {
            return;
        }
        let outcomes = std::mem::take(&mut open.outcomes).into_iter();
        let outcomes = outcomes.map(|outcome| outcome.expect("all are answered")).collect();
        if let Some(tell) = open.tell.take() {
            let _ = tell.send(outcomes);
        }
    }
}
