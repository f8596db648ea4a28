//! Tokens for the pages behind the first: each names its tick, its place and its query.

use crate::views::TickName;
use crate::views::column::view_named;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pinflow_dataflows::view::View;
use std::fmt;
use std::str::FromStr;

/// Where a page begins. Its text means nothing to those who send it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageToken {
    /// The tick whose snapshot all pages come from.
    pub as_of: TickName,
    /// Rows on the pages before.
    pub skip: usize,
    /// The view.
    pub view: View,
    /// The query's parameters as in a URL.
    pub parameters: String,
}

/// What was given is no page token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("page is not a token that an answer's next gave")]
pub struct NoPageToken;

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PageToken { as_of, skip, view, parameters } = self;
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{as_of} {skip} {} {parameters}", view.name())))
    }
}

impl FromStr for PageToken {
    type Err = NoPageToken;

    fn from_str(token: &str) -> Result<PageToken, NoPageToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| NoPageToken)?;
        let text = String::from_utf8(bytes).map_err(|_| NoPageToken)?;
        let mut parts = text.splitn(4, ' ');
        let mut next = || parts.next().ok_or(NoPageToken);
        Ok(PageToken {
            as_of: next()?.parse().map_err(|_| NoPageToken)?,
            skip: next()?.parse().map_err(|_| NoPageToken)?,
            view: view_named(next()?).ok_or(NoPageToken)?,
            parameters: next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back() {
        for parameters in ["", "country=France&order=-posts", "country=a%20b+c&country="] {
            let as_of = TickName { epoch: 3, n: 1042 };
            let view = View::TopPosters;
            let token = PageToken { as_of, skip: 1000, view, parameters: parameters.to_owned() };
            assert_eq!(token.to_string().parse(), Ok(token));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let encoded = [
            "",
            "3-4",
            "3-4 5",
            "3-4 5 top_posters",
            "3-4 x top_posters ",
            "3-4 5 none ",
            "x 5 top_posters ",
        ];
        let encoded = encoded.map(|text| URL_SAFE_NO_PAD.encode(text));
        for token in ["!", "a=b", "YQ=="].into_iter().chain(encoded.iter().map(String::as_str)) {
            assert_eq!(token.parse::<PageToken>(), Err(NoPageToken), "{token}");
        }
    }
}
