//! The Query protocol: parameters of a form in, XML out.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::aws::error::ApiError;
use crate::aws::model::shapes::{Kind, Model, Shape};
use crate::aws::model::validate::Input;
use crate::aws::protocol::response;
use crate::aws::protocol::xml::Node;
use crate::aws::service::Service;
use crate::http::query;

/// Source: a recorded response of AssumeRoleWithWebIdentity in smithy-rs, `web_identity_token_env`.
pub(super) const CONTENT_TYPE: &str = "text/xml";

/// How many bytes the body of a request may have. `[ASSUME]`: the longest parameter of STS, a SAML assertion, has 100,000 characters.
pub(super) const LONGEST_BODY: usize = 1 << 20;

/// The value of `Action`, in the body or in the query; empty if there is none.
pub(super) fn action(request: &Parts, body: &[u8]) -> String {
    let mut parameters = Parameters::of(request, body);
    parameters.0.remove("Action").unwrap_or_default()
}

/// Reads the operation that a request names, as `find` has it, and its input.
///
/// # Errors
///
/// When no operation is named, or `find` has no such operation. The codes are `[ANALOG]`: other services of this protocol have them.
pub(super) fn read<T>(
    service: Service,
    request: &Parts,
    body: &[u8],
    find: impl Fn(&str) -> Option<T>,
) -> Result<(T, Input), ApiError> {
    let parameters = Parameters::of(request, body);
    let action = parameters.0.get("Action").map_or("", String::as_str);
    if action.is_empty() {
        let text = "The request is missing an action or a required parameter.";
        return Err(ApiError::modelled("MissingAction", text.to_owned()));
    }
    let Some(operation) = find(action) else {
        let version = parameters.0.get("Version").map_or("", String::as_str);
        let text = format!("Could not find operation {action} for version {version}");
        return Err(ApiError::modelled("InvalidAction", text));
    };
    let model = Model::of(service);
    let input = model.operation(action).map(|name| model.input(name));
    let members = input.map(|shape| parameters.structure(model, shape, ""));
    Ok((operation, Input::of(members.unwrap_or_default())))
}

/// The parameters of a request, by name.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Those of the body, or of the query of a `GET`. Of two with one name the first counts. `[ASSUME]`
    fn of(request: &Parts, body: &[u8]) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let form = String::from_utf8_lossy(body);
        let form = match request.method {
            Method::GET => request.uri.query().unwrap_or_default(),
            _ => &form,
        };
        let mut parameters = BTreeMap::new();
        for parameter in query::parse(form) {
            let name = text(parameter.name);
            parameters
                .entry(name)
                .or_insert_with(|| text(parameter.value));
        }
        Parameters(parameters)
    }

    /// A structure, whose members have names that begin with `prefix`.
    fn structure(&self, model: &Model, shape: &Shape, prefix: &str) -> Map<String, Value> {
        let member = |(name, member): (&String, &String)| {
            let value = self.value(model, model.shape(member), &format!("{prefix}{name}"))?;
            Some((name.clone(), value))
        };
        shape.members.iter().filter_map(member).collect()
    }

    /// A value: of a list `NAME.member.1` and so on, of a structure `NAME.MEMBER`.
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

/// A text that is not of its type stays a text, and is rejected by the check of types.
fn scalar(shape: &Shape, text: &str) -> Value {
    let parsed = match shape.kind {
        Kind::Boolean => text.parse().ok().map(Value::Bool),
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

/// Writes the output of an operation, as it stands in the response.
pub(super) fn print(output: &impl Serialize) -> String {
    // By way of JSON, whose members keep their order.
    serde_json::to_string(output).expect("outputs are texts, numbers, lists and objects")
}

/// The response with an output. Source of the form: a recorded response in smithy-rs, `web_identity_token_env`.
pub(super) fn success(
    service: Service,
    operation: &str,
    output: &str,
    request_id: &str,
) -> Response<Bytes> {
    let output: Node = serde_json::from_str(output).expect("an output was written as JSON");
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
        let request = http::Request::post("/").body(()).unwrap();
        let (request, ()) = request.into_parts();
        let parameters = Parameters::of(&request, body.as_bytes());
        let model = Model::of(Service::Sts);
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
