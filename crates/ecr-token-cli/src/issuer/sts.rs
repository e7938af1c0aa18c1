//! AssumeRole and AssumeRoleWithWebIdentity of STS, in the Query protocol.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::credential_characters::check_characters;
use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::endpoint::Service;
use crate::issuer::signature::Signer;
use crate::issuer::xml::Element;
use crate::issuer::{Call, IssuerClient};
use crate::python;
use crate::service_error::{ServiceError, reason};

/// A parameter of a request. Numbers and texts have other limits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parameter {
    Text(String),
    Number(i64),
}

/// The parameters of a request in v1's order, in which errors are reported.
pub(crate) type Parameters = Vec<(&'static str, Parameter)>;

/// The credentials of a session, as STS returned them.
#[derive(Debug, Clone)]
pub(crate) struct IssuedKeys {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    pub(crate) expiration: String,
}

impl IssuerClient {
    /// Calls AssumeRole.
    ///
    /// # Errors
    /// Returns an error for an invalid parameter, a failed call and an incomplete response.
    pub(crate) async fn assume_role(
        &self,
        parameters: &Parameters,
        credentials: &Credentials,
    ) -> Result<IssuedKeys, Error> {
        self.issue("AssumeRole", parameters, Some(credentials))
            .await
    }

    /// Calls AssumeRoleWithWebIdentity, which is not signed.
    ///
    /// # Errors
    /// Returns an error for an invalid parameter, a failed call and an incomplete response.
    pub(crate) async fn assume_role_with_web_identity(
        &self,
        parameters: &Parameters,
    ) -> Result<IssuedKeys, Error> {
        self.issue("AssumeRoleWithWebIdentity", parameters, None)
            .await
    }

    async fn issue(
        &self,
        operation: &'static str,
        parameters: &Parameters,
        credentials: Option<&Credentials>,
    ) -> Result<IssuedKeys, Error> {
        let region = match credentials {
            Some(_) => &self.region,
            None => &self.region_of_web_identity,
        };
        let region = region.as_deref().ok_or(Error::NoRegion)?;
        let target = self.target(Service::Sts, region)?;
        validate(parameters)?;
        if let Some(credentials) = credentials {
            check_characters(credentials)?;
        }
        let content_type = "application/x-www-form-urlencoded; charset=utf-8";
        let call = Call {
            operation,
            method: "POST",
            url: target.url,
            headers: vec![("content-type", content_type.to_owned())],
            body: form(operation, parameters),
            signer: credentials.map(|credentials| Signer {
                credentials,
                region: &target.region,
            }),
            read_error,
        };
        let body = self.send(&call).await?;
        let mut keys = issued_keys(operation, &body)?;
        keys.expiration = self.timestamps.format_text(keys.expiration)?;
        Ok(keys)
    }
}

/// Checks the lengths and values that the service model requires. v1 checks the lower limits only.
fn validate(parameters: &Parameters) -> Result<(), Error> {
    let invalid = parameters.iter().filter_map(|(name, value)| {
        let (_, minimum) = MINIMA.iter().find(|(known, _)| known == name)?;
        match value {
            Parameter::Text(text) if (text.chars().count() as i64) < *minimum => Some(format!(
                "Invalid length for parameter {name}, value: {}, valid min length: {minimum}",
                text.chars().count()
            )),
            Parameter::Number(number) if number < minimum => Some(format!(
                "Invalid value for parameter {name}, value: {number}, valid min value: {minimum}"
            )),
            _ => None,
        }
    });
    let invalid: Vec<String> = invalid.collect();
    match invalid.is_empty() {
        true => Ok(()),
        false => Err(Error::Validation(invalid)),
    }
}

/// The lower limits of the service model of 2011-06-15.
const MINIMA: &[(&str, i64)] = &[
    ("RoleArn", 20),
    ("RoleSessionName", 2),
    ("ExternalId", 2),
    ("SerialNumber", 9),
    ("TokenCode", 6),
    ("DurationSeconds", 900),
    ("WebIdentityToken", 4),
];

fn form(operation: &str, parameters: &Parameters) -> String {
    let mut form = format!("Action={operation}&Version=2011-06-15");
    for (name, value) in parameters {
        let value = match value {
            Parameter::Text(text) => text.clone(),
            Parameter::Number(number) => number.to_string(),
        };
        form.push_str(&format!("&{name}={}", encoded(&value)));
    }
    form
}

/// Encodes a value of a form as Python's `quote_plus`.
fn encoded(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'_' | b'.' | b'-' | b'~' => encoded.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn issued_keys(operation: &str, body: &[u8]) -> Result<IssuedKeys, Error> {
    let root = parse(body)?;
    let (result, name) = match operation {
        "AssumeRole" => (root.child("AssumeRoleResult"), "AssumeRoleResult"),
        _ => (
            root.child("AssumeRoleWithWebIdentityResult"),
            "AssumeRoleWithWebIdentityResult",
        ),
    };
    let result = result.ok_or(CredentialError::Missing(name))?;
    let keys = result.child("Credentials");
    let keys = keys.ok_or(CredentialError::Missing("Credentials"))?;
    let member = |name: &'static str| {
        let member = keys.child(name).map(|element| element.text().to_owned());
        member.ok_or(CredentialError::Missing(name))
    };
    // v1 reads the members in this order.
    let expiration = member("Expiration")?;
    Ok(IssuedKeys {
        access_key_id: member("AccessKeyId")?,
        secret_access_key: member("SecretAccessKey")?,
        session_token: member("SessionToken")?,
        expiration,
    })
}

/// Reads an error response of the Query protocol.
fn read_error(response: &HttpResponse) -> Result<ServiceError, Error> {
    let status = response.status().as_u16();
    let body = response.body().bytes().unwrap_or_default();
    let text = body.trim_ascii();
    if status >= 500 && (text.is_empty() || text.starts_with(b"<html>")) {
        return Ok(ServiceError {
            code: status.to_string(),
            message: reason(status),
        });
    }
    let root = parse(body)?;
    let errors = root.child("Errors").unwrap_or(&root);
    let error = errors.child("Error");
    // v1 prints Python's `None` for an empty element.
    let member = |name: &str| match error.and_then(|error| error.child(name)) {
        None => "Unknown".to_owned(),
        Some(element) if element.text().is_empty() => "None".to_owned(),
        Some(element) => element.text().to_owned(),
    };
    Ok(ServiceError {
        code: member("Code"),
        message: member("Message"),
    })
}

/// v1 prints the message of its XML parser, and the bytes of the body as a literal of Python.
fn parse(body: &[u8]) -> Result<Element, Error> {
    let text = String::from_utf8_lossy(body);
    Element::parse(&text).map_err(|error| {
        let body = python::repr_str(&text);
        Error::ServiceUnreadable(format!(
            "Unable to parse response ({error}), invalid XML received. Further retries may succeed:\nb{body}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_as_python_encodes_it() {
        let text = |text: &str| Parameter::Text(text.to_owned());
        let parameters = vec![
            ("RoleArn", text("arn:aws:iam::1:role/a b")),
            ("DurationSeconds", Parameter::Number(900)),
            ("ExternalId", text("é~*")),
        ];
        let expected = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa+b&DurationSeconds=900&ExternalId=%C3%A9~%2A";
        assert_eq!(form("AssumeRole", &parameters), expected);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let parameters = vec![
            ("RoleSessionName", Parameter::Text("é".to_owned())),
            ("DurationSeconds", Parameter::Number(1)),
            ("ExternalId", Parameter::Text("éé".to_owned())),
        ];
        let error = validate(&parameters).unwrap_err().to_string();
        let expected = "Parameter validation failed:\n\
            Invalid length for parameter RoleSessionName, value: 1, valid min length: 2\n\
            Invalid value for parameter DurationSeconds, value: 1, valid min value: 900";
        assert_eq!(error, expected);
    }

    #[test]
    fn an_empty_message_is_printed_as_python_prints_it() {
        let body = "<R><Error><Code>C</Code><Message/></Error></R>";
        let status = aws_smithy_runtime_api::http::StatusCode::try_from(400).unwrap();
        let error = read_error(&HttpResponse::new(status, body.into())).unwrap();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("C", "None"));
    }

    #[test]
    fn a_missing_member_of_a_response_is_named() {
        let response = |keys: &str| {
            format!("<R><AssumeRoleResult><Credentials>{keys}</Credentials></AssumeRoleResult></R>")
        };
        for (body, message) in [
            ("<R/>".to_owned(), "'AssumeRoleResult'"),
            ("<R><AssumeRoleResult/></R>".to_owned(), "'Credentials'"),
            (response(""), "'Expiration'"),
            (
                response("<Expiration>x</Expiration><AccessKeyId>a</AccessKeyId>"),
                "'SecretAccessKey'",
            ),
        ] {
            let error = issued_keys("AssumeRole", body.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
