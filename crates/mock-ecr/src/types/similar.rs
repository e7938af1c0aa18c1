//! Suggests names that are similar to a misspelled name.

use std::fmt;

/// Returns the names that are most similar to `name`. The list is empty if no name is similar.
pub(crate) fn most_similar<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    if name.len() > MAX_NAME_LENGTH {
        return Vec::new();
    }
    let name = name.to_ascii_lowercase();
    let similarity = |other: &str| strsim::jaro_winkler(&name, &other.to_ascii_lowercase());
    let mut similar: Vec<(f64, &str)> = names
        .into_iter()
        .map(|other| (similarity(other), other))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .collect();
    similar.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(first.cmp(second)));
    similar.dedup();
    let most = similar.first().map(|(similarity, _)| *similarity);
    let nearest = similar.into_iter().take_while(|(n, _)| Some(*n) == most);
    nearest
        .map(|(_, name)| name)
        .take(MAX_SUGGESTIONS)
        .collect()
}

/// Returns the known name from which `name` differs in one or two letters. Returns `None` if `name` is known, or is not
/// similar to a known name.
pub(crate) fn misspelled<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    if name.len() > MAX_NAME_LENGTH || known.clone().any(|one| one == name) {
        return None;
    }
    let distance =
        |one: &&str| strsim::osa_distance(&name.to_ascii_lowercase(), &one.to_ascii_lowercase());
    known.min_by_key(distance).filter(|one| distance(one) <= 2)
}

/// Formats suggestions as `; did you mean "a" or "b"?`. Formats nothing if there are none.
pub(crate) struct DidYouMean<'a>(pub(crate) &'a [&'a str]);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.0.split_first() else {
            return Ok(());
        };
        write!(f, "; did you mean {first:?}")?;
        for other in others {
            write!(f, " or {other:?}")?;
        }
        f.write_str("?")
    }
}

/// The similarity is 0 for names without a common letter and 1 for equal names.
const MIN_SIMILARITY: f64 = 0.8;
const MAX_SUGGESTIONS: usize = 3;
/// A longer name takes long to compare and is not similar to any other name.
const MAX_NAME_LENGTH: usize = 100;
