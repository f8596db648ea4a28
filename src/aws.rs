//! What AWS' own tools would use: region, profile, credentials, and the role that is to be assumed with them.

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::error::Error;

/// What a session of an assumed role is called, unless told otherwise.
pub const SESSION_NAME: &str = "pinflow";

/// What the environment, the profile and a configuration say together.
pub async fn shared(
    region: Option<&str>,
    profile: Option<&str>,
    credentials: Option<SharedCredentialsProvider>,
) -> SdkConfig {
    // ring, as the other choice takes cmake and minutes to build.
    let tls = Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}

/// Whose requests they are; nothing if no credentials are set up.
pub async fn identity(
    shared: &SdkConfig,
    role_arn: Option<&str>,
    session_name: &str,
) -> Option<SharedCredentialsProvider> {
    let found = shared.credentials_provider()?;
    let Some(role) = role_arn else { return Some(found) };
    let role = AssumeRoleProvider::builder(role).session_name(session_name).configure(shared);
    Some(SharedCredentialsProvider::new(role.build().await))
}

/// An error with its causes; those that a text before them has said already are left out.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
