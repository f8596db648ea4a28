//! What can be set for S3. `config/default.toml` describes each key.

use super::Config;
use std::fmt;

/// How S3 is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Settings {
    /// The bucket's region; else that of the environment or the profile.
    pub region: Option<String>,
    /// Where a store other than AWS listens, as `http://host:port` or `https://host`.
    pub endpoint: Option<String>,
    /// Whether the bucket's name is put into the path instead of the host's name.
    pub path_style: bool,
    /// The profile whose credentials are used.
    pub profile: Option<String>,
    /// The role that is assumed.
    pub role_arn: Option<String>,
    /// The access key to use instead of what the environment, profile or machine says.
    pub access_key: Option<AccessKey>,
    /// Requests at the same time.
    pub fetch_concurrency: usize,
    /// Bytes asked for by one request.
    pub part_bytes: usize,
    /// Bytes fetched ahead of their readers.
    pub buffer_bytes: usize,
    /// Attempts that bring nothing before a request is given up.
    pub retry_max_attempts: usize,
    /// The longest wait between two attempts.
    pub retry_max_backoff_ms: usize,
    /// The longest wait for the next bytes of an answer.
    pub read_timeout_ms: usize,
    /// The longest wait for a connection.
    pub connect_timeout_ms: usize,
}

/// An access key and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// The key, which names an account.
    pub id: String,
    /// What only that account knows.
    pub secret: String,
}

impl Default for S3Settings {
    /// The shipped defaults.
    fn default() -> S3Settings {
        Config::default().s3
    }
}

impl fmt::Debug for AccessKey {
    /// The secret stays one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}
