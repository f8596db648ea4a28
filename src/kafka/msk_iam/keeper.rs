//! Makes a token, and the next one before it runs out.

use super::kept::Kept;
use super::token::{Token, sign_token};
use crate::aws::{self, chain};
use crate::config::MskIamSettings;
use aws_config::SdkConfig;
use aws_sdk_s3::config::{ProvideCredentials, SharedCredentialsProvider};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tracing::{info, warn};

/// How long credentials may take. Attempts to reach a machine's metadata or STS end before that by themselves.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The wait after the first failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest one: long enough for a server that is overloaded, a small part of a token's lifetime.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What tokens are made of.
pub struct Keeper {
    pub shared: SdkConfig,
    pub region: String,
    pub iam: MskIamSettings,
    pub kept: Arc<Kept>,
}

impl Keeper {
    /// Keeps one for as long as it is wanted.
    pub async fn keep(self) {
        let role = self.iam.role_arn.as_deref();
        let identity = aws::identity(&self.shared, role, &self.iam.session_name).await;
        let mut failed = 0;
        loop {
            let wait = match self.make(identity.as_ref()).await {
                Ok(token) => {
                    if failed > 0 {
                        info!("there is a token for AWS MSK again");
                    }
                    failed = 0;
                    let next = next_after(token.left(SystemTime::now()));
                    self.kept.keep(token);
                    next
                }
                Err(why) => {
                    failed += 1;
                    if self.kept.fail(why.clone()) {
                        warn!(why, "no token for AWS MSK, trying again");
                    }
                    wait_after(failed)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn make(&self, identity: Option<&SharedCredentialsProvider>) -> Result<Token, String> {
        let what = match (&self.iam.role_arn, &self.iam.profile) {
            (Some(role), _) => format!("credentials of the role {role} (source.msk_iam.role_arn)"),
            (None, Some(profile)) => format!("credentials of the profile {profile} (source.msk_iam.profile)"),
            (None, None) => {
                "AWS credentials (environment, profile, container's or machine's role)".to_owned()
            }
        };
        let lack = |problem: &str| format!("no {what}: {problem}");
        let found = identity.ok_or_else(|| lack("none are set up"))?.provide_credentials();
        let late = |_| lack("they have not come within 30 seconds");
        let found = tokio::time::timeout(TIMEOUT, found).await.map_err(late)?;
        let credentials = found.map_err(|error| lack(&chain(&error)))?;
        sign_token(&credentials, &self.region, SystemTime::now())
    }
}

/// Before librdkafka asks for the next one, at four fifths of what is left.
fn next_after(left: Duration) -> Duration {
    (left * 3 / 4).max(FIRST_WAIT)
}

fn wait_after(failed: u32) -> Duration {
    FIRST_WAIT.saturating_mul(2_u32.saturating_pow(failed - 1)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_bounded() {
        assert_eq!([1, 2, 5, 6, 100].map(|failed| wait_after(failed).as_secs()), [1, 2, 16, 30, 30]);
        assert_eq!(
            [0, 1, 100, 900].map(|left| next_after(Duration::from_secs(left)).as_secs()),
            [1, 1, 75, 675]
        );
    }
}
