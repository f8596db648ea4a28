//! `pinflow emulate`: invents pins, geos and users, for demonstrations, tests and measurements, and writes them into an
//! archive or sends them to a server.
//!
//! Of archives, the same options give the same bytes, compressed ones as long as the compressor's release is the same. The
//! records are the same in every layout: those of a post in the same order, those of a topic where partitions are as many.

mod args;
mod command;
mod error;
mod layout;
mod checks;
mod shape;
mod plan;
mod random;
pub mod records;
mod odd_values;
mod odd;
mod malformed;
mod producer;
mod partition;
mod pretty;
mod framing;
mod object;
mod names;
mod folder;
mod target;
mod written;
pub mod live;

pub use args::EmulateArgs;
pub use command::{EmulateCommand, EmulateTask, LiveTask};
pub use error::EmulateError;
pub use layout::Layout;
pub use random::Chance;
pub use written::{Written, WrittenKind};

use crate::config::S3Settings;
use pinflow_dataflows::kind::Kind;
use plan::Plan;
use producer::Producer;
use records::Catalogue;
use target::Target;

/// Writes the archive that the options describe. Objects are stored as they fill; `s3` says how, if they go to a bucket.
pub fn run(args: &EmulateArgs, s3: &S3Settings) -> Result<Written, EmulateError> {
    let plan = Plan::from_args(args)?;
    let target = Target::open(&plan.place, plan.shape.layout.common_folder(), s3)?;
    let catalogue = Catalogue::new(plan.catalogue);
    let mut producer = Producer::new(&catalogue, plan.chances, &target, &plan.shape);
    for number in 0..catalogue.posts() {
        for kind in Kind::ALL {
            if catalogue.has(kind, number) {
                producer.produce(kind, number)?;
            }
        }
    }
    let written = producer.close()?;
    target.finish()?;
    Ok(written)
}
