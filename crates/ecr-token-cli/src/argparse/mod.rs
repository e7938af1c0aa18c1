//! The parts of Python's argparse that v1's command line uses.
//!
//! v1 parses the words with three parsers: main, service and operation. Each parser leaves the words that it does not
//! define to the next one. An option may therefore appear anywhere after the word that selects its parser.

pub(crate) use error::ArgparseError;
pub(crate) use flag::{Flag, Takes};
use word::{Word, classify};

mod error;
mod flag;
mod word;

/// Whether a parser takes the first word that is not an option.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Positional {
    Any,
    /// Takes it and validates it in turn: an error of an option before it is reported first.
    OneOf {
        name: &'static str,
        choices: &'static [&'static str],
    },
    None,
}

impl Positional {
    fn checked(self, word: String) -> Result<String, ArgparseError> {
        match self {
            Self::OneOf { name, choices } => check_choice(name, choices, word),
            Self::Any | Self::None => Ok(word),
        }
    }
}

/// The options and the positional that a parser found, and the words that it leaves to the next one.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    found: Vec<(&'static str, Vec<String>)>,
    pub(crate) positional: Option<String>,
    pub(crate) rest: Vec<String>,
}

impl Scan {
    /// Returns the values of the last occurrence of an option.
    pub(crate) fn values(&self, name: &str) -> Option<&[String]> {
        let last = self.found.iter().rev().find(|(found, _)| *found == name);
        last.map(|(_, values)| values.as_slice())
    }

    /// Returns the single value of the last occurrence of an option.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.values(name)?.first().cloned()
    }

    /// Returns which of these options occurred last.
    pub(crate) fn last_of<const N: usize>(&self, names: [&str; N]) -> Option<&'static str> {
        let mut found = self.found.iter().rev().map(|(name, _)| *name);
        found.find(|name| names.contains(name))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values(name).is_some()
    }
}

/// Parses the words with the options of one parser.
///
/// # Errors
/// Returns an error for the first invalid word. An ambiguous abbreviation is reported before all other errors.
pub(crate) fn scan(
    flags: &'static [Flag],
    positional: Positional,
    words: Vec<String>,
) -> Result<Scan, ArgparseError> {
    let mut words = classify(flags, words)?.into_iter().peekable();
    let mut scan = Scan::default();
    while let Some(word) = words.next() {
        let wanted = !matches!(positional, Positional::None) && scan.positional.is_none();
        match word {
            // argparse treats the separators around a positional as part of it.
            Word::Value(value) if wanted => {
                scan.positional = Some(positional.checked(value)?);
                while words.next_if(Word::is_separator).is_some() {}
            }
            Word::Separator if wanted => {}
            Word::Separator => scan.rest.push("--".to_owned()),
            Word::Value(value) | Word::Unknown(value) => scan.rest.push(value),
            Word::Known { flag, attached } => {
                let values = take(flag, attached, &mut words)?;
                scan.found.push((flag.name, values));
                if matches!(flag.takes, Takes::NothingAndStops) {
                    break;
                }
            }
        }
    }
    Ok(scan)
}

/// Returns the words that are neither options nor the values of known options, without validation.
pub(crate) fn positionals(flags: &'static [Flag], words: Vec<String>) -> Vec<String> {
    let words = classify(flags, words).unwrap_or_default();
    let mut words = words.into_iter().peekable();
    let mut positionals = Vec::new();
    while let Some(word) = words.next() {
        match word {
            Word::Value(value) => positionals.push(value),
            Word::Known {
                flag,
                attached: None,
            } if matches!(flag.takes, Takes::One | Takes::OneOf(_)) => {
                next_value(&mut words);
            }
            Word::Known { flag, .. } if matches!(flag.takes, Takes::NothingAndStops) => break,
            _ => {}
        }
    }
    positionals
}

type Words = std::iter::Peekable<std::vec::IntoIter<Word>>;

fn take(
    flag: &'static Flag,
    attached: Option<String>,
    words: &mut Words,
) -> Result<Vec<String>, ArgparseError> {
    let name = flag.name;
    match flag.takes {
        Takes::Nothing | Takes::NothingAndStops => match attached {
            Some(value) => Err(ArgparseError::ValueIgnored { name, value }),
            None => Ok(Vec::new()),
        },
        Takes::One => {
            let value = attached.or_else(|| next_value(words));
            Ok(vec![value.ok_or(ArgparseError::ValueMissing { name })?])
        }
        Takes::OneOf(choices) => {
            let value = attached.or_else(|| next_value(words));
            let value = value.ok_or(ArgparseError::ValueMissing { name })?;
            Ok(vec![check_choice(name, choices, value)?])
        }
        Takes::AtMostOneOf(choices) => {
            let value = attached.or_else(|| next_value(words));
            let value = value.map(|value| check_choice(name, choices, value));
            Ok(value.transpose()?.into_iter().collect())
        }
        Takes::Many => Ok(all_values(attached, words)),
        Takes::AtLeastOne => match all_values(attached, words) {
            values if values.is_empty() => Err(ArgparseError::ValuesMissing { name }),
            values => Ok(values),
        },
    }
}

fn all_values(attached: Option<String>, words: &mut Words) -> Vec<String> {
    match attached {
        Some(value) => vec![value],
        None => std::iter::from_fn(|| next_value(words)).collect(),
    }
}

fn next_value(words: &mut Words) -> Option<String> {
    match words.next_if(|word| matches!(word, Word::Value(_)))? {
        Word::Value(value) => Some(value),
        _ => None,
    }
}

fn check_choice(
    name: &'static str,
    choices: &'static [&'static str],
    value: String,
) -> Result<String, ArgparseError> {
    if choices.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(ArgparseError::InvalidChoice {
        name,
        choices,
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    static FLAGS: &[Flag] = &[
        Flag::new("--region", Takes::One),
        Flag::new("--registry-ids", Takes::Many),
        Flag::new("--version", Takes::NothingAndStops),
    ];

    fn scanned(words: &[&str]) -> Result<Scan, ArgparseError> {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        scan(FLAGS, Positional::None, words)
    }

    #[test]
    fn the_last_occurrence_wins() {
        let scan = scanned(&["--region", "a", "--region=b"]).unwrap();
        assert_eq!(scan.value("--region").as_deref(), Some("b"));
    }

    #[test]
    fn a_list_ends_at_the_next_option_or_separator() {
        let scan = scanned(&["--registry-ids", "1", "-2", "-", "--", "3"]).unwrap();
        assert_eq!(scan.values("--registry-ids").unwrap(), ["1", "-2", "-"]);
        assert_eq!(scan.rest, ["--", "3"]);
    }

    #[test]
    fn an_attached_list_value_is_the_only_value() {
        let scan = scanned(&["--registry-ids=1", "2"]).unwrap();
        assert_eq!(scan.values("--registry-ids").unwrap(), ["1"]);
        assert_eq!(scan.rest, ["2"]);
    }

    #[test]
    fn an_ambiguous_abbreviation_after_a_stopping_option_is_an_error() {
        let error = scanned(&["--version", "--reg"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ambiguous option: --reg could match --region, --registry-ids"
        );
    }

    #[test]
    fn words_after_a_stopping_option_are_not_checked() {
        assert!(
            scanned(&["--version", "--region"])
                .unwrap()
                .has("--version")
        );
        assert!(scanned(&["--region"]).is_err());
    }

    #[test]
    fn a_separator_after_a_positional_belongs_to_it() {
        let words = ["get-login", "--", "x", "--region"];
        let words = words.iter().map(|&word| word.to_owned()).collect();
        let scan = scan(FLAGS, Positional::Any, words).unwrap();
        assert_eq!(scan.positional.as_deref(), Some("get-login"));
        assert_eq!(scan.rest, ["x", "--region"]);
    }
}
