//! The shape of topics and objects, as the options and their layout say.

use super::args::EmulateArgs;
use super::checks::{bounded, chance, fits, prefix};
use super::error::EmulateError;
use super::layout::Layout;
use super::random::Chance;

/// As many as one broker serves well; each has buffers of its own.
const MOST_PARTITIONS: u64 = 1_000;
/// Lines of each kind that are held in memory until their objects are full: about 3 GiB of pins, geos and users.
const MOST_LINES_HELD: u64 = 4_000_000;
/// Partitions of a topic, where there can be several.
const PARTITIONS: u32 = 4;
/// Records of an object, where there can be several.
const PER_OBJECT: u64 = 10_000;

/// Shape of topics and objects.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How they are named, and how records are put into them.
    pub layout: Layout,
    /// Seed of what happens to objects.
    pub seed: u64,
    /// What topics are called before the kind.
    pub prefix: String,
    /// Partitions of a topic.
    pub partitions: u32,
    /// Whether it is drawn for each record if it is scattered. Where there is one partition it is drawn too, and none is,
    /// unless one was asked for: else the draws that follow would not be those of a layout with several.
    pub draws_scattered: bool,
    /// Lines of an object.
    pub per_object: usize,
    /// Whether objects are compressed.
    pub gzip: bool,
    /// Chance that an object's successor repeats its last lines.
    pub overlap: Chance,
    /// Chance that offsets are left out after an object.
    pub gap: Chance,
}

impl Shape {
    /// Checks the options that say it.
    pub fn from_args(args: &EmulateArgs) -> Result<Shape, EmulateError> {
        let layout = args.layout;
        let partitions = args.partitions.unwrap_or(if layout.has_partitions() { PARTITIONS } else { 1 });
        bounded("--partitions", partitions.into(), MOST_PARTITIONS)?;
        let per_object = args.per_object.unwrap_or(if layout.has_long_objects() { PER_OBJECT } else { 1 });
        bounded("--per-object", per_object, MOST_LINES_HELD)?;
        let lines = u64::from(partitions) * per_object;
        if lines > MOST_LINES_HELD {
            return Err(EmulateError::TooManyLines { lines, most: MOST_LINES_HELD });
        }
        Ok(Shape {
            layout,
            seed: args.seed,
            prefix: prefix(args.prefix.as_deref().unwrap_or(layout.default_prefix()))?,
            partitions: fits("--partitions", partitions, layout.one_partition(1))?,
            draws_scattered: args.partitions != Some(1),
            per_object: fits("--per-object", per_object, layout.one_record())? as usize,
            gzip: args.gzip,
            overlap: chance(
                "--overlap-rate",
                fits("--overlap-rate", args.overlap_rate, layout.no_offsets())?,
            )?,
            gap: chance("--gap-rate", fits("--gap-rate", args.gap_rate, layout.no_offsets())?)?,
        })
    }
}
