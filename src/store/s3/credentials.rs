//! Who asks: an access key, or what AWS' own tools would use, in the role that is to be assumed.

use super::super::StoreError;
use crate::aws::{self, chain};
use crate::config::S3Settings;
use aws_config::SdkConfig;
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

/// What the environment, the profile and the settings say together.
pub struct Identity {
    /// Region, endpoints and the client for HTTP.
    pub shared: SdkConfig,
    /// Whose requests they are.
    pub credentials: SharedCredentialsProvider,
}

/// Looks for credentials where AWS' own tools do, and asks for them once, so that their lack is said before anything
/// else.
pub async fn find(bucket: &str, settings: &S3Settings) -> Result<Identity, StoreError> {
    let given = settings.access_key.as_ref().map(|key| {
        let credentials = Credentials::new(&key.id, &key.secret, None, None, "configuration");
        SharedCredentialsProvider::new(credentials)
    });
    let shared = aws::shared(settings.region.as_deref(), settings.profile.as_deref(), given).await;
    let lack = |problem| StoreError::Credentials { bucket: format!("s3://{bucket}"), problem };
    let found = aws::identity(&shared, settings.role_arn.as_deref(), aws::SESSION_NAME).await;
    let credentials = found.ok_or_else(|| lack("none are set up".to_owned()))?;
    credentials.provide_credentials().await.map_err(|error| lack(chain(&error)))?;
    Ok(Identity { shared, credentials })
}
