//! All views as they are at a tick. A snapshot never changes; its successor shares with it what did not change.

use crate::views::{Rows, TickName};
use pinflow_dataflows::view::{Columns, View};

/// The columns of a row that are not in its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Posts, followers of a poster, or users.
    pub first: u64,
    /// The median, where there is one.
    pub second: u64,
}

impl Numbers {
    /// The numbers of a row.
    pub fn of(columns: &Columns) -> Numbers {
        let (first, second) = match *columns {
            Columns::Category { posts, .. } => (posts, 0),
            Columns::PosterOfCountry { follower_count, .. } | Columns::Poster { follower_count, .. } => {
                (follower_count.get(), 0)
            }
            Columns::Median { posts, follower_count } => (posts, follower_count.get()),
            Columns::Users { users } => (users, 0),
        };
        Numbers { first, second }
    }
}

/// All views at a tick.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The tick.
    pub as_of: TickName,
    views: [Rows; View::ALL.len()],
}

impl Snapshot {
    /// Before the first tick of an epoch there are no rows.
    pub(super) fn empty(epoch: u64) -> Snapshot {
        Snapshot { as_of: TickName { epoch, n: 0 }, views: View::ALL.map(|_| Rows::default()) }
    }

    /// The rows of a view.
    pub fn rows(&self, view: View) -> &Rows {
        &self.views[view as usize]
    }

    pub(super) fn rows_mut(&mut self, view: View) -> &mut Rows {
        &mut self.views[view as usize]
    }
}
