//! What is to be written: the options, checked, in the types that the writers work with.

use super::args::EmulateArgs;
use super::checks::{chance, fits};
use super::error::EmulateError;
use super::random::Chance;
use super::records::CatalogueOptions;
use super::shape::Shape;
use super::target::Place;

/// Checked options.
pub struct Plan {
    /// What gets the archive.
    pub place: Place,
    /// What the records say.
    pub catalogue: CatalogueOptions,
    /// Shape of topics and objects.
    pub shape: Shape,
    /// What happens to records on their way.
    pub chances: Chances,
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
        let layout = args.layout;
        Ok(Plan {
            place: Place::parse(&args.to)?,
            catalogue: CatalogueOptions {
                seed: args.seed,
                posts: args.posts,
                missing_geo: chance("--missing-geo-rate", args.missing_geo_rate)?,
                missing_user: chance("--missing-user-rate", args.missing_user_rate)?,
            },
            shape: Shape::from_args(args)?,
            chances: Chances {
                redelivery: chance("--redelivery-rate", args.redelivery_rate)?,
                correction: chance("--correction-rate", args.correction_rate)?,
                delete: chance("--delete-rate", args.delete_rate)?,
                malformed: chance("--malformed-rate", args.malformed_rate)?,
                odd: chance("--odd-rate", args.odd_rate)?,
                blank: chance("--blank-rate", fits("--blank-rate", args.blank_rate, layout.no_offsets())?)?,
                scatter: chance(
                    "--scatter-rate",
                    fits("--scatter-rate", args.scatter_rate, layout.one_partition(0))?,
                )?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Layout;
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
        assert_eq!(
            check(|args| args.partitions = Some(0)),
            "--partitions must be a number from 1 to 1000, not 0"
        );
        assert!(check(|args| args.partitions = Some(1_001)).starts_with("--partitions"));
        assert!(check(|args| args.per_object = Some(0)).starts_with("--per-object"));
        assert!(check(|args| args.per_object = Some(u64::MAX)).starts_with("--per-object"));
        assert!(
            check(|args| args.per_object = Some(1_000_001)).starts_with("--partitions times --per-object")
        );
        for name in ["", "_a", ".a", "-a", "a/b", "../a", "a b", "ä", &"a".repeat(245)] {
            assert!(check(|args| args.prefix = Some(name.into())).starts_with("--prefix"), "{name}");
        }
        assert_eq!(check(|args| args.prefix = Some("streaming-129a.b_c".into())), "");
    }

    #[test]
    fn layouts_without_offsets_or_partitions_refuse_what_needs_them() {
        let check = |layout, change: fn(&mut EmulateArgs)| {
            check(|args| {
                args.layout = layout;
                change(args);
            })
        };
        let no_offsets = |flag: &str, layout: &str| {
            format!("{flag} must be 0 with --layout {layout}, not 0.5: its objects have no offsets")
        };
        for (layout, name) in
            [(Layout::Firehose, "firehose"), (Layout::Events, "events"), (Layout::Ndjson, "ndjson")]
        {
            assert_eq!(check(layout, |args| args.overlap_rate = 0.5), no_offsets("--overlap-rate", name));
            assert_eq!(check(layout, |args| args.gap_rate = 0.5), no_offsets("--gap-rate", name));
            assert_eq!(check(layout, |args| args.blank_rate = 0.5), no_offsets("--blank-rate", name));
            assert!(check(layout, |args| args.gap_rate = f64::NAN).starts_with("--gap-rate"));
        }
        for (layout, name) in [(Layout::Events, "events"), (Layout::Ndjson, "ndjson")] {
            let one = "its objects form one partition";
            let said = check(layout, |args| args.partitions = Some(4));
            assert_eq!(said, format!("--partitions must be 1 with --layout {name}, not 4: {one}"));
            let said = check(layout, |args| args.scatter_rate = 0.1);
            assert_eq!(said, format!("--scatter-rate must be 0 with --layout {name}, not 0.1: {one}"));
            assert_eq!(check(layout, |args| args.partitions = Some(1)), "");
        }
        let said = check(Layout::Events, |args| args.per_object = Some(100));
        assert_eq!(
            said,
            "--per-object must be 1 with --layout events, not 100: each record is an object of its own"
        );
        assert_eq!(check(Layout::Ndjson, |args| args.per_object = Some(100)), "");
        assert_eq!(check(Layout::Firehose, |args| (args.partitions, args.scatter_rate) = (Some(3), 0.1)), "");
    }

    #[test]
    fn only_folders_and_buckets_are_written_to() {
        assert_eq!(
            check(|args| args.to = "gs://bucket/a".into()),
            "--to gs://bucket/a: cannot write to gs://, only to a folder, to s3://bucket/prefix, to http://host:port or to kafka://host:port/prefix"
        );
        assert_eq!(check(|args| args.to = "s3://bucket/a".into()), "");
        assert!(check(|args| args.to = "http://127.0.0.1:8000".into()).contains("http://"));
        assert_eq!(check(|args| args.to = String::new()), "--to must name a folder or s3://bucket/prefix");
    }
}
