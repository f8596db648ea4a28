//! Tokens of AWS MSK's IAM as IAM looks at them: taken apart, and signed again with the secret.
//!
//! The algorithm is written down in AWS' "Signature Version 4 signing process", from which this is done anew.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
    pub session: Option<String>,
}

/// Whether a token is one for that region, signed by one of these; says by which.
pub fn check<'a>(token: &str, region: &str, keys: &'a [AccessKey]) -> Result<&'a AccessKey, String> {
    let url = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|error| format!("{token}: {error}"))?;
    let url = String::from_utf8(url).map_err(|error| error.to_string())?;
    let host = format!("kafka.{region}.amazonaws.com");
    let query =
        url.strip_prefix(&format!("https://{host}/?")).ok_or_else(|| format!("another host: {url}"))?;
    let pairs: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let get = |name: &str| pairs.get(name).copied().ok_or_else(|| format!("no {name}: {url}"));
    let expect = |name: &str, value: &str| match get(name)? {
        found if found == value => Ok(()),
        found => Err(format!("{name} is {found}, not {value}")),
    };
    expect("Action", "kafka-cluster%3AConnect")?;
    expect("X-Amz-Algorithm", "AWS4-HMAC-SHA256")?;
    expect("X-Amz-Expires", "900")?;
    expect("X-Amz-SignedHeaders", "host")?;
    if !get("User-Agent")?.starts_with("pinflow%2F") {
        return Err(format!("another program: {url}"));
    }
    let date = get("X-Amz-Date")?;
    check_time(date)?;
    let day = &date[..8];
    let scope = format!("{day}/{region}/kafka-cluster/aws4_request");
    let credential = get("X-Amz-Credential")?.replace("%2F", "/");
    let signer = |key: &&AccessKey| credential == format!("{}/{scope}", key.id);
    let key = keys.iter().find(signer).ok_or_else(|| format!("nobody knows {credential}"))?;
    match &key.session {
        Some(session) => expect("X-Amz-Security-Token", &encoded(session))?,
        None if pairs.contains_key("X-Amz-Security-Token") => return Err("a session too many".to_owned()),
        None => {}
    }
    let signed = pairs.iter().filter(|(name, _)| !["X-Amz-Signature", "User-Agent"].contains(name));
    let signed: Vec<String> = signed.map(|(name, value)| format!("{name}={value}")).collect();
    let request = format!("GET\n/\n{}\nhost:{host}\n\nhost\n{}", signed.join("&"), hex(&Sha256::digest(b"")));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let mut by = format!("AWS4{}", key.secret).into_bytes();
    for part in [day, region, "kafka-cluster", "aws4_request"] {
        by = hmac(&by, part.as_bytes());
    }
    expect("X-Amz-Signature", &hex(&hmac(&by, to_sign.as_bytes())))?;
    Ok(key)
}

/// It was signed in the last quarter of an hour.
fn check_time(date: &str) -> Result<(), String> {
    let signed = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ").map_err(|error| error.to_string())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is right").as_secs() as i64;
    let age = now - signed.and_utc().timestamp();
    if (0..900).contains(&age) { Ok(()) } else { Err(format!("it is {age} s old")) }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    // No key here is longer than a block.
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
