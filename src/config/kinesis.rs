//! What can be set for Kinesis. `config/default.toml` describes each key.

/// How Kinesis is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KinesisSettings {
    /// The streams' region; else that of the environment or the profile.
    pub region: Option<String>,
    /// Where a server other than AWS listens, as `http://host:port` or `https://host`.
    pub endpoint: Option<String>,
    /// The profile whose credentials are used.
    pub profile: Option<String>,
    /// The role that is assumed.
    pub role_arn: Option<String>,
}
