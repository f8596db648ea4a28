//! What is tapped, as users name it.

use super::error::TapError;

/// Where records are.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// In a folder or a bucket, as written.
    Archive(String),
    /// In topics.
    Topics(Topics),
}

/// Topics of Kafka's.
#[derive(Debug, PartialEq, Eq)]
pub struct Topics {
    /// Where brokers are found.
    pub brokers: String,
    /// The topics' names.
    pub names: Vec<String>,
}

impl Source {
    /// Reads `kafka://host:port/topic[,topic]`, `s3://bucket/prefix` and paths of folders.
    pub fn parse(written: &str) -> Result<Source, TapError> {
        let refused = |problem| Err(TapError::Source { written: written.to_owned(), problem });
        match written.split_once("://") {
            Some(("kafka", rest)) => match topics(rest) {
                Some(topics) => Ok(Source::Topics(topics)),
                None => refused("write kafka://host:port/topic, or several topics with commas between them"),
            },
            Some(("http" | "https", _)) => refused(
                "a running pinflow cannot be tapped over HTTP; tap its log, which is log in its data folder, or its topics",
            ),
            Some(("kinesis", _)) => refused("streams of Kinesis cannot be tapped yet"),
            _ => Ok(Source::Archive(written.to_owned())),
        }
    }
}

fn topics(rest: &str) -> Option<Topics> {
    let (brokers, names) = rest.split_once('/')?;
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    let is_right = !brokers.is_empty() && names.iter().all(|name| is_topic(name));
    is_right.then(|| Topics { brokers: brokers.to_owned(), names })
}

/// As Kafka has it.
fn is_topic(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_follow_their_brokers() {
        let check = |written, brokers: &str, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let topics = Topics { brokers: brokers.to_owned(), names };
            assert_eq!(Source::parse(written).expect("a source"), Source::Topics(topics), "{written}");
        };
        check("kafka://a:9092/x.pin", "a:9092", &["x.pin"]);
        check("kafka://a:9092,b:1/x.pin,y-geo", "a:9092,b:1", &["x.pin", "y-geo"]);
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for written in
            ["kafka://", "kafka://a:1", "kafka://a:1/", "kafka:///x", "kafka://a:1/x,,y", "kafka://a/x/y"]
                .into_iter()
                .chain(["http://127.0.0.1:8080", "https://a", "kinesis://a"])
        {
            assert!(Source::parse(written).is_err_and(|error| error.is_usage()), "{written}");
        }
    }

    #[test]
    fn all_else_is_an_archive() {
        for written in ["data/log", "s3://bucket/prefix", "a=b", "."] {
            assert_eq!(Source::parse(written).expect("a source"), Source::Archive(written.to_owned()));
        }
    }
}
