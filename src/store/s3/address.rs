//! The bucket and the prefix that a source names.

use super::super::StoreError;

/// Where the objects lie: in `bucket`, with keys that begin with `prefix`.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// Empty, or it ends in `/`.
    pub prefix: String,
}

impl Address {
    /// Reads `bucket`, `bucket/prefix` and `bucket/prefix/`, the last two being the same.
    pub fn parse(source: &str, rest: &str) -> Result<Address, StoreError> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let problem = match bucket {
            "" => "the bucket's name is missing",
            _ if bucket.chars().all(is_allowed) => {
                let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
                return Ok(Address { bucket: bucket.to_owned(), prefix: format!("{prefix}{slash}") });
            }
            _ => "a bucket's name has letters, digits, dots, hyphens and underscores only",
        };
        Err(StoreError::Malformed { source_text: source.to_owned(), problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rest: &str, bucket: &str, prefix: &str) {
        let address = Address::parse(rest, rest).expect("an address");
        assert_eq!((address.bucket.as_str(), address.prefix.as_str()), (bucket, prefix));
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_a_key_does() {
        check("b", "b", "");
        check("b/", "b", "");
        check("my.bucket-1/a", "my.bucket-1", "a/");
        check("b/a/", "b", "a/");
        check("b/a b/c+d=%2Bé", "b", "a b/c+d=%2Bé/");
        check("b//a", "b", "/a/");
    }
}
