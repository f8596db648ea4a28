//! The parameters of a URL.

use axum::http::Uri;
use std::borrow::Cow;
use std::time::Duration;

/// Parameters in order, decoded.
pub struct Parameters<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Why parameters cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// One that may be given once.
    #[error("{0} is given twice")]
    Twice(&'static str),
    /// Not a time to wait.
    #[error("wait_ms cannot be {0:?}: wanted a whole number up to {max}", max = MAX_WAIT.as_millis())]
    BadWait(String),
}

/// Longest wait for a tick: shorter than what proxies commonly allow an answer to take, which is a minute.
const MAX_WAIT: Duration = Duration::from_millis(30_000);

impl<'a> Parameters<'a> {
    /// Those behind a URL's `?`.
    pub fn of(uri: &'a Uri) -> Parameters<'a> {
        Parameters::parse(uri.query().unwrap_or_default())
    }

    /// Those of a text as it is in URLs.
    pub fn parse(text: &'a str) -> Parameters<'a> {
        Parameters { pairs: form_urlencoded::parse(text.as_bytes()).collect() }
    }

    /// As a text for URLs.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// All that are left.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Takes out one that may be given once.
    pub fn take(&mut self, name: &'static str) -> Result<Option<Cow<'a, str>>, ParameterError> {
        let mut taken = self.pairs.extract_if(.., |(found, _)| found == name);
        let value = taken.next().map(|(_, value)| value);
        if taken.next().is_some() {
            return Err(ParameterError::Twice(name));
        }
        Ok(value)
    }

    /// Takes out how long an answer may wait for a tick that the client does not know.
    pub fn take_wait(&mut self) -> Result<Duration, ParameterError> {
        let Some(written) = self.take("wait_ms")? else { return Ok(Duration::ZERO) };
        let wait = written.parse().ok().map(Duration::from_millis).filter(|wait| *wait <= MAX_WAIT);
        wait.ok_or_else(|| ParameterError::BadWait(written.into_owned()))
    }
}
