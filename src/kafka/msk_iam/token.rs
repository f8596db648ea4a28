//! A token: the URL of a request to connect, signed for a quarter of an hour, in base64.
//!
//! It is never requested. The broker takes it apart and asks IAM whether the signature is right and may connect, as it does
//! with those of AWS' own signers (aws-msk-iam-sasl-signer-python and its like), whose format this is.

use aws_sdk_s3::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a token is good for: what MSK takes at most.
const LIFETIME: Duration = Duration::from_secs(900);
const SERVICE: &str = "kafka-cluster";
const USER_AGENT: &str = concat!("pinflow/", env!("CARGO_PKG_VERSION"));

/// A token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What the broker is sent. A secret.
    pub text: String,
    /// When it is good for nothing any more, in milliseconds since 1970.
    pub expires_ms: i64,
}

/// Signs one. It ends with the credentials, if those end sooner.
pub fn sign_token(credentials: &Credentials, region: &str, now: SystemTime) -> Result<Token, String> {
    let url =
        signed_url(credentials, region, now).map_err(|error| format!("a token cannot be signed: {error}"))?;
    let end = credentials.expiry().map_or(now + LIFETIME, |expiry| expiry.min(now + LIFETIME));
    Ok(Token { text: BASE64_URL_SAFE_NO_PAD.encode(url), expires_ms: milliseconds(end) })
}

fn signed_url(credentials: &Credentials, region: &str, now: SystemTime) -> Result<String, String> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(LIFETIME);
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?;
    let unsigned =
        format!("https://kafka.{region}.amazonaws.com/?Action={}", encoded("kafka-cluster:Connect"));
    let request = SignableRequest::new("GET", &unsigned, std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(|error| error.to_string())?;
    let signed = sign(request, &parameters.into()).map_err(|error| error.to_string())?;
    let (instructions, _) = signed.into_parts();
    let signed = instructions.params().iter().map(|(name, value)| (*name, value.as_ref()));
    // The last one as AWS' own signers do, outside of what is signed.
    let query = signed.chain([("User-Agent", USER_AGENT)]);
    Ok(query.fold(unsigned, |url, (name, value)| format!("{url}&{name}={}", encoded(value))))
}

/// As what is signed is encoded: all but RFC 3986's unreserved characters, and a space is no plus sign.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode =
        |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// A time in milliseconds since 1970.
pub fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIDEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const SESSION: &str = "IQoJb3JpZ2luX2VjEPT//////////wE+a/b+c==";

    /// 2015-08-30T12:36:00Z, the time of AWS' own examples of signatures.
    fn then() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_440_938_160)
    }

    #[track_caller]
    fn check(credentials: &Credentials, region: &str, url: &str) {
        let token = sign_token(credentials, region, then()).expect("it can be signed");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token.text).expect("base64 without padding");
        let expected = format!("{url}&User-Agent=pinflow%2F{}", env!("CARGO_PKG_VERSION"));
        // The order of parameters says nothing: who checks the signature sorts them.
        let sorted = |url: &str| {
            let mut parts: Vec<String> = url.split(['?', '&']).map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(sorted(&String::from_utf8(bytes).expect("text")), sorted(&expected));
    }

    /// What aws-msk-iam-sasl-signer-python 1.0.2 makes of the same keys at the same time.
    #[test]
    fn tokens_are_those_of_aws_own_signer() {
        check(
            &Credentials::new(ID, SECRET, None, None, "test"),
            "eu-west-1",
            "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fkafka-cluster%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=f28e8f5d58461eadd7f29727b37c00ba271af034a7d0c0c1510fa07467b22862",
        );
        check(
            &Credentials::new(ID, SECRET, Some(SESSION.to_owned()), None, "test"),
            "cn-north-1",
            "https://kafka.cn-north-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fcn-north-1%2Fkafka-cluster%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
             &X-Amz-Security-Token=IQoJb3JpZ2luX2VjEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwE%2Ba%2Fb%2Bc%3D%3D\
             &X-Amz-Signature=35adcbfc71530f83d321ab53090e82e631b9f62a0f34f214e4ee9e8163f55539",
        );
    }

    /// The signature is that of the algorithm done by hand, which gives those above, too.
    #[test]
    fn what_is_sent_of_a_session_is_what_is_signed() {
        check(
            &Credentials::new(ID, SECRET, Some("a b*c~d+e/f=".to_owned()), None, "test"),
            "eu-west-1",
            "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fkafka-cluster%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
             &X-Amz-Security-Token=a%20b%2Ac~d%2Be%2Ff%3D\
             &X-Amz-Signature=705324174f0c189016981f8329429d7c9ca99baf62d0aaea3c455f2d6b45bb17",
        );
    }

    #[test]
    fn a_token_ends_after_a_quarter_of_an_hour_or_with_its_credentials() {
        let expires = |seconds: Option<u64>| {
            let expiry = seconds.map(|seconds| then() + Duration::from_secs(seconds));
            let credentials = Credentials::new(ID, SECRET, None, expiry, "test");
            sign_token(&credentials, "eu-west-1", then()).expect("it can be signed").expires_ms
        };
        assert_eq!(expires(None), 1_440_939_060_000);
        assert_eq!(expires(Some(3600)), 1_440_939_060_000);
        assert_eq!(expires(Some(60)), 1_440_938_220_000);
    }
}
