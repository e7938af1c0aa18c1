//! What explains the error of a response, in addition to its code and text.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::aws::sigv4::FailedCheck;
use crate::domain::rejection::Rejection;
use crate::iam::authorization::AccessDenied;
use crate::request_log::redaction::{MAX_TEXT_SIZE, Redactor};
use crate::token::RejectedToken;

/// What explains the error of a response, in addition to its code and text.
#[derive(Clone, Debug)]
pub(crate) enum Reason {
    Credentials(RejectedCredentials),
    Token(RejectedToken),
    Signature(FailedCheck),
    Access(AccessDenied),
    Rule(&'static Rejection),
    Upstream,
    /// The body of the request ended before it was complete.
    IncompleteBody,
    /// The body of the request is too large.
    TooLarge,
    /// The URL of a layer has expired.
    ExpiredLayerUrl,
    /// The URL of a layer is not one that this mock returned, or the request also has an `Authorization` header.
    InvalidLayerUrl,
}

impl Reason {
    /// Redacts secrets in the texts that callers chose. The other texts are those of the configuration and of tokens.
    pub(super) fn redacted(self, redactor: &Redactor) -> Self {
        match self {
            Reason::Access(denied) => {
                Reason::Access(denied.map_texts(|text| redactor.redact(text, MAX_TEXT_SIZE)))
            }
            Reason::Signature(FailedCheck::Scope {
                expected_service,
                expected_region,
            }) => Reason::Signature(FailedCheck::Scope {
                expected_service,
                expected_region: expected_region.map(|region| redactor.region(region)),
            }),
            reason => reason,
        }
    }

    /// Returns the approximate memory that the reason uses, in bytes.
    pub(super) fn size(&self) -> usize {
        let texts = match self {
            Reason::Token(rejected) => {
                let claims = rejected.claims.as_ref();
                claims.map_or(0, |claims| 2 * claims.principal.as_str().len())
            }
            Reason::Access(denied) => denied.size(),
            Reason::Signature(FailedCheck::ExpiredCredentials { arn, .. }) => arn.as_str().len(),
            Reason::Credentials(RejectedCredentials::OtherUser(Some(user))) => user.len(),
            _ => 0,
        };
        size_of::<Reason>() + texts
    }
}

/// Why the credentials of a request to the registry are not a password of the user `AWS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RejectedCredentials {
    /// The request has no credentials.
    Missing,
    /// Another scheme than Basic. `None` if it is not a known one: the header could consist of a secret only.
    OtherScheme(Option<&'static str>),
    /// The credentials are not base64, or have no colon.
    Malformed,
    /// Another user. `None` if the user could be a secret.
    OtherUser(Option<String>),
}

impl RejectedCredentials {
    /// Determines why the credentials of a request are rejected. They must not have the user `AWS`.
    pub(crate) fn of(request: &Parts, redactor: &Redactor) -> Self {
        let Some(header) = request.headers.get(AUTHORIZATION) else {
            return RejectedCredentials::Missing;
        };
        let header = header.to_str().unwrap_or_default();
        let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("Basic") {
            return RejectedCredentials::OtherScheme(known_scheme(scheme));
        }
        let decoded = BASE64_STANDARD.decode(credentials.trim()).ok();
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        match decoded.as_deref().and_then(|text| text.split_once(':')) {
            Some((user, _)) => RejectedCredentials::OtherUser(recorded_user(user, redactor)),
            None => RejectedCredentials::Malformed,
        }
    }
}

fn known_scheme(scheme: &str) -> Option<&'static str> {
    let mut known = SCHEMES.into_iter();
    known.find(|known| known.eq_ignore_ascii_case(scheme))
}

/// Returns the user as it is recorded. Some services accept an access token in place of the user, so only a short name is recorded.
fn recorded_user(user: &str, redactor: &Redactor) -> Option<String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte);
    let is_short = user.len() <= MAX_USER_LENGTH && user.bytes().all(is_name);
    is_short.then(|| redactor.value(user.as_bytes()))
}

/// The schemes of HTTP authentication that clients of registries and of AWS send.
const SCHEMES: [&str; 5] = ["Bearer", "AWS4-HMAC-SHA256", "AWS", "Digest", "Negotiate"];

/// The access tokens of GitHub have 40 characters, those of GitLab 26, and those of Docker Hub 36.
const MAX_USER_LENGTH: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_log::received_request::tests::redactor;

    #[test]
    fn neither_a_password_nor_an_unknown_scheme_nor_a_long_user_is_recorded() {
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        for (header, expected) in [
            (
                "Bearer x".to_owned(),
                RejectedCredentials::OtherScheme(Some("Bearer")),
            ),
            ("s3cr3t".to_owned(), RejectedCredentials::OtherScheme(None)),
            ("basic ???".to_owned(), RejectedCredentials::Malformed),
            (basic("nothing"), RejectedCredentials::Malformed),
            (
                basic("bob:s3cr3t"),
                RejectedCredentials::OtherUser(Some("bob".to_owned())),
            ),
            (
                basic(&format!("{}:x", "a".repeat(21))),
                RejectedCredentials::OtherUser(None),
            ),
            (basic("a b:x"), RejectedCredentials::OtherUser(None)),
        ] {
            let request = http::Request::builder().header(AUTHORIZATION, &header);
            let (request, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(
                RejectedCredentials::of(&request, &redactor()),
                expected,
                "{header}"
            );
        }
    }
}
