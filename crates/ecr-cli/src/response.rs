//! What ECR answered, in the shape of the service model.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::python;

/// A successful answer: the members that the model knows, in its order, with the numbers as they came.
#[derive(Debug)]
pub(crate) struct TokenResponse(Value);

impl TokenResponse {
    /// Shapes the body of a successful response.
    ///
    /// The SDK's own output is not enough: it holds `expiresAt` as a point in time, and v1 prints the very number.
    ///
    /// # Errors
    /// A body that holds something else than authorization data. v1 prints nothing and succeeds; an empty object, which
    /// is an answer with its only member missing, is left to do so.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Error> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Error::InvalidResponse(format!("it is no JSON ({error})")))?;
        let Value::Object(mut members) = body else {
            return Err(Error::InvalidResponse("it is no JSON object".to_owned()));
        };
        if members.is_empty() {
            return Ok(Self(Value::Object(members)));
        }
        let Some(Value::Array(elements)) = members.remove("authorizationData") else {
            return Err(Error::InvalidResponse(
                "there is no list authorizationData".to_owned(),
            ));
        };
        let elements = elements.into_iter().map(parse_element);
        let elements = elements.collect::<Result<_, _>>()?;
        let document = [("authorizationData".to_owned(), Value::Array(elements))];
        Ok(Self(Value::Object(document.into_iter().collect())))
    }

    /// The whole answer.
    pub(crate) fn into_document(self) -> Value {
        self.0
    }

    /// The token of the first registry.
    ///
    /// # Errors
    /// An answer without one.
    pub(crate) fn first_token(&self) -> Result<&str, Error> {
        self.0["authorizationData"][0]["authorizationToken"]
            .as_str()
            .ok_or_else(|| Error::InvalidResponse("there is no authorizationToken".to_owned()))
    }
}

/// Unknown members and nulls are dropped; a list element that is null stays.
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
        "expiresAt" => value.is_number(),
        _ => value.is_string(),
    }
}

fn wrong_type(what: &str, value: &Value) -> Error {
    let class = python::class(value);
    Error::InvalidResponse(format!("{what} is of the wrong type ({class})"))
}

/// The members of AuthorizationData in the order of the service model (ecr 2015-09-21), which v1 prints.
const MEMBERS: [&str; 3] = ["authorizationToken", "expiresAt", "proxyEndpoint"];
