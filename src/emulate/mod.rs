//! `pinflow emulate`: writes an archive of invented pins, geos and users, for demonstrations, tests and measurements.
//!
//! The layout is that of the Kafka Connect S3 sink, an object of JSON lines a file:
//! `topics/<prefix>.<kind>/partition=<P>/<prefix>.<kind>+<P>+<first offset, 10 digits>.json[.gz]`. The same options
//! give the same bytes, compressed ones as long as the compressor's release is the same.

mod args;
mod error;
mod plan;
mod random;
pub mod records;
mod odd_values;
mod odd;
mod malformed;
mod producer;
mod partition;
mod object;
mod folder;
mod written;

pub use args::EmulateArgs;
pub use error::EmulateError;
pub use random::Chance;
pub use written::{Written, WrittenKind};

use folder::Folder;
use pinflow_dataflows::kind::Kind;
use plan::Plan;
use producer::Producer;
use records::Catalogue;

/// Writes the archive that the options describe. Objects are stored as they fill.
pub fn run(args: &EmulateArgs) -> Result<Written, EmulateError> {
    let plan = Plan::from_args(args)?;
    let folder = Folder::new(&plan.folder)?;
    let catalogue = Catalogue::new(plan.catalogue);
    let mut producer = Producer::new(&catalogue, plan.chances, &folder, &plan.layout);
    for number in 0..catalogue.posts() {
        for kind in Kind::ALL {
            if catalogue.has(kind, number) {
                producer.produce(kind, number)?;
            }
        }
    }
    producer.close()
}
