//! The region in which brokers of MSK are, as their names tell it.

/// The region in the first broker's name that has one: `b-1.name.id.c2.kafka.eu-west-1.amazonaws.com:9098`, or the same
/// with `kafka-serverless`.
pub fn of(brokers: &str) -> Option<&str> {
    brokers.split(',').find_map(|broker| {
        let host = broker.trim().rsplit_once(':').map_or(broker.trim(), |(host, _)| host);
        let host = host.strip_suffix(".cn").unwrap_or(host).strip_suffix(".amazonaws.com")?;
        let (before, region) = host.rsplit_once('.')?;
        let service = before.rsplit('.').next();
        matches!(service, Some("kafka" | "kafka-serverless")).then_some(region)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_of_msk_tell_their_region() {
        assert_eq!(of("b-1.demo.a1b2.c2.kafka.eu-west-1.amazonaws.com:9098"), Some("eu-west-1"));
        assert_eq!(of("boot-x.c1.kafka-serverless.us-east-2.amazonaws.com:9098"), Some("us-east-2"));
        assert_eq!(of("other:1, b-1.d.a.c2.kafka.cn-north-1.amazonaws.com.cn"), Some("cn-north-1"));
    }

    #[test]
    fn others_do_not() {
        for brokers in
            ["broker-1:9092", "127.0.0.1:9098", "kafka.example.com:9092", "x.s3.eu-west-1.amazonaws.com", ""]
        {
            assert_eq!(of(brokers), None, "{brokers}");
        }
    }
}
