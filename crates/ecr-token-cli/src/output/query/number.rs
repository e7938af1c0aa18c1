//! Python's numbers: integers and doubles, which are compared and added as one type.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::output::query::error::EvaluationError;
use crate::python;

/// A number for calculations. An integer of more than 128 bits becomes a double.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Num {
    Int(i128),
    Float(f64),
}

impl Num {
    /// Returns the number of a value. In Python, a boolean is a number, too.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Int(i128::from(*value))),
            Value::Number(number) => Some(Self::read(number)),
            _ => None,
        }
    }

    fn read(number: &Number) -> Self {
        let token = number.to_string();
        let int = token.parse().map(Self::Int);
        int.unwrap_or_else(|_| Self::Float(token.parse().unwrap_or(f64::NAN)))
    }

    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => match left.checked_add(right) {
                Some(sum) => Self::Int(sum),
                None => Self::Float(left as f64 + right as f64),
            },
            _ => Self::Float(self.float() + other.float()),
        }
    }

    /// Rounds to an integer with `round`. An infinite number is an error.
    pub(super) fn rounded(self, round: fn(f64) -> f64) -> Result<Value, EvaluationError> {
        match self {
            Self::Float(float) if float.is_finite() => {
                Ok(value_of(&format!("{:.0}", round(float))))
            }
            Self::Float(_) => Err(EvaluationError(
                "cannot convert float infinity to integer".to_owned(),
            )),
            Self::Int(_) => Ok(self.into()),
        }
    }

    fn cmp(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left.cmp(&right),
            _ => self.float().total_cmp(&other.float()),
        }
    }
}

impl From<Num> for Value {
    fn from(number: Num) -> Self {
        match number {
            Num::Int(int) => value_of(&int.to_string()),
            // JSON has no infinity, but this number is parsed as one.
            Num::Float(float) if float.is_infinite() && float > 0.0 => value_of("1e999"),
            Num::Float(float) if float.is_infinite() => value_of("-1e999"),
            Num::Float(float) => value_of(&python::float_repr(float)),
        }
    }
}

/// Parses a JSON number. Returns null for other text.
pub(super) fn value_of(token: &str) -> Value {
    match token {
        "-0" => Value::from(0),
        _ => token.parse().map_or(Value::Null, Value::Number),
    }
}

/// Compares two numbers or two strings.
///
/// # Errors
/// Returns an error for a number and a string. `sign` is the comparison in Python's message.
pub(super) fn order(sign: &str, left: &Value, right: &Value) -> Result<Ordering, EvaluationError> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left.cmp(right)),
        _ => match (Num::of(left), Num::of(right)) {
            (Some(left), Some(right)) => Ok(left.cmp(right)),
            _ => {
                let (left, right) = (python::class(left), python::class(right));
                Err(EvaluationError(format!(
                    "'{sign}' not supported between instances of '{left}' and '{right}'"
                )))
            }
        },
    }
}

/// Python's `==`.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            let pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.into_iter().all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_in = |name: &String, value| right.get(name).is_some_and(|it| equal(value, it));
            left.len() == right.len() && left.iter().all(|(name, value)| is_in(name, value))
        }
        _ => match (Num::of(left), Num::of(right)) {
            (Some(left), Some(right)) => left.cmp(right).is_eq(),
            _ => left == right,
        },
    }
}
