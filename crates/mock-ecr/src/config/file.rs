//! Parses configurations in TOML and reports the position and the key of an error.

use std::path::Path;

use serde_path_to_error::Segment;

use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::error::{ConfigError, Origin, Position};
use crate::types::renamed::{unknown_name, with_suggestion};
use crate::types::toml_document::{Entry, TomlDocument};

impl Config {
    /// Parses a configuration from TOML. The keys are the names of the fields of [`Config`].
    /// `fixtures/configs/full.toml` contains every key with its unit and default.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not valid TOML, if it contains an unknown key or an invalid value, or if its
    /// values contradict each other.
    pub fn parse(toml: &str) -> Result<Config, ConfigError> {
        let config: Config = read(toml)?;
        config
            .check()
            .map_err(|conflict| ConfigError::conflict(toml, conflict))?;
        Ok(config)
    }

    /// Reads a configuration from a TOML file. A relative path of an image layout is relative to the directory of the
    /// file. Relative paths in `store`, `layers` and `tls` are relative to the working directory of the process.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read. Also returns the errors of [`Config::parse`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Config, ConfigError> {
        let path = path.as_ref();
        std::fs::read_to_string(path)
            .map_err(ConfigError::unreadable)
            .and_then(|toml| Ok(Config::parse(&toml)?.resolve_layouts(path, &toml)))
            .map_err(|error| error.in_file(path))
    }

    /// Resolves the paths of image layouts relative to the directory of the file, and records where the file contains
    /// them. Layouts are read later, and an error then contains this position.
    fn resolve_layouts(mut self, file: &Path, toml: &str) -> Self {
        let directory = file.parent().unwrap_or(Path::new(""));
        for (index, repository) in self.repositories.iter_mut().enumerate() {
            let Some(layout) = &mut repository.layout else {
                continue;
            };
            *layout = directory.join(&*layout);
            let path = ["repositories".into(), index.into(), "layout".into()];
            repository.layout_origin = Some(Origin {
                file: file.to_owned(),
                position: offset(toml, &path).map(|offset| position_of(toml, offset)),
            });
        }
        self
    }
}

fn read(toml: &str) -> Result<Config, ConfigError> {
    let syntax = |error| ConfigError::syntax(toml, &error);
    let document = TomlDocument::parse(toml).map_err(syntax)?;
    let values = document.values().map_err(syntax)?;
    serde_path_to_error::deserialize(values).map_err(|error| {
        let offset = offset_of_error(&document, &error);
        ConfigError::value(position_of(toml, offset), &error)
    })
}

type ValueError = serde_path_to_error::Error<serde::de::value::Error>;

impl ConfigError {
    fn syntax(toml: &str, error: &toml::de::Error) -> Self {
        let position = error.span().map(|span| position_of(toml, span.start));
        ConfigError::new(position, String::new(), one_line(error.message()))
    }

    fn value(position: Position, error: &ValueError) -> Self {
        let key = error.path().to_string();
        // `serde_path_to_error` prints an empty path as ".", and an unknown name of a map as "?".
        let key = key.strip_suffix(".?").unwrap_or(&key);
        let key = if key == "." { "" } else { key }.to_owned();
        let message = one_line(&error.inner().to_string());
        let hint = address_hint(&message);
        ConfigError::new(Some(position), key, with_suggestion(message) + hint)
    }

    fn conflict(toml: &str, conflict: Conflict) -> Self {
        let position = |path: &[Step]| Some(position_of(toml, offset(toml, path)?));
        let at = position(&conflict.at);
        let repeated = conflict.repeated.as_deref().and_then(position);
        let mut error = ConfigError {
            position: at,
            ..conflict.into()
        };
        if let Some(Position { line, column }) = repeated {
            error.message += &format!(" (line {line}, column {column})");
        }
        error
    }

    fn in_file(mut self, path: &Path) -> Self {
        self.file = Some(path.to_owned());
        self
    }
}

/// Returns what the message about an unknown key lacks if the key is a host name in the wrong table.
fn address_hint(message: &str) -> &'static str {
    let is_host = unknown_name(message).is_some_and(|(found, mut expected)| {
        found.contains('.') && expected.any(|name| name == "addresses")
    });
    match is_host {
        true => "; write the address of a host below [upstreams.addresses]",
        false => "",
    }
}

fn one_line(message: &str) -> String {
    message.replace('\n', "; ")
}

/// Returns the offset in the text of the value that an error is about. If the error is about an unknown key, returns the offset of the key.
fn offset_of_error(document: &TomlDocument<'_>, error: &ValueError) -> usize {
    let mut entry = document.root();
    for segment in error.path() {
        match child(entry, segment) {
            Some(child) => entry = child,
            None => break,
        }
    }
    let message = error.inner().to_string();
    let unknown = unknown_name(&message).map(|(name, _)| name);
    let is_unknown =
        |segment: &Segment| matches!(segment, Segment::Map { key } if Some(&**key) == unknown);
    match unknown.and_then(|name| entry.member(name)) {
        Some(variant) => variant.key_offset(),
        None if error.path().iter().next_back().is_some_and(is_unknown) => entry.key_offset(),
        None => entry.value_offset(),
    }
}

/// Returns the entry for the next segment of a path. The name of a variant without data is not a key.
fn child<'d>(entry: Entry<'d>, segment: &Segment) -> Option<Entry<'d>> {
    match segment {
        Segment::Map { key } | Segment::Enum { variant: key } => entry.member(key),
        Segment::Seq { index } => entry.element(*index),
        Segment::Unknown => None,
    }
}

/// Returns the offset in the text at which the value at `path` begins.
fn offset(toml: &str, path: &[Step]) -> Option<usize> {
    let document = TomlDocument::parse(toml).ok()?;
    let mut steps = path.iter();
    let entry = steps.try_fold(document.root(), |entry, step| match step {
        Step::Key(key) => entry.member(key),
        Step::Index(index) => entry.element(*index),
    });
    Some(entry?.value_offset())
}

fn position_of(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    Position {
        line: 1 + before.matches('\n').count(),
        column: 1 + last_line.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockStart;
    use crate::types::error_chain::chain;
    use crate::types::timestamp::Timestamp;

    #[track_caller]
    fn rejects(toml: &str, message: &str) {
        let error = Config::parse(toml).expect_err("the configuration is invalid");
        assert_eq!(error.to_string(), message);
    }

    const KEYS: &str = "access_key_id = 'A'\nsecret_access_key = 'S'\n";

    #[test]
    fn the_empty_configuration_is_valid() {
        let config = Config::parse("").unwrap();
        assert_eq!(config.default_account().as_str(), "123456789012");
        assert_eq!(config.principals().count(), 1);
    }

    #[test]
    fn an_unknown_key_is_rejected_with_its_line() {
        let error = Config::parse("seed = 'a'\nsede = 'b'\n").unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(2), "sede"));
        assert!(
            error.to_string().starts_with(
                "line 2, column 1: sede: unknown field `sede`, expected one of `seed`, `region`"
            ),
            "{error}"
        );
    }

    #[test]
    fn an_invalid_value_is_rejected_with_its_line_its_key_and_the_expected_form() {
        rejects(
            "\ntoken_ttl = 'long'\n",
            "line 2, column 13: token_ttl: invalid duration \"long\": expected a number with a unit, such as 1d, 12h, 90m or 1500ms",
        );
        rejects(
            "clock = 'noon'\n",
            "line 1, column 9: clock: invalid clock \"noon\": expected system, frozen, or a timestamp such as 2015-11-29T21:30:53.241Z",
        );
        rejects(
            &format!("[[principals]]\n{KEYS}arn = 'me'\n"),
            "line 4, column 7: principals[0].arn: invalid principal ARN \"me\": expected a user, a root user, or a session of a role or of a federated user, such as arn:aws:iam::123456789012:user/developer or arn:aws:sts::123456789012:assumed-role/ROLE/SESSION",
        );
        rejects(
            "auth = 'none'",
            "line 1, column 8: auth: unknown variant `none`, expected `strict` or `lenient`",
        );
        rejects(
            "seed = 7",
            "line 1, column 8: seed: invalid type: integer `7`, expected a string",
        );
    }

    #[test]
    fn an_unknown_region_is_rejected_unless_it_is_listed() {
        let expected = "expected a Region of AWS, such as us-east-1, or a Region that additional_regions contains";
        rejects(
            "region = 'mars'",
            &format!("line 1, column 10: region: invalid value \"mars\": {expected}"),
        );
        let error =
            Config::parse("[[repositories]]\nname = 'app'\nregion = 'us-eest-1'\n").unwrap_err();
        assert_eq!((error.line(), error.column()), (Some(3), Some(10)));
        assert_eq!(error.key(), "repositories[0].region");
        assert!(
            chain(&error).ends_with("; did you mean \"us-east-1\"?"),
            "{error}"
        );
        assert!(Config::parse("additional_regions = ['mars']\nregion = 'mars'").is_ok());
    }

    #[test]
    fn an_empty_seed_is_rejected() {
        rejects(
            "seed = ''",
            "line 1, column 8: seed: invalid value \"\": expected at least one character",
        );
    }

    #[test]
    fn an_unknown_quirk_and_too_many_filters_are_errors_at_their_key() {
        let error = Config::parse("[quirks]\nfrozen_rang = true").unwrap_err();
        assert_eq!(error.key(), "quirks");
        assert_eq!(error.line(), Some(2));
        assert!(
            error
                .to_string()
                .ends_with("; did you mean \"frozen_range\"?")
        );
        let filters = |list: &str| {
            format!(
                "[[repositories]]\nname = 'app'\nimage_tag_mutability_exclusion_filters = [{list}]"
            )
        };
        assert!(Config::parse(&filters("'a', 'b', 'c', 'd', 'e'")).is_ok());
        rejects(
            &filters("'a', 'b', 'c', 'd', 'e', 'f'"),
            "line 3, column 42: repositories[0].image_tag_mutability_exclusion_filters: invalid value \"6\": expected at most five filters",
        );
        let error = Config::parse(&filters("'***'")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("invalid tag filter \"***\": expected 1 to 128 letters")
        );
    }

    #[test]
    fn a_similar_key_or_value_is_suggested() {
        for (toml, position, suggestion) in [
            ("seed = 'a'\n  sede = 'b'\n", (2, 3), "seed"),
            ("auth = 'strickt'", (1, 8), "strict"),
            (
                "[[faults]]\nmatch = { operaton = 'x' }\n",
                (2, 11),
                "operation",
            ),
            ("[[faults]]\naction = { eror = 'x' }\n", (2, 12), "error"),
        ] {
            let error = Config::parse(toml).unwrap_err();
            let found = (error.line().unwrap(), error.column().unwrap());
            assert_eq!(found, position, "{error}");
            let suggestion = format!("; did you mean \"{suggestion}\"?");
            assert!(error.to_string().ends_with(&suggestion), "{error}");
        }
    }

    #[test]
    fn a_timestamp_may_be_a_toml_date_time() {
        let toml = format!(
            "clock = 2030-01-01T00:00:00Z\n[[principals]]\n{KEYS}arn = 'arn:aws:iam::123456789012:user/a'\nexpires = 2030-01-01 02:00:00.5+01:00\n"
        );
        let config = Config::parse(&toml).unwrap();
        let expected: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(config.clock, ClockStart::Frozen(expected));
        let end = config.principals[0].expires.unwrap();
        assert_eq!(end.to_string(), "2030-01-01T01:00:00.500Z");
        rejects(
            "clock = 2030-01-01T00:00:00",
            "line 1, column 9: clock: invalid clock \"2030-01-01T00:00:00\": expected system, frozen, or a timestamp such as 2015-11-29T21:30:53.241Z",
        );
        for (wrong, found) in [("7", "integer `7`"), ("[]", "sequence")] {
            rejects(
                &format!("clock = {wrong}"),
                &format!(
                    "line 1, column 9: clock: invalid type: {found}, expected a timestamp such as 2015-11-29T21:30:53.241Z"
                ),
            );
        }
    }

    #[test]
    fn a_duplicate_account_and_an_empty_secret_key_are_rejected() {
        rejects(
            "[[accounts]]\nid = '123456789012'\n[[accounts]]\nid = '123456789012'\n",
            "line 4, column 6: accounts[1].id: invalid value \"123456789012\": expected an ID that no other account has",
        );
        rejects(
            "[[principals]]\narn = 'arn:aws:iam::123456789012:user/a'\naccess_key_id = 'A'\nsecret_access_key = ''\n",
            "line 4, column 21: principals[0].secret_access_key: invalid value \"\": expected at least one character; keys of AWS have 40",
        );
    }

    #[test]
    fn a_repository_that_is_listed_twice_is_rejected_with_both_positions() {
        let one = "[[repositories]]\nname = 'app'\n";
        let expected = "invalid value \"app\": expected a repository that is listed once in its account and Region; it repeats repositories[0].name (line 2, column 8)";
        for same in ["", "account = '123456789012'\n", "region = 'us-east-1'\n"] {
            rejects(
                &format!("{one}{one}{same}"),
                &format!("line 4, column 8: repositories[1].name: {expected}"),
            );
        }
        for other in ["account = '210987654321'\n", "region = 'eu-west-1'\n"] {
            Config::parse(&format!("{one}{one}{other}")).unwrap();
        }
        let mut config = Config::parse(one).unwrap();
        config.repositories.push(config.repositories[0].clone());
        let error = config.validate().unwrap_err().to_string();
        assert!(
            error.ends_with("; it repeats repositories[0].name"),
            "{error}"
        );
    }

    #[test]
    fn a_syntax_error_is_rejected_with_its_line() {
        let error = Config::parse("seed = 'a'\n\n= 3\n").unwrap_err();
        assert_eq!(error.line(), Some(3), "{error}");
    }

    #[test]
    fn contradictory_parts_are_rejected_with_the_line_of_the_second_part() {
        let principal = |arn: &str, key: &str| {
            format!(
                "[[principals]]\narn = 'arn:aws:iam::{arn}'\naccess_key_id = '{key}'\nsecret_access_key = 'S'\n"
            )
        };
        rejects(
            &(principal("123456789012:user/a", "A") + &principal("123456789012:user/b", "A")),
            "line 7, column 17: principals[1].access_key_id: invalid value \"A\": expected an access key ID that no other principal has",
        );
        rejects(
            &(principal("123456789012:user/a", "A") + &principal("123456789012:user/a", "B")),
            "line 6, column 7: principals[1].arn: invalid value \"arn:aws:iam::123456789012:user/a\": expected an ARN that no other principal has",
        );
        rejects(
            &format!(
                "[[accounts]]\nid = '210987654321'\n{}",
                principal("123456789012:user/a", "A")
            ),
            "line 4, column 7: principals[0].arn: invalid value \"arn:aws:iam::123456789012:user/a\": expected a principal of one of the listed accounts",
        );
        rejects(
            &principal("123456789012:user/a", "A/B"),
            "line 3, column 17: principals[0].access_key_id: invalid value \"A/B\": expected letters, digits and underscores, such as AKIAIOSFODNN7EXAMPLE",
        );
        rejects(
            "token_length = 100000",
            "line 1, column 16: token_length: invalid value \"100000\": expected at most 65536 characters, so that a token fits into an HTTP header",
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = Config::from_file("no/such/config.toml").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no/such/config.toml: cannot read the file"
        );
        assert!(std::error::Error::source(&error).is_some());
    }
}
