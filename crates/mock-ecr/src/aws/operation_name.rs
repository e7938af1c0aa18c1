//! Names of operations: checks a name, and suggests names for a misspelled one.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::aws::model::shapes::Model;
use crate::aws::service::AwsService;
use crate::types::error_chain::debug_as_chain;
use crate::types::similar::{DidYouMean, most_similar};

/// Returns the name of the operation `name`, from the models of all services.
///
/// This function checks every operation name in code, files, commands and queries.
pub(crate) fn known(name: &str) -> Result<&'static str, UnknownOperation> {
    let mut services = AwsService::ALL.into_iter();
    services
        .find_map(|service| Model::of(service).operation(name))
        .ok_or_else(|| UnknownOperation {
            name: name.to_owned(),
            nearest: nearest(name),
        })
}

/// The name of an operation of a service, such as `GetAuthorizationToken`. Names are case-sensitive.
///
/// ```
/// # use mock_ecr::request_log::OperationName;
/// let error = "GetAuthToken".parse::<OperationName>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"no operation is named "GetAuthToken"; did you mean "GetAuthorizationToken"?"#
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(
    any(test, feature = "schemars"),
    derive(schemars::JsonSchema),
    schemars(with = "String", inline)
)]
pub struct OperationName(&'static str);

impl OperationName {
    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for OperationName {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        known(text).map(OperationName)
    }
}

/// Implemented by hand, because the derived implementation would borrow the name from the input.
impl<'de> Deserialize<'de> for OperationName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The error returned when a string is not the name of an operation. The message suggests similar names.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownOperation {
    name: String,
    nearest: Vec<&'static str>,
}

debug_as_chain!(UnknownOperation);

impl fmt::Display for UnknownOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suggestion = DidYouMean(&self.nearest);
        write!(f, "no operation is named {:?}{suggestion}", self.name)
    }
}

impl std::error::Error for UnknownOperation {}

/// Returns the names of the operations that are most similar to `name`. The list is empty if no name is similar.
fn nearest(name: &str) -> Vec<&'static str> {
    let services = AwsService::ALL.into_iter();
    let names = services.flat_map(|service| Model::of(service).operations());
    most_similar(name, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_case_sensitive() {
        assert_eq!(known("PutImage"), Ok("PutImage"));
        assert!(known("putimage").is_err());
        assert!(known("").is_err());
    }

    #[test]
    fn the_nearest_names_are_suggested() {
        for (name, expected) in [
            ("GetAuthToken", &["GetAuthorizationToken"][..]),
            ("getauthorizationtoken", &["GetAuthorizationToken"]),
            ("PutImages", &["PutImage"]),
            ("ListImage", &["ListImages"]),
            ("UnTagResources", &["UntagResource"]),
            ("Explode", &[]),
            ("", &[]),
            (&"GetAuthorizationToken".repeat(5), &[]),
        ] {
            assert_eq!(nearest(name), expected, "{name}");
        }
    }
}
