//! What can be set for AWS MSK's IAM. `config/default.toml` describes each key.

use super::check::{flag_of, refused, text};
use super::error::ConfigError;
use super::kafka::LibrdkafkaSettings;
use super::written::Written;

/// Whose tokens the brokers are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MskIamSettings {
    /// The cluster's region; else that of the brokers' names, of the environment or of the profile.
    pub region: Option<String>,
    /// The profile whose credentials are used.
    pub profile: Option<String>,
    /// The role that is assumed.
    pub role_arn: Option<String>,
    /// What the session of that role is called.
    pub session_name: String,
}

/// Settings of librdkafka that say who one is in another way.
const OTHER_WAYS: [&str; 3] = ["sasl.username", "sasl.password", "enable.sasl.oauthbearer.unsecure.jwt"];

/// What the configuration says; nothing unless it is enabled.
pub(super) fn settings(
    written: &Written,
    librdkafka: &LibrdkafkaSettings,
) -> Result<Option<MskIamSettings>, ConfigError> {
    let is_enabled = flag_of(written.get("source.msk_iam.enabled"))?;
    let optional = |key: &str| {
        let entry = written.get(key);
        match text(entry)? {
            Some(_) if !is_enabled => Err(refused(entry, "left out unless source.msk_iam.enabled is true")),
            text => Ok(text),
        }
    };
    let session_name = written.get("source.msk_iam.session_name");
    let settings = MskIamSettings {
        region: optional("source.msk_iam.region")?,
        profile: optional("source.msk_iam.profile")?,
        role_arn: optional("source.msk_iam.role_arn")?,
        session_name: text(session_name)?.ok_or_else(|| refused(session_name, "a name"))?,
    };
    if !is_enabled {
        return Ok(None);
    }
    check_others(written, librdkafka)?;
    let partitions = written.get("source.create_topics.partitions");
    if partitions.value.whole_number() != Some(0) {
        // rdkafka's client for that asks for no tokens.
        let allowed = "0 where source.msk_iam.enabled is true: topics cannot be made with IAM's tokens";
        return Err(refused(partitions, allowed));
    }
    Ok(Some(settings))
}

/// A setting that disagrees would win without a word, or lose without one.
fn check_others(written: &Written, librdkafka: &LibrdkafkaSettings) -> Result<(), ConfigError> {
    let because = "because source.msk_iam.enabled is true";
    for entry in written.within(Written::LIBRDKAFKA) {
        let name = entry.key.0[2..].join(".");
        let value = librdkafka.0.get(&name).map_or("", String::as_str);
        let allowed = match name.as_str() {
            "security.protocol"
                if !["SASL_SSL", "SASL_PLAINTEXT"].contains(&value.to_uppercase().as_str()) =>
            {
                "left out or \"SASL_SSL\""
            }
            "sasl.mechanism" | "sasl.mechanisms" if value != "OAUTHBEARER" => "left out or \"OAUTHBEARER\"",
            other if OTHER_WAYS.contains(&other) || other.starts_with("sasl.oauthbearer.") => "left out",
            _ => continue,
        };
        return Err(refused(entry, format!("{allowed}, {because}")));
    }
    Ok(())
}
