//! A successful response of ECR, in the shape of the service model.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::python;
use crate::python_json;

/// A successful response: the members of the service model in its order, with numbers as they were sent.
#[derive(Debug)]
pub(crate) struct TokenResponse(Value);

impl TokenResponse {
    /// Parses the body of a successful response.
    ///
    /// The SDK's output cannot be used: it converts `expiresAt` to a timestamp, and v1 prints the number as it was sent.
    ///
    /// # Errors
    /// Returns an error if the body contains no authorization data; v1 prints nothing and exits with 0. As in v1, an empty
    /// object is accepted.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(body);
        let text = text.map_err(|error| not_json(&python::decode_error(body, error)))?;
        let body = python_json::parse(text).map_err(|error| not_json(&error.to_string()))?;
        let Value::Object(mut members) = body else {
            return Err(Error::InvalidResponse(
                "the body is not a JSON object".to_owned(),
            ));
        };
        if members.is_empty() {
            return Ok(Self(Value::Object(members)));
        }
        let Some(Value::Array(elements)) = members.remove("authorizationData") else {
            return Err(Error::InvalidResponse(
                "authorizationData is missing or not a list".to_owned(),
            ));
        };
        let elements = elements.into_iter().map(parse_element);
        let elements = elements.collect::<Result<_, _>>()?;
        let document = [("authorizationData".to_owned(), Value::Array(elements))];
        Ok(Self(Value::Object(document.into_iter().collect())))
    }

    /// Returns the whole document.
    pub(crate) fn into_document(self) -> Value {
        self.0
    }

    /// Returns the token of the first registry.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub(crate) fn first_token(&self) -> Result<&str, Error> {
        self.0["authorizationData"][0]["authorizationToken"]
            .as_str()
            .ok_or_else(|| Error::InvalidResponse("authorizationToken is missing".to_owned()))
    }
}

fn not_json(reason: &str) -> Error {
    Error::InvalidResponse(format!("the body is not valid JSON ({reason})"))
}

/// Drops unknown members and nulls. A list element that is null is preserved.
fn parse_element(element: Value) -> Result<Value, Error> {
    let mut members = match element {
        Value::Null => return Ok(Value::Null),
        Value::Object(members) => members,
        other => return Err(wrong_type("an element of authorizationData", &other)),
    };
    let mut known = Map::new();
    for name in MEMBERS {
        match members.remove(name) {
            None | Some(Value::Null) => {}
            Some(value) if has_model_type(name, &value) => {
                known.insert(name.to_owned(), value);
            }
            Some(other) => return Err(wrong_type(name, &other)),
        }
    }
    Ok(Value::Object(known))
}

fn has_model_type(name: &str, value: &Value) -> bool {
    match name {
        // ECR sends a number. Other servers send a text, which v1 prints as it is.
        "expiresAt" => value.is_number() || value.is_string(),
        _ => value.is_string(),
    }
}

fn wrong_type(what: &str, value: &Value) -> Error {
    let class = python::class(value);
    Error::InvalidResponse(format!("{what} has the wrong type ({class})"))
}

/// The members of AuthorizationData in the order of the service model (ecr 2015-09-21), in which v1 prints them.
const MEMBERS: [&str; 3] = ["authorizationToken", "expiresAt", "proxyEndpoint"];
