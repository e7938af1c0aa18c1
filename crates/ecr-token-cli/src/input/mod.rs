//! The parameters `--registry-ids` and `--cli-input-json`: they are loaded, merged and validated.
//!
//! The steps are separate because v1 checks other settings between them.

use serde_json::{Map, Value};

use crate::args::operation::{GetAuthorizationToken, GetLogin};
use crate::error::Error;
use crate::input::members::REGISTRY_IDS;
use crate::python;
use parameter_file::Content;

mod json;
mod members;
mod parameter_file;
mod registry_ids;
mod validation;

pub(crate) use members::Input;
pub(crate) use validation::wrong_type;

/// The loaded values. The JSON is not parsed yet.
#[derive(Debug)]
pub(crate) struct RawInput {
    registry_ids: Option<Value>,
    input_json: Option<String>,
}

impl RawInput {
    /// Loads the parameters of `get-authorization-token`.
    ///
    /// # Errors
    /// Returns an error for a file that cannot be read and for invalid JSON in `--registry-ids`.
    pub(crate) fn read(args: GetAuthorizationToken) -> Result<Self, Error> {
        let registry_ids = args.registry_ids.map(registry_ids::load).transpose()?;
        let input_json = args.input_json.map(input_json).transpose()?;
        Ok(Self {
            registry_ids,
            input_json,
        })
    }

    /// Parses the JSON. Options of the command line override its members.
    ///
    /// # Errors
    /// Returns an error for invalid JSON and for JSON that is not an object.
    pub(crate) fn merged(self) -> Result<Input, Error> {
        let mut members = match self.input_json {
            Some(text) => parsed(&text)?,
            None => Map::new(),
        };
        if let Some(registry_ids) = self.registry_ids {
            members.insert(REGISTRY_IDS.to_owned(), registry_ids);
        }
        Ok(Input(members))
    }
}

impl Input {
    /// Loads the parameters of `get-login`.
    ///
    /// # Errors
    /// Returns an error for a file that cannot be read.
    pub(crate) fn of_login(args: GetLogin) -> Result<Self, Error> {
        let registry_ids = args.registry_ids.map(registry_ids::load_plain);
        let member = registry_ids
            .transpose()?
            .map(|ids| (REGISTRY_IDS.to_owned(), ids));
        Ok(Self(member.into_iter().collect()))
    }
}

fn input_json(value: String) -> Result<String, Error> {
    let option = "--cli-input-json";
    Ok(match parameter_file::load(option, &value)? {
        None => value,
        Some(Content::Text(text)) => text,
        Some(Content::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// In this error, v1 names the option without its dashes.
fn parsed(text: &str) -> Result<Map<String, Value>, Error> {
    let option = "cli-input-json";
    match json::parse(option, text)? {
        Value::Object(members) => Ok(members),
        other => {
            let class = python::class(&other);
            let reason = format!("the top level must be an object, not a {class}");
            Err(Error::Parameter { option, reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(
        registry_ids: Option<&[&str]>,
        input_json: &str,
    ) -> Result<Option<Vec<String>>, Error> {
        let registry_ids = registry_ids.map(|ids| ids.iter().map(|&id| id.to_owned()).collect());
        let args = GetAuthorizationToken {
            registry_ids,
            input_json: Some(input_json.to_owned()),
            skeleton: None,
        };
        RawInput::read(args)?.merged()?.validated()
    }

    #[test]
    fn the_command_line_overrides_the_json_even_if_its_type_is_wrong() {
        let ids = validated(Some(&["1"]), r#"{"registryIds": 5}"#).unwrap();
        assert_eq!(ids, Some(vec!["1".to_owned()]));
        assert_eq!(validated(None, "{}").unwrap(), None);
    }

    #[test]
    fn an_unknown_member_is_always_an_error() {
        let error = validated(Some(&["1"]), r#"{"zzz": null}"#).unwrap_err();
        let text = "Unknown parameter in input: \"zzz\", must be one of: registryIds";
        assert!(error.to_string().ends_with(text), "{error}");
    }

    #[test]
    fn a_json_error_names_line_and_column() {
        let error = validated(None, "{\n nope\n}").unwrap_err().to_string();
        assert!(error.contains("line 2 column 2"), "{error}");
        assert!(error.ends_with("\nJSON received: {\n nope\n}"), "{error}");
        let error = validated(None, "[]").unwrap_err().to_string();
        assert!(error.contains("must be an object"), "{error}");
    }
}
