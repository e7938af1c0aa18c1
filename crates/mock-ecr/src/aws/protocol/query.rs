//! The Query protocol: inputs are the parameters of a form, outputs are XML.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::aws::error::ApiError;
use crate::aws::model::shapes::{Kind, Model, Shape};
use crate::aws::model::validate::Input;
use crate::aws::protocol::response;
use crate::aws::protocol::xml::Node;
use crate::aws::service::AwsService;
use crate::http::query;

/// Source: a recorded response of AssumeRoleWithWebIdentity in smithy-rs, `web_identity_token_env`.
pub(super) const CONTENT_TYPE: &str = "text/xml";

/// The maximum size of the body of a request, in bytes. `[ASSUME]`: the longest parameter of STS, a SAML assertion, has 100,000
/// characters.
pub(super) const MAX_BODY_SIZE: usize = 1 << 20;

/// Returns the value of `Action` in the body or in the query, or an empty text if there is none.
pub(super) fn action(request: &Parts, body: &[u8]) -> String {
    let mut parameters = Parameters::of(request, body);
    parameters.0.remove("Action").unwrap_or_default()
}

/// Parses the input of a request, and looks up the operation that it names with `find`.
///
/// # Errors
///
/// Returns an error if the request names no operation, or `find` returns no operation. Source of the errors:
/// `crates/s3-tests/src/bin/sts_oracle.rs` of justincormack/argmin (2026), which asserts the responses of AWS STS.
pub(super) fn read<T>(
    service: AwsService,
    request: &Parts,
    body: &[u8],
    find: impl Fn(&str) -> Option<T>,
) -> Result<(T, Input), ApiError> {
    let parameters = Parameters::of(request, body);
    let action = parameters.0.get("Action").map(String::as_str);
    let action = action.ok_or_else(|| ApiError::MissingAction(product_page(request)))?;
    let version = parameters.0.get("Version");
    let version = version.map_or("NO_VERSION_SPECIFIED", String::as_str);
    let operation = find(action).filter(|_| version == service.api_version());
    let operation = operation.ok_or_else(|| ApiError::UnknownAction {
        action: action.to_owned(),
        version: version.to_owned(),
    })?;
    let model = Model::of(service);
    let input = model.operation(action).map(|name| model.input(name));
    let members = input.map(|shape| parameters.structure(model, shape, ""));
    Ok((operation, Input::of(members.unwrap_or_default())))
}

/// The error for an operation that does not exist.
pub(super) const INVALID_ACTION: &str = "InvalidAction";

/// Returns the page to which STS redirects a request without an action: that of IAM, with the query of the request.
fn product_page(request: &Parts) -> String {
    let query = request.uri.query().map(|query| format!("?{query}"));
    format!("https://aws.amazon.com/iam{}", query.unwrap_or_default())
}

/// The number of parameters that are read. A parsed parameter needs much more memory than its text, and is parsed before the signature is
/// verified. `[ASSUME]`: no input of an implemented operation has as many.
const MAX_PARAMETERS: usize = 1000;

/// The parameters of a request, by name.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Parses the first parameters of the query and of the body, which is ignored unless it is a form. If a name occurs twice, the first
    /// value is used. Source: `sts_oracle.rs` of justincormack/argmin; see [`read`]. That the query precedes the body is `[ASSUME]`.
    fn of(request: &Parts, body: &[u8]) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let form = query::is_form(request).then(|| String::from_utf8_lossy(body));
        let body = form.unwrap_or_default();
        let query = request.uri.query().unwrap_or_default();
        let mut parameters = BTreeMap::new();
        let parsed = query::parse(query).chain(query::parse(&body));
        for parameter in parsed.take(MAX_PARAMETERS) {
            let name = text(parameter.name);
            parameters
                .entry(name)
                .or_insert_with(|| text(parameter.value));
        }
        Parameters(parameters)
    }

    /// Returns the structure whose members have names that begin with `prefix`.
    fn structure(&self, model: &Model, shape: &Shape, prefix: &str) -> Map<String, Value> {
        let member = |(name, member): (&String, &String)| {
            let value = self.value(model, model.shape(member), &format!("{prefix}{name}"))?;
            Some((name.clone(), value))
        };
        shape.members.iter().filter_map(member).collect()
    }

    /// Returns a value. The elements of a list are `NAME.member.1` and so on, the members of a structure `NAME.MEMBER`.
    fn value(&self, model: &Model, shape: &Shape, name: &str) -> Option<Value> {
        match shape.kind {
            Kind::Structure => {
                let members = self.structure(model, shape, &format!("{name}."));
                (!members.is_empty()).then_some(Value::Object(members))
            }
            Kind::List => {
                let element = shape.element(model);
                let at = |index| self.value(model, element, &format!("{name}.member.{index}"));
                let elements: Vec<Value> = (1..).map_while(at).collect();
                (!elements.is_empty()).then_some(Value::Array(elements))
            }
            _ => self.0.get(name).map(|text| scalar(shape, text)),
        }
    }
}

/// Converts a text to the type of its shape. A text that cannot be parsed stays a text, which the check of types then rejects.
fn scalar(shape: &Shape, text: &str) -> Value {
    let parsed = match shape.kind {
        Kind::Boolean => text.parse().ok().map(Value::Bool),
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

/// Formats the output of an operation, for [`success`].
pub(super) fn print(output: &impl Serialize) -> String {
    // JSON preserves the order of the members.
    serde_json::to_string(output).expect("outputs contain only texts, numbers, lists and objects")
}

/// Returns the response with an output. Source of the format: a recorded response in smithy-rs, `web_identity_token_env`.
pub(super) fn success(
    service: AwsService,
    operation: &str,
    output: &str,
    request_id: &str,
) -> Response<Bytes> {
    let output: Node = serde_json::from_str(output).expect("print returns valid JSON");
    let namespace = service.xml_namespace();
    let mut xml = format!("<{operation}Response xmlns=\"{namespace}\">\n");
    output.write(&mut xml, 1, &format!("{operation}Result"));
    let request = Node::Structure(vec![(
        "RequestId".to_owned(),
        Node::Text(request_id.to_owned()),
    )]);
    request.write(&mut xml, 1, "ResponseMetadata");
    xml += &format!("</{operation}Response>\n");
    response::of_type(StatusCode::OK, Some(CONTENT_TYPE), xml, request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(operation: &str, body: &str) -> Value {
        let request = http::Request::post("/");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(()).unwrap();
        let (request, ()) = request.into_parts();
        let parameters = Parameters::of(&request, body.as_bytes());
        let model = Model::of(AwsService::Sts);
        Value::Object(parameters.structure(model, model.input(operation), ""))
    }

    #[test]
    fn parameters_become_members_lists_and_numbers() {
        let body = "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci&DurationSeconds=900\
            &PolicyArns.member.1.arn=a&PolicyArns.member.2.arn=b&Tags.member.1.Key=k&Tags.member.1.Value=v+w&Other=x";
        let expected = serde_json::json!({
            "RoleArn": "arn:aws:iam::123456789012:role/ci",
            "DurationSeconds": 900,
            "PolicyArns": [{ "arn": "a" }, { "arn": "b" }],
            "Tags": [{ "Key": "k", "Value": "v w" }],
        });
        assert_eq!(input("AssumeRole", body), expected);
        assert_eq!(
            input("AssumeRole", "DurationSeconds=long")["DurationSeconds"],
            "long"
        );
        assert_eq!(input("GetCallerIdentity", ""), serde_json::json!({}));
    }
}
