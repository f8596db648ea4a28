//! Who asks: an access key, or what AWS' own tools would use, in the role that is to be assumed.

use super::super::StoreError;
use super::failure::chain;
use crate::config::S3Settings;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

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
    let shared = shared(settings).await;
    let lack = |problem| StoreError::Credentials { bucket: format!("s3://{bucket}"), problem };
    let found = shared.credentials_provider();
    let mut credentials = found.ok_or_else(|| lack("none are set up".to_owned()))?;
    if let Some(role) = &settings.role_arn {
        let role = AssumeRoleProvider::builder(role).session_name("pinflow").configure(&shared);
        credentials = SharedCredentialsProvider::new(role.build().await);
    }
    credentials.provide_credentials().await.map_err(|error| lack(chain(&error)))?;
    Ok(Identity { shared, credentials })
}

async fn shared(settings: &S3Settings) -> SdkConfig {
    // ring, as the other choice takes cmake and minutes to build.
    let tls = Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(key) = &settings.access_key {
        let credentials = Credentials::new(&key.id, &key.secret, None, None, "configuration");
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}
