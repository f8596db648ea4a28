//! What is to be written: the options, checked, in the types that the writers work with.

use super::args::EmulateArgs;
use super::error::EmulateError;
use super::random::Chance;
use super::records::CatalogueOptions;
use std::path::PathBuf;

/// Kafka's bound for a topic's name is 249 characters, of which `.user` takes five.
const LONGEST_PREFIX: usize = 244;
/// As many as one broker serves well; each has buffers of its own.
const MOST_PARTITIONS: u64 = 1_000;
/// Lines of each kind that are held in memory until their objects are full: about 3 GiB of pins, geos and users.
const MOST_LINES_HELD: u64 = 4_000_000;

/// Checked options.
pub struct Plan {
    /// Folder that gets the archive.
    pub folder: PathBuf,
    /// What the records say.
    pub catalogue: CatalogueOptions,
    /// Shape of topics and objects.
    pub layout: Layout,
    /// What happens to records on their way.
    pub chances: Chances,
}

/// Shape of topics and objects.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Seed of what happens to objects.
    pub seed: u64,
    /// What topics are called before the kind.
    pub prefix: String,
    /// Partitions of a topic.
    pub partitions: u32,
    /// Lines of an object.
    pub per_object: usize,
    /// Whether objects are compressed.
    pub gzip: bool,
    /// Chance that an object's successor repeats its last lines.
    pub overlap: Chance,
    /// Chance that offsets are left out after an object.
    pub gap: Chance,
}

/// What happens to records on their way, for each.
#[derive(Clone, Copy, Debug)]
pub struct Chances {
    /// It is appended once more.
    pub redelivery: Chance,
    /// A record with other values follows.
    pub correction: Chance,
    /// A delete follows.
    pub delete: Chance,
    /// A line that must be rejected comes before it.
    pub malformed: Chance,
    /// It is spelled in an unusual way.
    pub odd: Chance,
    /// A blank line comes before it.
    pub blank: Chance,
    /// It goes to another partition than its `ind`'s.
    pub scatter: Chance,
}

impl Plan {
    /// Checks the options; an error names the flag.
    pub fn from_args(args: &EmulateArgs) -> Result<Plan, EmulateError> {
        let partitions = bounded("--partitions", args.partitions.into(), MOST_PARTITIONS)?;
        let per_object = bounded("--per-object", args.per_object, MOST_LINES_HELD)?;
        let lines = partitions * per_object;
        if lines > MOST_LINES_HELD {
            return Err(EmulateError::TooManyLines { lines, most: MOST_LINES_HELD });
        }
        Ok(Plan {
            folder: folder(&args.to)?,
            catalogue: CatalogueOptions {
                seed: args.seed,
                posts: args.posts,
                missing_geo: chance("--missing-geo-rate", args.missing_geo_rate)?,
                missing_user: chance("--missing-user-rate", args.missing_user_rate)?,
            },
            layout: Layout {
                seed: args.seed,
                prefix: prefix(&args.prefix)?,
                partitions: args.partitions,
                per_object: per_object as usize,
                gzip: args.gzip,
                overlap: chance("--overlap-rate", args.overlap_rate)?,
                gap: chance("--gap-rate", args.gap_rate)?,
            },
            chances: Chances {
                redelivery: chance("--redelivery-rate", args.redelivery_rate)?,
                correction: chance("--correction-rate", args.correction_rate)?,
                delete: chance("--delete-rate", args.delete_rate)?,
                malformed: chance("--malformed-rate", args.malformed_rate)?,
                odd: chance("--odd-rate", args.odd_rate)?,
                blank: chance("--blank-rate", args.blank_rate)?,
                scatter: chance("--scatter-rate", args.scatter_rate)?,
            },
        })
    }
}

fn chance(flag: &'static str, rate: f64) -> Result<Chance, EmulateError> {
    Chance::from_rate(rate).ok_or(EmulateError::Rate { flag, value: rate })
}

fn bounded(flag: &'static str, value: u64, most: u64) -> Result<u64, EmulateError> {
    match value {
        value if (1..=most).contains(&value) => Ok(value),
        value => Err(EmulateError::OutOfBounds { flag, value, least: 1, most }),
    }
}

fn prefix(prefix: &str) -> Result<String, EmulateError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    // What begins with a dot or an underscore is no topic in an archive; what begins with a dash reads as a flag.
    let fits = (1..=LONGEST_PREFIX).contains(&prefix.len())
        && prefix.chars().all(allowed)
        && prefix.starts_with(|c: char| c.is_ascii_alphanumeric());
    fits.then(|| prefix.to_owned())
        .ok_or_else(|| EmulateError::Prefix { prefix: prefix.into(), most: LONGEST_PREFIX })
}

fn folder(to: &str) -> Result<PathBuf, EmulateError> {
    match to.split_once("://") {
        Some((scheme, _)) => Err(EmulateError::Scheme { to: to.into(), scheme: scheme.into() }),
        None if to.is_empty() => Err(EmulateError::NoTarget),
        None => Ok(to.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the error says about options that are right but for one change; nothing if they are right.
    fn check(change: impl FnOnce(&mut EmulateArgs)) -> String {
        let mut args = EmulateArgs { to: "archive".into(), ..EmulateArgs::default() };
        change(&mut args);
        Plan::from_args(&args).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn rates_are_from_0_to_1_and_an_error_names_the_flag() {
        assert_eq!(check(|args| args.gap_rate = 1.0), "");
        let said = check(|args| args.redelivery_rate = 1.5);
        assert_eq!(said, "--redelivery-rate must be a number from 0 to 1, not 1.5");
        assert!(check(|args| args.correction_rate = -0.1).starts_with("--correction-rate"));
        assert!(check(|args| args.delete_rate = f64::NAN).starts_with("--delete-rate"));
        assert!(check(|args| args.malformed_rate = 2.0).starts_with("--malformed-rate"));
        assert!(check(|args| args.odd_rate = 2.0).starts_with("--odd-rate"));
        assert!(check(|args| args.missing_geo_rate = 2.0).starts_with("--missing-geo-rate"));
        assert!(check(|args| args.missing_user_rate = 2.0).starts_with("--missing-user-rate"));
        assert!(check(|args| args.overlap_rate = 2.0).starts_with("--overlap-rate"));
        assert!(check(|args| args.gap_rate = -1.0).starts_with("--gap-rate"));
        assert!(check(|args| args.blank_rate = 2.0).starts_with("--blank-rate"));
        assert!(check(|args| args.scatter_rate = f64::INFINITY).starts_with("--scatter-rate"));
    }

    #[test]
    fn numbers_and_names_have_bounds() {
        assert_eq!(check(|args| args.partitions = 0), "--partitions must be a number from 1 to 1000, not 0");
        assert!(check(|args| args.partitions = 1_001).starts_with("--partitions"));
        assert!(check(|args| args.per_object = 0).starts_with("--per-object"));
        assert!(check(|args| args.per_object = u64::MAX).starts_with("--per-object"));
        assert!(check(|args| args.per_object = 1_000_001).starts_with("--partitions times --per-object"));
        for name in ["", "_a", ".a", "-a", "a/b", "../a", "a b", "ä", &"a".repeat(245)] {
            assert!(check(|args| args.prefix = name.into()).starts_with("--prefix"), "{name}");
        }
        assert_eq!(check(|args| args.prefix = "streaming-129a.b_c".into()), "");
    }

    #[test]
    fn only_folders_are_written_to() {
        assert_eq!(
            check(|args| args.to = "s3://bucket/a".into()),
            "--to s3://bucket/a: cannot write to s3://, only to a folder"
        );
        assert!(check(|args| args.to = "http://127.0.0.1:8000".into()).contains("http://"));
        assert_eq!(check(|args| args.to = String::new()), "--to must name a folder");
    }
}
