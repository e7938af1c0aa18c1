//! Classifies words without their context.

use crate::argparse::error::ArgparseError;
use crate::argparse::flag::Flag;

/// A word, classified without its context.
#[derive(Debug)]
pub(super) enum Word {
    Value(String),
    Known {
        flag: &'static Flag,
        attached: Option<String>,
    },
    Unknown(String),
    Separator,
}

impl Word {
    pub(super) fn is_separator(&self) -> bool {
        matches!(self, Self::Separator)
    }
}

/// argparse classifies all words before it acts on the first. It therefore reports an ambiguous abbreviation even after
/// `--version`.
pub(super) fn classify(
    flags: &'static [Flag],
    words: Vec<String>,
) -> Result<Vec<Word>, ArgparseError> {
    let mut only_values = false;
    let mut classified = Vec::with_capacity(words.len());
    for word in words {
        classified.push(match word.as_str() {
            _ if only_values => Word::Value(word),
            "--" => {
                only_values = true;
                Word::Separator
            }
            _ => classify_word(flags, word)?,
        });
    }
    Ok(classified)
}

fn classify_word(flags: &'static [Flag], word: String) -> Result<Word, ArgparseError> {
    if !word.starts_with('-') || word.len() == 1 {
        return Ok(Word::Value(word));
    }
    let (name, attached) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (word.as_str(), None),
    };
    if let Some(flag) = flags.iter().find(|flag| flag.name == name) {
        return Ok(Word::Known { flag, attached });
    }
    let mut candidates = flags
        .iter()
        .filter(|flag| name.starts_with("--") && flag.name.starts_with(name));
    match (candidates.next(), candidates.next()) {
        (Some(flag), None) => Ok(Word::Known { flag, attached }),
        (Some(first), Some(second)) => {
            let matches = [first, second].into_iter().chain(candidates);
            let matches = matches.map(|flag| flag.name).collect();
            Err(ArgparseError::Ambiguous { word, matches })
        }
        (None, _) if is_negative_number(&word) || word.contains(' ') => Ok(Word::Value(word)),
        (None, _) => Ok(Word::Unknown(word)),
    }
}

/// `-1` and `-1.5` are values, because no option has the form of a number.
fn is_negative_number(word: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = &word[1..];
    match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !fraction.is_empty(),
        None => digits(number) && !number.is_empty(),
    }
}
