//! The operators of conditions.
//!
//! Sources: "Condition operators" and "Conditions with multiple context keys or values" in AWS's IAM user guide.

use crate::types::glob::{Case, Glob, QuestionMark};

/// An operator, such as `StringNotEqualsIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// Compares the value of the key with the values in the policy.
    Compare {
        comparison: Comparison,
        sense: Sense,
        without_value: Outcome,
    },
    /// `Null`: whether the request has no value of the key.
    Null,
}

/// A comparison of the value in the request with one value in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals(Case),
    Like,
    Arn,
    Bool,
}

/// Which result of the comparisons meets the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// One of the values matches.
    Positive,
    /// None of the values matches.
    Negated,
}

/// The outcome of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Met,
    NotMet,
}

/// The names of the comparisons.
const COMPARISONS: [(&str, Comparison, Sense); 11] = {
    use Sense::{Negated, Positive};
    let (exact, folded) = (
        Comparison::Equals(Case::Sensitive),
        Comparison::Equals(Case::Insensitive),
    );
    [
        ("StringEquals", exact, Positive),
        ("StringNotEquals", exact, Negated),
        ("StringEqualsIgnoreCase", folded, Positive),
        ("StringNotEqualsIgnoreCase", folded, Negated),
        ("StringLike", Comparison::Like, Positive),
        ("StringNotLike", Comparison::Like, Negated),
        ("ArnEquals", Comparison::Arn, Positive),
        ("ArnLike", Comparison::Arn, Positive),
        ("ArnNotEquals", Comparison::Arn, Negated),
        ("ArnNotLike", Comparison::Arn, Negated),
        ("Bool", Comparison::Bool, Positive),
    ]
};

impl Operator {
    /// Parses the name of an operator. Returns `None` if the mock does not evaluate the operator.
    ///
    /// Every condition key that the mock has is absent or has one value. So the set operators `ForAnyValue` and `ForAllValues` differ from
    /// the operator alone only if the key is absent.
    pub(super) fn parse(name: &str) -> Option<Self> {
        if name == "Null" {
            return Some(Operator::Null);
        }
        let (set, rest) = match name.split_once(':') {
            Some((set, rest)) => (Some(set), rest),
            None => (None, name),
        };
        let if_exists = rest.strip_suffix("IfExists");
        let name = if_exists.unwrap_or(rest);
        let (_, comparison, sense) = COMPARISONS.into_iter().find(|(known, ..)| *known == name)?;
        let without_value = match (set, if_exists, sense) {
            (None | Some("ForAnyValue" | "ForAllValues"), Some(_), _)
            | (Some("ForAllValues"), None, _)
            | (None, None, Sense::Negated) => Outcome::Met,
            (Some("ForAnyValue"), None, _) | (None, None, Sense::Positive) => Outcome::NotMet,
            (Some(_), _, _) => return None,
        };
        Some(Operator::Compare {
            comparison,
            sense,
            without_value,
        })
    }

    /// Returns the names of the operators that the mock evaluates, without `IfExists` and the set operators.
    pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
        let comparisons = COMPARISONS.into_iter().map(|(name, ..)| name);
        comparisons.chain(["Null"])
    }

    /// Returns whether the value in a request meets the condition with these values.
    pub(super) fn is_met(self, found: Option<&str>, values: &[String]) -> bool {
        match (self, found) {
            (Operator::Null, found) => {
                let expected = if found.is_none() { "true" } else { "false" };
                values
                    .iter()
                    .any(|value| value.eq_ignore_ascii_case(expected))
            }
            (Operator::Compare { without_value, .. }, None) => without_value == Outcome::Met,
            (
                Operator::Compare {
                    comparison, sense, ..
                },
                Some(found),
            ) => {
                let has_match = values.iter().any(|value| comparison.matches(value, found));
                has_match == (sense == Sense::Positive)
            }
        }
    }
}

impl Comparison {
    fn matches(self, expected: &str, found: &str) -> bool {
        match self {
            Comparison::Equals(Case::Sensitive) => expected == found,
            Comparison::Equals(Case::Insensitive) => expected.eq_ignore_ascii_case(found),
            Comparison::Like => like(expected, found),
            Comparison::Arn => matches_arn(expected, found),
            Comparison::Bool => {
                matches!(found, "true" | "false") && expected.eq_ignore_ascii_case(found)
            }
        }
    }
}

fn like(pattern: &str, text: &str) -> bool {
    Glob::new(pattern, Case::Sensitive, QuestionMark::Wildcard).matches(text)
}

/// Returns whether each of the six parts of an ARN matches. A wildcard does not match beyond its part.
fn matches_arn(pattern: &str, arn: &str) -> bool {
    let parts = |text: &'_ str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, arn) = (parts(pattern), parts(arn));
    pattern.len() == 6
        && arn.len() == 6
        && pattern
            .iter()
            .zip(&arn)
            .all(|(pattern, part)| like(pattern, part))
}
