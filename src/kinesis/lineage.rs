//! Which shards of a stream may be read: children once their parents have been read to their ends, so that records of a
//! partition key come in their order.

use super::shard::Shard;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What has become of a stream's shards.
#[derive(Debug, Default)]
pub struct Lineage {
    begun: BTreeSet<Arc<str>>,
    /// Of those, the ones that have nothing more.
    ended: BTreeSet<Arc<str>>,
}

impl Lineage {
    /// The shards of a list that may be begun now, and count as begun from now on. Parents that are not listed have been
    /// dropped with their records.
    pub fn begin(&mut self, listed: &[Shard]) -> Vec<Shard> {
        let ids: BTreeSet<&str> = listed.iter().map(|shard| &*shard.id).collect();
        // Shards come and go for as long as a stream is read.
        self.begun.retain(|id| ids.contains(&**id) || !self.ended.contains(id));
        self.ended.retain(|id| ids.contains(&**id));
        let is_free = |parent: &Arc<str>| !ids.contains(&**parent) || self.ended.contains(parent);
        let is_due = |shard: &&Shard| !self.begun.contains(&shard.id) && shard.parents.iter().all(is_free);
        let due: Vec<Shard> = listed.iter().filter(is_due).cloned().collect();
        self.begun.extend(due.iter().map(|shard| shard.id.clone()));
        due
    }

    /// A shard has nothing more, or what it has is not wanted.
    pub fn end(&mut self, id: &Arc<str>) {
        self.begun.insert(id.clone());
        self.ended.insert(id.clone());
    }

    /// Whether a shard has ended, and the list does not have yet what came out of it.
    pub fn lacks_children(&self, listed: &[Shard]) -> bool {
        let is_parent = |id: &Arc<str>| listed.iter().any(|shard| shard.parents.contains(id));
        self.ended.iter().any(|id| !is_parent(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: &str, parents: &[&str]) -> Shard {
        let parents = parents.iter().map(|parent| Arc::from(*parent)).collect();
        Shard { id: id.into(), parents, hash_keys: 0..=u128::MAX, is_closed: false }
    }

    #[track_caller]
    fn check(lineage: &mut Lineage, listed: &[Shard], begun: &[&str]) {
        let found = lineage.begin(listed);
        assert_eq!(found.iter().map(|shard| &*shard.id).collect::<Vec<_>>(), begun);
        assert_eq!(lineage.begin(listed), []);
    }

    #[test]
    fn children_come_after_all_their_parents() {
        let mut lineage = Lineage::default();
        let mut listed = vec![shard("c", &["a", "b"]), shard("a", &["gone"]), shard("b", &[])];
        check(&mut lineage, &listed, &["a", "b"]);
        lineage.end(&"a".into());
        check(&mut lineage, &listed, &[]);
        assert!(!lineage.lacks_children(&listed));
        listed.extend([shard("d", &["c"]), shard("e", &["c"])]);
        lineage.end(&"b".into());
        check(&mut lineage, &listed, &["c"]);
        lineage.end(&"c".into());
        check(&mut lineage, &listed, &["d", "e"]);
        lineage.end(&"d".into());
        assert!(lineage.lacks_children(&listed));
        // What has been read is not begun again when its parents are dropped.
        listed.retain(|shard| shard.parents.contains(&"c".into()));
        check(&mut lineage, &listed, &[]);
    }

    #[test]
    fn shards_that_are_passed_over_hold_up_nobody() {
        let mut lineage = Lineage::default();
        lineage.end(&"a".into());
        check(&mut lineage, &[shard("a", &[]), shard("b", &["a"])], &["b"]);
    }
}
