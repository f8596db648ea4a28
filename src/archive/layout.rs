//! What an object's path says: `topics/<topic>/[…/]partition=<p>/[…/]<topic>+<p>+<offset>.json[.gz]`.

/// The place of an object in its topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// The partition's number.
    pub partition: u64,
    /// The offset of the first message.
    pub start: u64,
}

/// Endings of objects that hold a message a line; whether they are packed shows in their content.
const ENDINGS: [&str; 3] = [".json", ".jsonl", ".ndjson"];

/// Why a file is no object of the layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// The name has another form.
    #[error("its name is not <topic>+<partition>+<offset>.json or .json.gz")]
    Name,
    /// The name says one thing and a folder another.
    #[error("its name disagrees with the folder that it lies in")]
    Folder,
}

/// Whether a file's or folder's name says that it holds no messages.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

/// Reads the path of an object below its topic's folder, by parts.
pub fn object_name(topic: &str, path: &[&str]) -> Result<ObjectName, LayoutError> {
    let (name, folders) = path.split_last().ok_or(LayoutError::Name)?;
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending)).ok_or(LayoutError::Name)?;
    let mut parts = stem.rsplitn(3, '+');
    let (start, partition) = (number(parts.next())?, number(parts.next())?);
    let mut partitions = folders.iter().filter_map(|folder| folder.strip_prefix("partition="));
    if parts.next() != Some(topic) || !partitions.any(|folder| number(Some(folder)) == Ok(partition)) {
        return Err(LayoutError::Folder);
    }
    Ok(ObjectName { partition, start })
}

/// A number of digits alone, below 2^63.
fn number(digits: Option<&str>) -> Result<u64, LayoutError> {
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number: u64 = digits.and_then(|digits| digits.parse().ok()).ok_or(LayoutError::Name)?;
    if number <= i64::MAX as u64 { Ok(number) } else { Err(LayoutError::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Result<(u64, u64), LayoutError>) {
        let parts: Vec<&str> = path.split('/').collect();
        let expected = expected.map(|(partition, start)| ObjectName { partition, start });
        assert_eq!(object_name("a+b.pin", &parts), expected, "{path}");
    }

    #[test]
    fn object_names() {
        check("partition=3/a+b.pin+3+0000000120.json", Ok((3, 120)));
        check("partition=3/a+b.pin+3+0000000120.json.gz", Ok((3, 120)));
        check("year=2022/month=01/partition=3/hour=7/a+b.pin+3+0000000120.jsonl", Ok((3, 120)));
        check("partition=3/a+b.pin+3+12345678901.json", Ok((3, 12_345_678_901)));
        check("partition=4/a+b.pin+3+0000000120.json", Err(LayoutError::Folder));
        check("a+b.pin+3+0000000120.json", Err(LayoutError::Folder));
        check("partition=3/b.pin+3+0000000120.json", Err(LayoutError::Folder));
        check("partition=3/a+b.pin+3+120.avro", Err(LayoutError::Name));
        check("partition=3/a+b.pin+3+-1.json", Err(LayoutError::Name));
        check("partition=3/a+b.pin+3+9223372036854775808.json", Err(LayoutError::Name));
        check("partition=3/part-0.json", Err(LayoutError::Name));
    }
}
