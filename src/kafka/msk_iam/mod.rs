//! AWS MSK's IAM: who one is, is told by a signed URL, which librdkafka takes for an OAUTHBEARER token.
//!
//! One token serves all clients of a run. A thread of its own keeps it fresh, because credentials may take their time, and
//! whoever polls a client should not wait for them. librdkafka asks for a new one at 80 % of the old one's lifetime, and 10
//! seconds after it got none.

mod region;
mod token;
mod kept;
mod keeper;

pub use kept::TokenState;

use super::error::KafkaError;
use crate::aws;
use crate::config::MskIamSettings;
use aws_config::SdkConfig;
use kept::Kept;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::ClientConfig;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// How long who asks for a token waits for the first one. Most roles are assumed within a second.
const WAIT: Duration = Duration::from_secs(2);

/// Where clients of the brokers take their tokens from.
#[derive(Clone, Default)]
pub struct Tokens(Option<Arc<Keeping>>);

/// The thread that keeps a token. It ends with the last client.
struct Keeping {
    kept: Arc<Kept>,
    /// Dropped with this, which ends the thread.
    _end: oneshot::Sender<()>,
}

impl Tokens {
    /// Begins to keep one, if the configuration asks for it. Credentials that are not there yet are waited for; a region that
    /// nobody knows is an error. It waits, so it is not for asynchronous tasks.
    pub fn start(iam: Option<&MskIamSettings>, brokers: &str) -> Result<Tokens, KafkaError> {
        let Some(iam) = iam else { return Ok(Tokens::default()) };
        let failed = |error: std::io::Error| KafkaError::Settings(format!("no thread for tokens: {error}"));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (shared, region) = runtime.block_on(region(iam, brokers))?;
        let kept = Arc::new(Kept::default());
        let (end, ended) = oneshot::channel();
        let keeper = keeper::Keeper { shared, region, iam: iam.clone(), kept: kept.clone() };
        let keep = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = keeper.keep() => {}
                    _ = ended => {}
                }
            });
            // Does not wait for the look-up of a name, which cannot be interrupted.
            runtime.shutdown_background();
        };
        std::thread::Builder::new().name("msk iam".to_owned()).spawn(keep).map_err(failed)?;
        Ok(Tokens(Some(Arc::new(Keeping { kept, _end: end }))))
    }

    /// The token, for `generate_oauth_token` of any client's context. Waits a little for the first one.
    pub fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let Some(keeping) = &self.0 else {
            return Err("nothing makes tokens: set source.msk_iam.enabled for those of AWS MSK".into());
        };
        let token = keeping.kept.token(WAIT)?;
        // The name is for librdkafka's own log.
        Ok(OAuthToken { token: token.text, principal_name: String::new(), lifetime_ms: token.expires_ms })
    }

    /// Sets how clients show them, if there are any. What the configuration says is set later, and goes before.
    pub fn prepare(&self, client: &mut ClientConfig) {
        if self.0.is_some() {
            client.set("security.protocol", "SASL_SSL").set("sasl.mechanism", "OAUTHBEARER");
        }
    }

    /// How it goes; nothing if no tokens are needed.
    pub fn state(&self) -> Option<TokenState> {
        self.0.as_ref().map(|keeping| keeping.kept.state())
    }
}

/// Clients that tell nothing else by themselves need no other context.
impl ClientContext for Tokens {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.token()
    }
}

/// The region that tokens are for: that of the configuration, of the brokers' names, or what AWS' own tools would use.
async fn region(iam: &MskIamSettings, brokers: &str) -> Result<(SdkConfig, String), KafkaError> {
    let known = iam.region.as_deref().or_else(|| region::of(brokers));
    let shared = aws::shared(known, iam.profile.as_deref(), None).await;
    match shared.region().map(ToString::to_string) {
        Some(region) => Ok((shared, region)),
        None => Err(KafkaError::NoRegion),
    }
}
