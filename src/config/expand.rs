//! `${NAME}` and `${file:PATH}` in the texts of a configuration become what they stand for.

use super::text_file;
use std::ffi::OsString;
use std::path::Path;

/// Where `${...}` finds what it stands for.
pub(super) struct Surroundings<'a> {
    /// The folder that the path of `${file:PATH}` counts from.
    pub folder: &'a Path,
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

/// The text with every `${...}` expanded and every `$${` become `${`. What was put in is not expanded again.
///
/// Fails with what cannot be had and why.
pub(super) fn expand(text: &str, surroundings: &Surroundings<'_>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        expanded.push_str(&rest[..dollar]);
        rest = &rest[dollar..];
        if let Some(after) = rest.strip_prefix("$${") {
            expanded.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let (reference, after) = after.split_once('}').ok_or_else(|| format!("{rest} has no }}"))?;
            expanded.push_str(&resolve(reference, surroundings)?);
            rest = after;
        } else {
            expanded.push('$');
            rest = &rest[1..];
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// What stands between the braces: a variable's name, or a path after `file:`.
fn resolve(reference: &str, surroundings: &Surroundings<'_>) -> Result<String, String> {
    if let Some(path) = reference.strip_prefix("file:") {
        let path = surroundings.folder.join(path);
        let text =
            text_file::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        return Ok(text.trim().to_string());
    }
    let value = (surroundings.variable)(reference)
        .ok_or_else(|| format!("environment variable {reference} is not set"))?;
    value.into_string().map_err(|_| format!("environment variable {reference} is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, String> {
        let variable = |name: &str| match name {
            "K" => Some("7".into()),
            "EMPTY" => Some("".into()),
            "NESTED" => Some("${K}".into()),
            _ => None,
        };
        expand(text, &Surroundings { folder: Path::new("/nowhere"), variable: &variable })
    }

    #[test]
    fn variables_are_put_in_once() {
        for (text, expected) in [
            ("", ""),
            ("${K}", "7"),
            ("a${K}b${K}${EMPTY}c", "a7b7c"),
            ("${NESTED}", "${K}"),
            ("$K $$ $ {K} $", "$K $$ $ {K} $"),
            ("$${K}", "${K}"),
            ("$$${K}", "$${K}"),
            ("é${K}é", "é7é"),
        ] {
            assert_eq!(expanded(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_had_is_named() {
        assert_eq!(expanded("a ${NOPE}"), Err("environment variable NOPE is not set".into()));
        assert_eq!(expanded("a ${K"), Err("${K has no }".into()));
        let problem = expanded("${file:secret}").expect_err("there is no such file");
        assert!(problem.starts_with("cannot read /nowhere/secret: "), "{problem}");
    }
}
