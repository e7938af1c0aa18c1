//! The action that responds with an error.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::fault::error_code::ErrorCode;
use crate::types::json::Entries;

/// The error that a fault returns.
///
/// In TOML and JSON, this is either the error code as a string, or a table with the key `code` and the optional keys
/// `status`, `message` and `retry_after`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Written")]
#[cfg_attr(
    any(test, feature = "schemars"),
    derive(schemars::JsonSchema),
    schemars(with = "Written")
)]
#[non_exhaustive]
pub struct ErrorFault {
    /// The error code.
    pub code: ErrorCode,
    /// The status, from 400 to 599. If `None`, the default status of the error code.
    pub status: Option<u16>,
    /// The message. If `None`, the default message of the error code.
    pub message: Option<String>,
    /// The value of the `Retry-After` header, in seconds. If `None`, the header is not sent.
    pub retry_after: Option<u64>,
}

impl ErrorFault {
    /// Sets the status, which replaces the default status of the error code. The range, 400 to 599, is checked when the
    /// fault is added to a mock.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the message, which replaces the default message of the error code.
    #[must_use]
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.message = Some(text.into());
        self
    }

    /// Sets the value of the `Retry-After` header, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self.status {
            Some(status) if !(400..600).contains(&status) => Err(format!(
                "invalid status {status}: expected a status from 400 to 599"
            )),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Serialize)]
#[serde(untagged)]
#[cfg_attr(
    any(test, feature = "schemars"),
    derive(schemars::JsonSchema),
    schemars(rename = "ErrorFault")
)]
enum Written {
    /// The error code.
    Code(ErrorCode),
    /// The error code with optional keys.
    Table(ErrorFaultTable),
}

/// The form of an [`ErrorFault`] with optional keys.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ErrorFaultTable {
    /// The error code.
    code: ErrorCode,
    /// The status, from 400 to 599. If absent, the default status of the error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The message. If absent, the default message of the error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The value of the `Retry-After` header, in seconds. If absent, the header is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// Implemented by hand, because serde's error messages for untagged enums do not contain the invalid value.
impl<'de> Deserialize<'de> for ErrorFault {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ErrorFaultVisitor)
    }
}

struct ErrorFaultVisitor;

impl<'de> Visitor<'de> for ErrorFaultVisitor {
    type Value = ErrorFault;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error code, or a table of code, status, message and retry_after")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ErrorFault, E> {
        let code: ErrorCode = text.parse().map_err(E::custom)?;
        Ok(code.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ErrorFault, A::Error> {
        let entries = Entries::of(map, &self)?;
        let table = ErrorFaultTable::deserialize(MapAccessDeserializer::new(entries))?;
        let ErrorFaultTable {
            code,
            status,
            message,
            retry_after,
        } = table;
        Ok(ErrorFault {
            code,
            status,
            message,
            retry_after,
        })
    }
}

impl From<ErrorFault> for Written {
    fn from(fault: ErrorFault) -> Self {
        let ErrorFault {
            code,
            status,
            message,
            retry_after,
        } = fault;
        match (status, &message, retry_after) {
            (None, None, None) => Written::Code(code),
            _ => Written::Table(ErrorFaultTable {
                code,
                status,
                message,
                retry_after,
            }),
        }
    }
}

impl From<ErrorCode> for ErrorFault {
    fn from(code: ErrorCode) -> Self {
        ErrorFault {
            code,
            status: None,
            message: None,
            retry_after: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_number_does_not_depend_on_its_form() {
        for number in ["1.5", r#"{"$serde_json::private::Number":"1.5"}"#] {
            let error = serde_json::from_str::<ErrorFault>(number).unwrap_err();
            let expected =
                "invalid type: floating point `1.5`, expected an error code, or a table of code";
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }
}
