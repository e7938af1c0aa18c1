//! Calls of the services that have the REST protocol with JSON: IAM Identity Center and AWS Sign-In.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use http::Uri;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::wrong_type;
use crate::issuer::{Call, IssuerClient};
use crate::python;
use crate::python_json::{self, JsonError};
use crate::service_error::{ServiceError, Unreadable};

/// A request: a `POST` request if it has a body, and otherwise a `GET` request.
pub(super) struct RestCall {
    pub(super) operation: &'static str,
    pub(super) url: Uri,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) read_error: fn(&HttpResponse) -> Result<ServiceError, Error>,
}

impl IssuerClient {
    /// Sends a call and returns the members of the response that are not null.
    ///
    /// # Errors
    /// Returns an error if there is no successful response after all attempts, or if the response is JSON but not an object.
    pub(super) async fn send_rest(&self, call: RestCall) -> Result<Map<String, Value>, Error> {
        let mut headers = call.headers;
        if call.body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let call = Call {
            operation: call.operation,
            method: if call.body.is_some() { "POST" } else { "GET" },
            url: call.url,
            headers,
            body: call.body.map(|body| body.to_string()).unwrap_or_default(),
            signer: None,
            read_error: call.read_error,
        };
        let body = self.send(&call).await?;
        match parse(&body).map_err(Error::ServiceUnreadable)? {
            Value::Null => Err(Error::ServiceUnreadable(
                "'NoneType' object is not iterable".to_owned(),
            )),
            document => structure(document),
        }
    }
}

/// Returns the members of a structure that are not null.
///
/// # Errors
/// Returns Python's message for a value that is not an object.
pub(super) fn structure(value: Value) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(mut members) => {
            members.retain(|_, value| !value.is_null());
            Ok(members)
        }
        other => Err(Error::ServiceUnreadable(python::attribute_error(&other))),
    }
}

/// Parses a body. As in v1, a body that is not JSON has no members that are read.
fn parse(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| python::decode_error(body, error))?;
    match python_json::parse(text) {
        Err(JsonError::Invalid(_)) => Ok(Value::Object(Map::new())),
        parsed => parsed.map_err(|error| error.to_string()),
    }
}

/// Checks that all parameters are texts, as v1 does before it sends a request.
///
/// # Errors
/// Returns all errors together.
pub(super) fn check_texts(parameters: &[(&str, &Value)]) -> Result<(), Error> {
    let wrong = parameters.iter().filter(|(_, value)| !value.is_string());
    let errors: Vec<String> = wrong
        .map(|(name, value)| wrong_type(name, value, "<class 'str'>"))
        .collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Error::Validation(errors)),
    }
}

pub(super) fn read_error(response: &HttpResponse) -> Result<ServiceError, Error> {
    ServiceError::read_rest(response).map_err(|Unreadable(text)| Error::ServiceUnreadable(text))
}

/// Appends a path and a query to the URL of an endpoint, which may have both.
///
/// # Errors
/// Returns an error if the result is not a URL.
pub(super) fn joined(endpoint: &Uri, path: &str, query: &str) -> Result<Uri, Error> {
    let base = endpoint.path().trim_end_matches('/');
    let queries = [endpoint.query().unwrap_or_default(), query];
    let queries: Vec<&str> = queries
        .into_iter()
        .filter(|query| !query.is_empty())
        .collect();
    let target = match queries.is_empty() {
        true => format!("{base}{path}"),
        false => format!("{base}{path}?{}", queries.join("&")),
    };
    let mut parts = endpoint.clone().into_parts();
    let invalid = |_| Error::InvalidEndpoint(endpoint.to_string());
    parts.path_and_query = Some(target.parse().map_err(invalid)?);
    Uri::from_parts(parts).map_err(|_| Error::InvalidEndpoint(endpoint.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_path_of_an_endpoint_is_kept() {
        for (endpoint, expected) in [
            ("http://h/", "http://h/token?a=b"),
            ("http://h/base/", "http://h/base/token?a=b"),
            ("http://h/base?x=1", "http://h/base/token?x=1&a=b"),
        ] {
            let url = joined(&Uri::from_static(endpoint), "/token", "a=b").unwrap();
            assert_eq!(url.to_string(), expected);
        }
    }

    #[test]
    fn parameters_that_are_not_texts_are_reported_together() {
        let (number, text) = (json!(1), json!("x"));
        check_texts(&[("a", &text)]).unwrap();
        let error = check_texts(&[("a", &number), ("b", &text), ("c", &Value::Null)]);
        let expected = "Parameter validation failed:\n\
            Invalid type for parameter a, value: 1, type: <class 'int'>, valid types: <class 'str'>\n\
            Invalid type for parameter c, value: None, type: <class 'NoneType'>, valid types: <class 'str'>";
        assert_eq!(error.unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_body_that_is_not_json_is_an_empty_object() {
        for body in ["", "x", "{", "\u{feff}{}"] {
            assert_eq!(parse(body.as_bytes()), Ok(json!({})), "{body}");
        }
        assert!(parse(b"\xff").unwrap_err().contains("0xff"));
        assert!(parse("[".repeat(1000).as_bytes()).is_err());
    }
}
