//! Topics of a test, which are gone when it ends.

use crate::cluster::{Cluster, unique};
use pinflow_dataflows::kind::Kind;
use std::ops::Deref;

/// Topics that are deleted when this is dropped.
pub struct Topics {
    cluster: Cluster,
    names: Vec<String>,
}

impl Topics {
    /// Makes one of each kind, with so many partitions.
    pub fn of_all_kinds(cluster: &Cluster, partitions: i32) -> Topics {
        let topics = Topics::named(cluster);
        topics.iter().for_each(|topic| cluster.create(topic, partitions, &[]));
        topics
    }

    /// Their names alone: they are made later.
    pub fn named(cluster: &Cluster) -> Topics {
        let prefix = unique("test");
        let names = Kind::ALL.iter().map(|kind| format!("{prefix}.{}", kind.name())).collect();
        Topics { cluster: cluster.clone(), names }
    }

    /// One for pins.
    pub fn of_pins(cluster: &Cluster, partitions: i32, settings: &[(&str, &str)]) -> Topics {
        let names = vec![format!("{}.pin", unique("test"))];
        cluster.create(&names[0], partitions, settings);
        Topics { cluster: cluster.clone(), names }
    }
}

impl Deref for Topics {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.names
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        self.cluster.delete_if_there(&self.names);
    }
}
