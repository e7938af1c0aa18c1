//! Reads the members of a JSON document that contains credentials.

use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Map, Value};

use crate::config::integer::integer;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::error::Error;
use crate::python;

/// A document, and the name of its source for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonKeys<'d> {
    members: &'d Map<String, Value>,
    provider: &'static str,
}

impl<'d> JsonKeys<'d> {
    /// Returns the members of a document.
    ///
    /// # Errors
    /// Returns Python's message for a document that is not an object.
    pub(super) fn of(document: &'d Value, provider: &'static str) -> Result<Self, CredentialError> {
        match document {
            Value::Object(members) => Ok(Self { members, provider }),
            other => Err(CredentialError::Python(python::subscript_error(other))),
        }
    }

    /// Returns a member that is an object itself.
    ///
    /// # Errors
    /// Returns Python's message if the member is missing or is not an object.
    pub(super) fn object(self, name: &'static str) -> Result<Self, CredentialError> {
        Self::of(self.value(name)?, self.provider)
    }

    /// Returns a text.
    ///
    /// # Errors
    /// Returns an error if the member is missing or is not a text.
    pub(super) fn text(self, name: &'static str) -> Result<String, CredentialError> {
        match self.value(name)? {
            Value::String(text) => Ok(text.clone()),
            other => Err(self.wrong_type(name, other)),
        }
    }

    /// Returns a text that may be null, such as a session token.
    ///
    /// # Errors
    /// Returns an error if the member is missing or is neither a text nor null.
    pub(super) fn nullable(self, name: &'static str) -> Result<Option<String>, CredentialError> {
        match self.value(name)? {
            Value::Null => Ok(None),
            _ => self.text(name).map(Some),
        }
    }

    /// Returns a text that may be null or missing.
    ///
    /// # Errors
    /// Returns an error if the member is neither a text nor null.
    pub(super) fn optional(self, name: &'static str) -> Result<Option<String>, CredentialError> {
        match self.has(name) {
            true => self.nullable(name),
            false => Ok(None),
        }
    }

    /// Returns the time of an expiry.
    ///
    /// # Errors
    /// Returns an error if the member is missing or is not a date with a time.
    pub(super) fn expiry(self, name: &'static str) -> Result<SystemTime, CredentialError> {
        expiry::parse(&self.text(name)?)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    fn value(self, name: &'static str) -> Result<&'d Value, CredentialError> {
        self.members.get(name).ok_or(CredentialError::Missing(name))
    }

    /// v1 reports a wrong type with an error of the Python function that uses the value, or sends the text that Python prints for the value.
    fn wrong_type(self, member: &'static str, value: &Value) -> CredentialError {
        CredentialError::MemberType {
            provider: self.provider,
            member,
            class: python::class(value),
        }
    }
}

/// Returns the integer of a member of a response. As in v1, a null is a missing member, and other values are converted as by Python's `int()`.
///
/// # Errors
/// Returns Python's message if the member is missing or is not a number.
pub(super) fn integer_of(response: &Map<String, Value>, name: &'static str) -> Result<i64, Error> {
    let python_error = |text: &str| CredentialError::Python(text.to_owned()).into();
    match response.get(name) {
        None | Some(Value::Null) => Err(CredentialError::Missing(name).into()),
        Some(Value::Bool(value)) => Ok(i64::from(*value)),
        Some(Value::String(text)) => integer(text),
        Some(Value::Number(number)) => {
            let token = number.to_string();
            let float = || token.parse().unwrap_or(f64::INFINITY);
            match token.contains(['.', 'e', 'E']) {
                false => integer(&token),
                true if float().is_infinite() => {
                    Err(python_error("cannot convert float infinity to integer"))
                }
                true => Ok(float() as i64),
            }
        }
        Some(other) => Err(python_error(&format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            python::class(other)
        ))),
    }
}

/// Converts milliseconds since 1970. As in v1, the fraction of a second is dropped. Times before 1970 are equal to its start.
///
/// # Errors
/// Returns Python's message for a time outside the years 1 to 9999.
pub(super) fn time_of_milliseconds(milliseconds: i64) -> Result<SystemTime, CredentialError> {
    let seconds = milliseconds.div_euclid(1000);
    if YEARS_1_TO_9999.contains(&seconds) {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        return Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    }
    let is_saturated = matches!(milliseconds, i64::MIN | i64::MAX);
    Err(CredentialError::Python(match is_saturated {
        true => "timestamp out of range for platform time_t".to_owned(),
        false => format!("year {} is out of range", year(seconds)),
    }))
}

/// Returns the year of a time. The calendar repeats after 400 years.
fn year(seconds: i64) -> i64 {
    let cycles = seconds.div_euclid(SECONDS_OF_400_YEARS);
    let rest = SignedDuration::from_secs(seconds.rem_euclid(SECONDS_OF_400_YEARS));
    let rest = date(1970, 1, 1).at(0, 0, 0, 0) + rest;
    i64::from(rest.year()) + 400 * cycles
}

const YEARS_1_TO_9999: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;
const SECONDS_OF_400_YEARS: i64 = 146_097 * 86_400;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_of_another_type_is_named() {
        let document = json!({"a": 1, "b": null, "c": "x"});
        let keys = JsonKeys::of(&document, "container-role").unwrap();
        let text = "Error when retrieving credentials from container-role: Invalid type for a: expected str instead of int";
        assert_eq!(keys.text("a").unwrap_err().to_string(), text);
        assert_eq!(keys.nullable("a").unwrap_err().to_string(), text);
        assert_eq!(keys.nullable("b").unwrap(), None);
        assert_eq!(keys.nullable("d").unwrap_err().to_string(), "'d'");
        assert_eq!(keys.optional("d").unwrap(), None);
        assert_eq!(keys.optional("c").unwrap().as_deref(), Some("x"));
        let error = JsonKeys::of(&json!([]), "").unwrap_err().to_string();
        assert_eq!(error, "list indices must be integers or slices, not str");
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn integers_are_converted_as_by_python() {
        let int = |value: Value| {
            let response = [("n".to_owned(), value)].into_iter().collect();
            let result = integer_of(&response, "n").map_err(|error| error.to_string());
            result.unwrap_or_else(|error| panic!("{error}"))
        };
        for (value, expected) in [
            (json!(5), 5),
            (json!(-5), -5),
            (json!(5.9), 5),
            (json!("28800"), 28_800),
            (json!(true), 1),
            (json!(1e30), i64::MAX),
        ] {
            assert_eq!(int(value.clone()), expected, "{value}");
        }
        for (value, message) in [
            (json!(null), "'n'"),
            (json!(""), "invalid literal for int() with base 10: ''"),
            (
                json!([]),
                "int() argument must be a string, a bytes-like object or a real number, not 'list'",
            ),
        ] {
            let response = [("n".to_owned(), value)].into_iter().collect();
            let error = integer_of(&response, "n").unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn milliseconds_have_the_limits_of_python() {
        let epoch = SystemTime::UNIX_EPOCH;
        for (milliseconds, seconds) in [
            (1999, 1),
            (-1, 0),
            (-62_135_596_800_000, 0),
            (253_402_300_799_999, 253_402_300_799),
        ] {
            let time = time_of_milliseconds(milliseconds).unwrap();
            assert_eq!(time, epoch + Duration::from_secs(seconds));
        }
        for (milliseconds, message) in [
            (253_402_300_800_000, "year 10000 is out of range"),
            (-62_135_596_800_001, "year 0 is out of range"),
            (1_000_000_000_000_000_000, "year 31690708 is out of range"),
            (i64::MAX, "timestamp out of range for platform time_t"),
        ] {
            let error = time_of_milliseconds(milliseconds).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
