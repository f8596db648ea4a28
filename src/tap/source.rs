//! What is tapped, as users name it.

use super::error::TapError;
use crate::http_client::problem_of;
use http::Uri;

/// Where records are.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// In a folder or a bucket, as written.
    Archive(String),
    /// In topics.
    Topics(Topics),
    /// In streams of Kinesis, by their names.
    Streams(Vec<String>),
    /// In the log of a running pinflow.
    Door(Door),
}

/// Topics of Kafka's.
#[derive(Debug, PartialEq, Eq)]
pub struct Topics {
    /// Where brokers are found.
    pub brokers: String,
    /// The topics' names.
    pub names: Vec<String>,
}

/// The front door of a running pinflow.
#[derive(Debug, PartialEq, Eq)]
pub struct Door {
    /// `http://host:port`.
    pub url: String,
    /// A topic, or a stream, which is the same; else all that there are.
    pub topic: Option<String>,
}

impl Source {
    /// Reads `kafka://host:port/topic[,topic]`, `kinesis://stream[,stream]`, `http://host:port[/topics/NAME]`, `s3://bucket/prefix` and paths of folders.
    pub fn parse(written: &str) -> Result<Source, TapError> {
        let parsed = match written.split_once("://") {
            Some(("kafka", rest)) => topics(rest).map(Source::Topics).ok_or_else(|| {
                "write kafka://host:port/topic, or several topics with commas between them".to_owned()
            }),
            Some(("http" | "https", _)) => door(written).map(Source::Door),
            Some(("kinesis", rest)) => streams(rest).map(Source::Streams).ok_or_else(|| {
                "write kinesis://stream, or several streams with commas between them".to_owned()
            }),
            _ => Ok(Source::Archive(written.to_owned())),
        };
        parsed.map_err(|problem| TapError::Source { written: written.to_owned(), problem })
    }
}

fn topics(rest: &str) -> Option<Topics> {
    let (brokers, names) = rest.split_once('/')?;
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    let is_right = !brokers.is_empty() && names.iter().all(|name| is_topic(name));
    is_right.then(|| Topics { brokers: brokers.to_owned(), names })
}

/// The region, and who asks, is said as AWS' own tools have it.
fn streams(rest: &str) -> Option<Vec<String>> {
    let names: Vec<String> = rest.split(',').map(str::to_owned).collect();
    names.iter().all(|name| is_stream(name)).then_some(names)
}

/// As Kinesis has it, which allows what Kafka does.
fn is_stream(name: &str) -> bool {
    is_topic(name) && name.len() <= 128
}

/// As Kafka has it.
fn is_topic(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// A stage may stand before the path, as producers have it.
fn door(written: &str) -> Result<Door, String> {
    let uri: Uri = written.parse().map_err(|error: http::uri::InvalidUri| error.to_string())?;
    if let Some(problem) = problem_of(&uri) {
        return Err(problem.to_owned());
    }
    let url = format!("http://{}", uri.authority().map_or("", |authority| authority.as_str()));
    let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let topic = match parts[..] {
        [] => None,
        ["topics" | "streams", name] | [_, "topics" | "streams", name] if is_topic(name) => {
            Some(name.to_owned())
        }
        _ => {
            return Err(
                "write http://host:port, or that with /topics/NAME or /streams/NAME behind it".to_owned()
            );
        }
    };
    Ok(Door { url, topic })
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
    fn streams_have_names_alone() {
        let check = |written, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(Source::parse(written).expect("a source"), Source::Streams(names), "{written}");
        };
        check("kinesis://streaming-129a67850695-geo", &["streaming-129a67850695-geo"]);
        check("kinesis://a.pin,b_c-geo", &["a.pin", "b_c-geo"]);
    }

    #[test]
    fn front_doors_have_topics_and_streams() {
        let check = |written, url: &str, topic: Option<&str>| {
            let door = Door { url: url.to_owned(), topic: topic.map(str::to_owned) };
            assert_eq!(Source::parse(written).expect("a source"), Source::Door(door), "{written}");
        };
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080", None);
        check("http://127.0.0.1:8080/", "http://127.0.0.1:8080", None);
        check("http://a/topics/x.pin", "http://a", Some("x.pin"));
        check("http://[::1]:80/test/streams/x-geo/", "http://[::1]:80", Some("x-geo"));
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for written in
            ["kafka://", "kafka://a:1", "kafka://a:1/", "kafka:///x", "kafka://a:1/x,,y", "kafka://a/x/y"]
                .into_iter()
                .chain([
                    "https://a",
                    "http://",
                    "http://a:b@c",
                    "http://a/v1/views",
                    "http://a/topics/x y",
                    "kinesis://",
                    "kinesis://a,",
                    "kinesis://eu-west-1/a",
                    "kinesis://a b",
                ])
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
