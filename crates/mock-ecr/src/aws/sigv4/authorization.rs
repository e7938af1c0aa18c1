//! Parses the signature of a request, in the `Authorization` header or in the query string.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use crate::aws::header_names::{X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};
use crate::aws::sigv4::SigV4Error;
use crate::http::query;
use crate::http::query::Parameter;
use crate::types::timestamp::Timestamp;

/// The parsed signature of a request.
#[derive(Debug)]
pub(super) struct Authorization<'r> {
    pub(super) form: Form,
    pub(super) scope: CredentialScope<'r>,
    /// Lower-case names, separated by semicolons.
    pub(super) signed_headers: Cow<'r, str>,
    pub(super) signature: Cow<'r, str>,
    pub(super) date: Timestamp,
    /// The date in the string to sign, `20151129T213053Z`.
    pub(super) date_text: String,
    /// The validity period, from `X-Amz-Expires` in the query string.
    pub(super) expires_in: Option<Duration>,
    pub(super) session_token: Option<Cow<'r, str>>,
}

/// The location of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Header,
    Query,
}

impl<'r> Authorization<'r> {
    /// Parses the signature of a request.
    ///
    /// # Errors
    ///
    /// Returns an error if the request has no signature, has two, or parts of the signature are missing. The messages and their order are
    /// those of Kinesis, which uses the same protocol, except for the hash of the header. `[ANALOG]` Source: mhart/kinesalite,
    /// `test/connection.js`.
    pub(super) fn of(request: &'r Parts) -> Result<Self, SigV4Error> {
        let query = request.uri.query().unwrap_or_default();
        let is_in_query = query::parse(query).any(|parameter| parameter.name == b"X-Amz-Algorithm");
        match (header(request, AUTHORIZATION), is_in_query) {
            (Some(_), true) => Err(SigV4Error::Invalid(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
                    .to_owned(),
            )),
            (Some(text), false) => Self::of_header(request, text),
            (None, true) => Self::of_query(query),
            (None, false) => Err(SigV4Error::Missing),
        }
    }

    fn of_header(request: &'r Parts, text: &'r str) -> Result<Self, SigV4Error> {
        let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut found = [None, None, None];
        for field in rest.split([',', ' ']).filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').ok_or_else(|| no_pair(text))?;
            // `scratchstack-aws-signature` ignores unknown names too.
            if let Some(index) = HEADER_FIELDS.iter().position(|known| *known == name) {
                found[index] = (!value.is_empty()).then_some(Cow::Borrowed(value));
            }
        }
        let date = header(request, X_AMZ_DATE).or_else(|| header(request, DATE));
        let fields = (found, date);
        let ([Some(credential), Some(signature), Some(signed_headers)], Some(date)) = fields else {
            return Err(incomplete_header(&fields.0, date, text));
        };
        check_algorithm(algorithm)?;
        let (date, date_text) = parse_date(date)?;
        Ok(Authorization {
            form: Form::Header,
            scope: CredentialScope::parse(credential)?,
            signed_headers,
            signature,
            date,
            date_text,
            expires_in: None,
            session_token: header(request, X_AMZ_SECURITY_TOKEN).map(Cow::Borrowed),
        })
    }

    fn of_query(query: &str) -> Result<Self, SigV4Error> {
        let value = |name: &str| query::value(query, name).map(Cow::Owned);
        let values = QUERY_PARAMETERS.map(value);
        let [
            Some(algorithm),
            Some(credential),
            Some(signature),
            Some(signed_headers),
            Some(date),
        ] = values
        else {
            return Err(incomplete_query(&values));
        };
        check_algorithm(&algorithm)?;
        let (date, date_text) = parse_date(&date)?;
        Ok(Authorization {
            form: Form::Query,
            scope: CredentialScope::parse(credential)?,
            signed_headers,
            signature,
            date,
            date_text,
            expires_in: first(query, b"X-Amz-Expires")
                .map(|expires_in| parse_expires_in(&expires_in))
                .transpose()?,
            session_token: first(query, b"X-Amz-Security-Token"),
        })
    }
}

/// Returns the first value of a header. A value that is not UTF-8 becomes U+FFFD, which no later check accepts.
fn header(request: &Parts, name: HeaderName) -> Option<&str> {
    let value = request.headers.get(name)?.as_bytes();
    Some(str::from_utf8(value).unwrap_or("\u{FFFD}"))
}

/// Returns the first value of a parameter. An empty value is returned too, as for a header.
fn first(query: &str, name: &[u8]) -> Option<Cow<'static, str>> {
    let has_name = |parameter: &Parameter| parameter.name == name;
    let first = query::parse(query).find(has_name)?;
    Some(String::from_utf8_lossy(&first.value).into_owned().into())
}

const HEADER_FIELDS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

/// Returns the error for a field without an equal sign. `[ANALOG]` Source: awslabs/time-addressable-media-store#8 (2025), and errors of
/// STS and Amazon DynamoDB in public repositories. Until 2021, the message contained the field and the header
/// (awslabs/fhir-works-on-aws-deployment#379).
fn no_pair(text: &str) -> SigV4Error {
    let hash = hash(text);
    SigV4Error::Incomplete(format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '{hash}'."
    ))
}

/// Returns the hash of a header with which AWS replaces the header in messages. It is that of the whole value: the one in
/// anthropics/claude-code#45128 is that of `Bearer`.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// Returns the error for an incomplete header. `[ANALOG]` Source of the hash in the message: Amazon Bedrock, anthropics/claude-code#45128
/// (2026). Until then, the message contained the header.
fn incomplete_header(
    fields: &[Option<Cow<'_, str>>; 3],
    date: Option<&str>,
    text: &str,
) -> SigV4Error {
    let mut message = missing(&HEADER_FIELDS, fields, |name| {
        format!("Authorization header requires '{name}' parameter. ")
    });
    if date.is_none() {
        message +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    let hash = hash(text);
    SigV4Error::Incomplete(format!(
        "{message}(Hashed with SHA-256 and encoded with Base64) Authorization={hash}"
    ))
}

/// Returns the messages for the names without a value.
fn missing(
    names: &[&str],
    values: &[Option<Cow<'_, str>>],
    message_for: impl Fn(&str) -> String,
) -> String {
    let pairs = names.iter().zip(values);
    pairs
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| message_for(name))
        .collect()
}

const QUERY_PARAMETERS: [&str; 5] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
];

fn incomplete_query(values: &[Option<Cow<'_, str>>; 5]) -> SigV4Error {
    let message = missing(&QUERY_PARAMETERS, values, |name| {
        format!("AWS query-string parameters must include '{name}'. ")
    });
    SigV4Error::Incomplete(format!("{message}Re-examine the query-string parameters."))
}

/// Checks the algorithm. The message is that of `scratchstack-aws-signature`.
fn check_algorithm(found: &str) -> Result<(), SigV4Error> {
    if found == "AWS4-HMAC-SHA256" {
        return Ok(());
    }
    Err(SigV4Error::Incomplete(format!(
        "Unsupported AWS 'algorithm': '{found}'."
    )))
}

/// Parses a date in the basic format of ISO 8601, or in the format of HTTP's `Date` header. The message is that of
/// `scratchstack-aws-signature`.
fn parse_date(text: &str) -> Result<(Timestamp, String), SigV4Error> {
    if let Some(date) = Timestamp::parse_basic(text) {
        return Ok((date, text.to_owned()));
    }
    match Timestamp::parse_http(text) {
        Some(date) => Ok((date, date.to_basic())),
        None => Err(SigV4Error::Incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))),
    }
}

/// Parses `X-Amz-Expires`: at least one second and at most seven days, as AWS documents. Only digits are accepted. The message, and the
/// rejection of an empty value and of a sign, are `[ASSUME]`.
fn parse_expires_in(text: &str) -> Result<Duration, SigV4Error> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|seconds| (1..=604_800).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| {
            SigV4Error::Incomplete(format!(
                "X-Amz-Expires must be a number of seconds between 1 and 604800. Got '{text}'."
            ))
        })
}

/// A credential, such as `AKIAIOSFODNN7EXAMPLE/20151129/us-east-1/ecr/aws4_request`: the access key id and the credential scope.
#[derive(Debug)]
pub(super) struct CredentialScope<'r> {
    credential: Cow<'r, str>,
    slashes: [usize; 4],
}

impl<'r> CredentialScope<'r> {
    /// Parses a credential. The message is that of `scratchstack-aws-signature`.
    fn parse(credential: Cow<'r, str>) -> Result<Self, SigV4Error> {
        let slashes: Vec<usize> = credential.match_indices('/').map(|(at, _)| at).collect();
        match slashes.try_into() {
            Ok(slashes) => Ok(CredentialScope {
                credential,
                slashes,
            }),
            Err(_) => Err(SigV4Error::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            ))),
        }
    }

    pub(super) fn access_key_id(&self) -> &str {
        &self.credential[..self.slashes[0]]
    }

    pub(super) fn date(&self) -> &str {
        self.between(0)
    }

    pub(super) fn region(&self) -> &str {
        self.between(1)
    }

    pub(super) fn service(&self) -> &str {
        self.between(2)
    }

    pub(super) fn terminator(&self) -> &str {
        &self.credential[self.slashes[3] + 1..]
    }

    /// Returns the credential as it was sent, including the access key id.
    pub(super) fn credential(&self) -> &str {
        &self.credential
    }

    /// Returns the credential scope, the part after the access key id.
    pub(super) fn as_str(&self) -> &str {
        &self.credential[self.slashes[0] + 1..]
    }

    fn between(&self, slash: usize) -> &str {
        &self.credential[self.slashes[slash] + 1..self.slashes[slash + 1]]
    }
}
