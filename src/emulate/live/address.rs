//! Where brokers are, and what topics are called: `kafka://host:port,host:port/prefix`.

use super::error::LiveError;
use crate::emulate::checks::prefix;
use crate::emulate::error::EmulateError;
use pinflow_dataflows::kind::Kind;

const SCHEME: &str = "kafka://";
/// As the reference's topics are called.
const PREFIX: &str = "129a67850695";

/// Brokers and topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaAddress {
    /// As librdkafka takes them.
    pub brokers: String,
    /// In the order of [`Kind::ALL`].
    pub topics: [String; 3],
}

/// Whether `--to` names brokers.
pub fn is_kafka(to: &str) -> bool {
    to.starts_with(SCHEME)
}

impl KafkaAddress {
    /// Reads the value of `--to`; the prefix may be given beside it.
    pub fn parse(to: &str, given: Option<&str>) -> Result<KafkaAddress, EmulateError> {
        let rest = to.strip_prefix(SCHEME).unwrap_or(to);
        let (brokers, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !brokers.split(',').all(is_broker) {
            let problem =
                "it must be kafka://host:port/prefix; of several brokers kafka://host:port,host:port/prefix";
            return Err(LiveError::Address { to: to.to_owned(), problem: problem.to_owned() }.into());
        }
        let named = match (path, given) {
            ("", given) => prefix(given.unwrap_or(PREFIX))?,
            (_, Some(given)) => {
                return Err(LiveError::TwoPrefixes { prefix: given.to_owned(), to: to.to_owned() }.into());
            }
            (path, None) => prefix(path)?,
        };
        let topics = Kind::ALL.map(|kind| format!("{named}.{}", kind.name()));
        Ok(KafkaAddress { brokers: brokers.to_owned(), topics })
    }
}

fn is_broker(broker: &str) -> bool {
    let (host, port) = broker.rsplit_once(':').unwrap_or((broker, ""));
    !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_and_topics() {
        let address = |to, prefix| KafkaAddress::parse(to, prefix).map_err(|error| error.to_string());
        let topics = |prefix: &str| ["pin", "geo", "user"].map(|kind| format!("{prefix}.{kind}"));
        let one = KafkaAddress { brokers: "a:9092".to_owned(), topics: topics("x") };
        assert_eq!(address("kafka://a:9092/x", None), Ok(one.clone()));
        assert_eq!(address("kafka://a:9092", Some("x")), Ok(one));
        let two = KafkaAddress { brokers: "a:9092,[::1]:9093".to_owned(), topics: topics(PREFIX) };
        assert_eq!(address("kafka://a:9092,[::1]:9093/", None), Ok(two));
        for wrong in ["kafka://", "kafka:///x", "kafka://a", "kafka://a:b/x", "kafka://a:1,/x"] {
            let told = address(wrong, None).expect_err(wrong);
            assert!(told.contains("it must be kafka://host:port/prefix"), "{told}");
        }
        assert!(address("kafka://a:1/x/y", None).expect_err("a slash").starts_with("--prefix must be"));
        assert!(address("kafka://a:1/x", Some("y")).expect_err("two").contains("leave one out"));
    }
}
