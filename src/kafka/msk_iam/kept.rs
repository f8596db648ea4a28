//! The token that is kept, and why there is none.

use super::token::{Token, milliseconds};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// What is left of a token that is not given out any more: connections take time.
const LEAST: Duration = Duration::from_secs(5);
/// So long a new token is asked for in vain before that is told as trouble, while the old one is good.
const FAILING_AFTER: Duration = Duration::from_secs(10);

/// What the thread that makes tokens shares with those who need them.
#[derive(Default)]
pub struct Kept {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    token: Option<Token>,
    failure: Option<Failure>,
}

struct Failure {
    why: String,
    since: Instant,
}

/// How it goes with tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenState {
    /// For how long the token is still good; nothing if there is none.
    pub good_for: Option<Duration>,
    /// Why there is no newer one, if one was asked for in vain, and since when.
    pub failure: Option<(String, Instant)>,
}

impl TokenState {
    /// Why there is none, or will be none soon, if so.
    pub fn trouble(&self) -> Option<String> {
        let (why, since) = self.failure.as_ref()?;
        // What passes by itself while the old one is good is no trouble yet.
        let is_trouble = self.good_for.is_none() || since.elapsed() > FAILING_AFTER;
        is_trouble.then(|| format!("AWS MSK's IAM: {why}; trying again"))
    }
}

impl Kept {
    /// A token was made.
    pub fn keep(&self, token: Token) {
        *self.lock() = Inner { token: Some(token), failure: None };
        self.changed.notify_all();
    }

    /// None could be made; says whether that is news.
    pub fn fail(&self, why: String) -> bool {
        let mut inner = self.lock();
        let is_news = inner.failure.as_ref().is_none_or(|failure| failure.why != why);
        let since = inner.failure.as_ref().map_or_else(Instant::now, |failure| failure.since);
        inner.failure = Some(Failure { why, since });
        self.changed.notify_all();
        is_news
    }

    /// The token, if it is good for a while; the first one is waited for.
    pub fn token(&self, wait: Duration) -> Result<Token, String> {
        let is_awaited = |inner: &mut Inner| good(inner).is_none() && inner.failure.is_none();
        let waited = self.changed.wait_timeout_while(self.lock(), wait, is_awaited);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (&inner.token, good(&inner), &inner.failure) {
            (Some(token), Some(_), _) => Ok(token.clone()),
            (_, _, Some(failure)) => Err(failure.why.clone()),
            _ => Err("AWS credentials are still being looked for".to_owned()),
        }
    }

    /// How it goes.
    pub fn state(&self) -> TokenState {
        let inner = self.lock();
        let failure = inner.failure.as_ref().map(|failure| (failure.why.clone(), failure.since));
        TokenState { good_for: good(&inner), failure }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn good(inner: &Inner) -> Option<Duration> {
    let left = inner.token.as_ref()?.left(SystemTime::now());
    (left > LEAST).then_some(left)
}

impl Token {
    /// For how long it is good.
    pub fn left(&self, now: SystemTime) -> Duration {
        Duration::from_millis(self.expires_ms.saturating_sub(milliseconds(now)).try_into().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(seconds: u64) -> Token {
        let expires = SystemTime::now() + Duration::from_secs(seconds);
        Token { text: format!("for {seconds}"), expires_ms: milliseconds(expires) }
    }

    fn given(kept: &Kept) -> Result<String, String> {
        kept.token(Duration::ZERO).map(|token| token.text)
    }

    #[test]
    fn a_token_is_given_while_it_is_good() {
        let kept = Kept::default();
        assert_eq!(given(&kept), Err("AWS credentials are still being looked for".to_owned()));
        kept.keep(token(100));
        assert_eq!(given(&kept), Ok("for 100".to_owned()));
        assert!(kept.fail("refused".to_owned()));
        assert!(!kept.fail("refused".to_owned()));
        assert_eq!(given(&kept), Ok("for 100".to_owned()));
        assert!(kept.state().failure.is_some());
        kept.keep(token(200));
        assert_eq!((given(&kept), kept.state().failure), (Ok("for 200".to_owned()), None));
    }

    #[test]
    fn why_there_is_none_is_told_at_once() {
        let kept = Kept::default();
        kept.fail("refused".to_owned());
        assert_eq!(kept.token(Duration::from_secs(60)).map(|_| ()), Err("refused".to_owned()));
        kept.keep(token(LEAST.as_secs()));
        kept.fail("gone".to_owned());
        assert_eq!(given(&kept), Err("gone".to_owned()));
        assert_eq!(kept.state().good_for, None);
    }

    #[test]
    fn trouble_is_told_when_there_is_no_token_or_it_lasts() {
        let kept = Kept::default();
        assert_eq!(kept.state().trouble(), None);
        kept.fail("refused".to_owned());
        let told = "AWS MSK's IAM: refused; trying again".to_owned();
        assert_eq!(kept.state().trouble().as_ref(), Some(&told));
        kept.keep(token(100));
        kept.fail("refused".to_owned());
        let mut state = kept.state();
        assert_eq!(state.trouble(), None);
        let since = Instant::now().checked_sub(2 * FAILING_AFTER).expect("the clock has run for a while");
        state.failure = Some(("refused".to_owned(), since));
        assert_eq!(state.trouble(), Some(told));
    }

    #[test]
    fn the_first_one_is_waited_for() {
        let kept = Kept::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| kept.token(Duration::from_secs(60)).map(|token| token.text));
            kept.keep(token(100));
            assert_eq!(waiting.join().expect("it does not panic"), Ok("for 100".to_owned()));
        });
    }
}
