//! The intended differences between `ecr` and AWS CLI v1, and their limits.

use std::fmt;

use serde::Deserialize;

use super::fixtures;

#[derive(Deserialize)]
pub(super) struct Deviations {
    deviation: Vec<Deviation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    cases: Vec<String>,
    level: Level,
    /// A reason for the reader of the file. It is required.
    #[serde(rename = "because")]
    _because: String,
}

/// The limit of a difference.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// No difference.
    Exact,
    /// Other text on stderr, but text if and only if v1 has some.
    Wording,
    /// An error with an error message and an empty stdout.
    Error,
}

impl Deviations {
    pub(super) fn load() -> Self {
        fixtures::read(&fixtures::path("deviations.toml"))
    }

    pub(super) fn level(&self, name: &str) -> Level {
        self.first_match(name)
            .map_or(Level::Exact, |(deviation, _)| deviation.level)
    }

    /// Fails if a pattern is not the first match of any case: it is misspelt or comes after a more general one.
    pub(super) fn assert_all_used<'a>(&self, names: impl Iterator<Item = &'a String>) {
        let mut unused: Vec<&str> = self.patterns().map(|(_, pattern)| pattern).collect();
        for (_, used) in names.filter_map(|name| self.first_match(name)) {
            unused.retain(|pattern| *pattern != used);
        }
        assert!(unused.is_empty(), "deviations of no case: {unused:?}");
    }

    fn first_match(&self, name: &str) -> Option<(&Deviation, &str)> {
        self.patterns().find(|(_, pattern)| matches(pattern, name))
    }

    fn patterns(&self) -> impl Iterator<Item = (&Deviation, &str)> {
        self.deviation.iter().flat_map(|deviation| {
            let patterns = deviation.cases.iter();
            patterns.map(move |pattern| (deviation, pattern.as_str()))
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Exact => "exact",
            Self::Wording => "wording",
            Self::Error => "error",
        })
    }
}

/// Returns whether a name matches a pattern. `*` matches any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            let ends = tail.char_indices().map(|(index, _)| index);
            ends.chain([tail.len()])
                .any(|index| matches(rest, &tail[index..]))
        }),
    }
}

#[test]
fn an_asterisk_matches_any_text() {
    for (pattern, name, expected) in [
        ("net/close", "net/close", true),
        ("net/close", "net/closed", false),
        ("net/*", "net/close", true),
        ("net/*", "tls/close", false),
        ("*/null*", "errbody/null", true),
        ("err*/*null*", "errbody/400_null_body", true),
        ("err*/*null", "errbody/400_null_body", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} and {name}");
    }
}
