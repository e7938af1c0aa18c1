//! The implementations of the functions. The caller has validated the number and the types of the arguments.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::output::json;
use crate::output::query::budget::Budget;
use crate::output::query::error::EvaluationError;
use crate::output::query::functions::argument::{Argument, list, value_type, wrong_type};
use crate::output::query::number::{Num, equal, order, value_of};
use crate::python;

type Outcome = Result<Value, EvaluationError>;

pub(super) fn abs(values: &[&Value]) -> Outcome {
    Ok(match number(values[0]) {
        Num::Int(int) => value_of(&int.unsigned_abs().to_string()),
        Num::Float(float) => Num::Float(float.abs()).into(),
    })
}

pub(super) fn avg(items: &[Value]) -> Outcome {
    Ok(match items.len() {
        0 => Value::Null,
        count => Num::Float(total(items).float() / count as f64).into(),
    })
}

pub(super) fn ceil(values: &[&Value]) -> Outcome {
    number(values[0]).rounded(f64::ceil)
}

pub(super) fn contains(values: &[&Value]) -> Outcome {
    match (values[0], values[1]) {
        (Value::String(text), Value::String(part)) => Ok(text.contains(part).into()),
        (Value::String(_), other) => {
            let class = python::class(other);
            Err(EvaluationError(format!(
                "'in <string>' requires string as left operand, not {class}"
            )))
        }
        (list, expected) => {
            let mut items = list.as_array().into_iter().flatten();
            Ok(items.any(|item| equal(item, expected)).into())
        }
    }
}

pub(super) fn ends_with(values: &[&Value]) -> Outcome {
    Ok(text(values[0]).ends_with(text(values[1])).into())
}

pub(super) fn floor(values: &[&Value]) -> Outcome {
    number(values[0]).rounded(f64::floor)
}

pub(super) fn join(budget: &Budget, arguments: &[Argument<'_>]) -> Outcome {
    let separator = match &arguments[0] {
        Argument::Value(separator) => text(separator),
        Argument::Expression(_) => "",
    };
    let items: Vec<_> = list(&arguments[1]).iter().map(text).collect();
    budget.spend(separator.len().saturating_mul(items.len()))?;
    Ok(items.join(separator).into())
}

pub(super) fn keys(values: &[&Value]) -> Outcome {
    let names = members(values[0]).map(|(name, _)| name.as_str());
    Ok(names.collect())
}

/// The length of a string counts code points.
pub(super) fn length(values: &[&Value]) -> Outcome {
    Ok(Value::from(match values[0] {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        other => text(other).chars().count(),
    }))
}

pub(super) fn map(arguments: &[Argument<'_>]) -> Outcome {
    Ok(Value::Array(keyed(&arguments[0], &arguments[1])?))
}

pub(super) fn max(items: &[Value]) -> Outcome {
    extreme(items, items, ">")
}

pub(super) fn max_by(arguments: &[Argument<'_>]) -> Outcome {
    extreme_by(arguments, "max_by", ">")
}

/// Python validates the type of the first argument only and accepts other empty values as empty objects.
pub(super) fn merge(values: &[&Value]) -> Outcome {
    let is_odd = |value: &&&Value| !value.is_object() && !is_empty(value);
    if let Some(odd) = values.iter().find(is_odd) {
        let (value, class) = (python::str(odd), value_type(odd));
        return Err(wrong_type("merge", &value, class, &["object"]));
    }
    let all = values.iter().flat_map(|value| members(value));
    let all = all.map(|(name, value)| (name.clone(), value.clone()));
    Ok(Value::Object(all.collect::<Map<_, _>>()))
}

pub(super) fn min(items: &[Value]) -> Outcome {
    extreme(items, items, "<")
}

pub(super) fn min_by(arguments: &[Argument<'_>]) -> Outcome {
    extreme_by(arguments, "min_by", "<")
}

pub(super) fn not_null(values: &[&Value]) -> Outcome {
    let first = values.iter().find(|value| !value.is_null());
    Ok(first.map(|&value| value.clone()).unwrap_or_default())
}

pub(super) fn reverse(values: &[&Value]) -> Outcome {
    Ok(match values[0] {
        Value::Array(items) => items.iter().rev().cloned().collect(),
        other => text(other).chars().rev().collect::<String>().into(),
    })
}

pub(super) fn sort(items: &[Value]) -> Outcome {
    sorted(items, items)
}

/// The first key determines the required type of all keys.
pub(super) fn sort_by(arguments: &[Argument<'_>]) -> Outcome {
    let items = list(&arguments[0]);
    let keys = keyed(&arguments[1], &arguments[0])?;
    let Some(first) = keys.first() else {
        return Ok(Value::Array(Vec::new()));
    };
    match value_type(first) {
        expected @ ("number" | "string") => check_keys("sort_by", &keys, &[expected])?,
        other => {
            let item = python::str(&items[0]);
            return Err(wrong_type("sort_by", &item, other, &["string", "number"]));
        }
    }
    sorted(items, &keys)
}

pub(super) fn starts_with(values: &[&Value]) -> Outcome {
    Ok(text(values[0]).starts_with(text(values[1])).into())
}

pub(super) fn sum(items: &[Value]) -> Outcome {
    Ok(total(items).into())
}

pub(super) fn to_array(values: &[&Value]) -> Outcome {
    Ok(match values[0] {
        list @ Value::Array(_) => list.clone(),
        other => Value::Array(vec![other.clone()]),
    })
}

/// Parses a string like Python's `int`, or else like its `float`.
pub(super) fn to_number(values: &[&Value]) -> Outcome {
    Ok(match values[0] {
        Value::String(text) => number_in(text.trim()),
        number @ Value::Number(_) => number.clone(),
        _ => Value::Null,
    })
}

pub(super) fn to_string(values: &[&Value]) -> Outcome {
    Ok(match values[0] {
        text @ Value::String(_) => text.clone(),
        other => json::compact(other).into(),
    })
}

pub(super) fn type_of(values: &[&Value]) -> Outcome {
    Ok(value_type(values[0]).into())
}

pub(super) fn member_values(values: &[&Value]) -> Outcome {
    Ok(members(values[0]).map(|(_, value)| value.clone()).collect())
}

fn number(value: &Value) -> Num {
    Num::of(value).unwrap_or(Num::Int(0))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn is_empty(value: &Value) -> bool {
    value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn total(items: &[Value]) -> Num {
    items.iter().map(number).fold(Num::Int(0), Num::plus)
}

/// Accepts underscores between digits.
fn number_in(text: &str) -> Value {
    let digits: Vec<_> = text.split('_').collect();
    let is_apart = |text: &&str| !text.is_empty();
    let text = match digits.iter().all(is_apart) {
        true => digits.concat(),
        false => return Value::Null,
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let sign = if text.starts_with('-') { "-" } else { "" };
        return match unsigned.trim_start_matches('0') {
            "" => Value::from(0),
            digits => value_of(&format!("{sign}{digits}")),
        };
    }
    text.parse()
        .map_or(Value::Null, |float| Num::Float(float).into())
}

/// Returns the value of the expression for each item.
fn keyed(expression: &Argument<'_>, items: &Argument<'_>) -> Result<Vec<Value>, EvaluationError> {
    let Argument::Expression(expression) = expression else {
        return Ok(Vec::new());
    };
    let items = list(items).iter();
    items.map(expression).collect()
}

fn extreme_by(arguments: &[Argument<'_>], name: &str, sign: &str) -> Outcome {
    let keys = keyed(&arguments[1], &arguments[0])?;
    check_keys(name, &keys, &["number", "string"])?;
    extreme(list(&arguments[0]), &keys, sign)
}

fn check_keys(name: &str, keys: &[Value], types: &[&str]) -> Result<(), EvaluationError> {
    match keys.iter().find(|key| !types.contains(&value_type(key))) {
        None => Ok(()),
        Some(key) => Err(wrong_type(name, &python::str(key), value_type(key), types)),
    }
}

/// Returns the first item with the largest (`>`) or smallest (`<`) key.
fn extreme(items: &[Value], keys: &[Value], sign: &str) -> Outcome {
    let exceeds = match sign {
        ">" => Ordering::Greater,
        _ => Ordering::Less,
    };
    let mut pairs = items.iter().zip(keys);
    let Some(mut best) = pairs.next() else {
        return Ok(Value::Null);
    };
    for pair in pairs {
        if order(sign, pair.1, best.1)? == exceeds {
            best = pair;
        }
    }
    Ok(best.0.clone())
}

/// Returns the items in the order of their keys, which are all numbers or all strings.
fn sorted(items: &[Value], keys: &[Value]) -> Outcome {
    let mut pairs: Vec<_> = items.iter().zip(keys).collect();
    pairs.sort_by(|(_, left), (_, right)| order("<", left, right).unwrap_or(Ordering::Equal));
    Ok(pairs.into_iter().map(|(item, _)| item.clone()).collect())
}
