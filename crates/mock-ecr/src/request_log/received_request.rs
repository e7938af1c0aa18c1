//! A request and how it was answered, without any secret.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use http::request::Parts;

use crate::aws::sigv4::SignatureClaim;
use crate::fault::FaultId;
use crate::http::authority::authority;
use crate::http::ingress::Ingress;
use crate::http::query;
use crate::iam::principal::Caller;
use crate::token::{TokenError, TokenId};
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Service};

/// A request and how it was answered.
///
/// Neither headers nor bodies are kept, but for the ones named here; signatures and session tokens in a query string are
/// blotted out. Every text is cut at 1 KiB, the input at 4 KiB.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// When the mock read the request, on its own clock.
    pub received: Timestamp,
    /// How long the answer took to make, in real time.
    pub took: Duration,
    /// The service that the request was sent to.
    pub service: Service,
    /// How it came; `host` is the name by which.
    pub ingress: Ingress,
    /// The HTTP method.
    pub method: String,
    /// The host that was asked for.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// What the client calls itself; empty if nothing.
    pub user_agent: String,
    /// The API operation, such as `GetAuthorizationToken`.
    pub operation: Option<&'static str>,
    /// The input of the operation, as JSON, once the caller was known.
    pub input: Option<String>,
    /// What of the registry was asked for: `ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers`, or a `layer` at a
    /// URL of its own, as S3 has them; of the mock itself, a path under `/_mock/`.
    pub route: Option<&'static str>,
    /// The operation as the request names it, `X-Amz-Target`, whether there is one of that name or not.
    pub amz_target: Option<String>,
    /// The type of the request's body, as it says.
    pub content_type: Option<String>,
    /// Whose signature it is, and where for, as it says of itself.
    pub claim: Option<SignatureClaim>,
    /// Whether an `Authorization` header came, right or wrong.
    pub authorization: bool,
    /// Who has proved who they are.
    pub caller: Option<Caller>,
    /// The token that was issued, or shown.
    pub token: Option<TokenId>,
    /// Whom the token speaks for that was shown to the registry, dead or alive, if it was sealed under this seed.
    pub bearer: Option<PrincipalArn>,
    /// The status of the answer.
    pub status: StatusCode,
    /// The error that was answered: an AWS error such as `InvalidParameterException`, or an OCI one such as `DENIED`.
    pub error: Option<&'static str>,
    /// What was wrong with the token that was shown to the registry, which learns its bearer less.
    pub token_error: Option<TokenError>,
    /// The faults that shaped the answer, in their order.
    pub faults: Vec<FaultId>,
    /// What the API calls this request in `x-amzn-RequestId`.
    pub request_id: Option<String>,
}

impl ReceivedRequest {
    /// The error of a tunnel to a host that the mock is not.
    pub(crate) const UNEXPECTED_HOST_ERROR: &str = "OTHER_HOST";

    pub(crate) fn new(
        request: &Parts,
        service: Service,
        ingress: Ingress,
        received: Timestamp,
    ) -> Self {
        let header = |name: &str| {
            let value = request.headers.get(name)?.to_str().ok()?;
            Some(truncate(value, MAX_TEXT_SIZE))
        };
        ReceivedRequest {
            received,
            took: Duration::ZERO,
            service,
            ingress,
            method: truncate(request.method.as_str(), MAX_TEXT_SIZE),
            host: truncate(authority(request), MAX_TEXT_SIZE),
            target: truncate(&redacted_target(request), MAX_TEXT_SIZE),
            user_agent: header("user-agent").unwrap_or_default(),
            operation: None,
            input: None,
            route: None,
            amz_target: header("x-amz-target"),
            content_type: header("content-type"),
            claim: SignatureClaim::of(request),
            authorization: request.headers.contains_key(http::header::AUTHORIZATION),
            caller: None,
            token: None,
            bearer: None,
            status: StatusCode::OK,
            error: None,
            token_error: None,
            faults: Vec::new(),
            request_id: None,
        }
    }

    pub(crate) fn record_input(&mut self, input: &[u8]) {
        self.input = Some(truncate(&String::from_utf8_lossy(input), MAX_INPUT_SIZE));
    }

    pub(super) fn size(&self) -> usize {
        let texts = [&self.method, &self.host, &self.target, &self.user_agent];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        let optional = [&self.input, &self.amz_target, &self.content_type];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        let claim = self.claim.as_ref().map_or(0, SignatureClaim::size);
        size_of::<ReceivedRequest>() + texts + optional + claim
    }
}

/// The request in one line, as an assertion prints it that has failed.
impl fmt::Display for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (received, service) = (self.received, self.service);
        write!(f, "{received} {service:<10} {} ", self.status.as_u16())?;
        let (scheme, host, target) = (self.ingress.scheme(), &self.host, &self.target);
        write!(f, "{} {scheme}://{host}{target}", self.method)?;
        optional(f, " ", self.operation.or(self.route))?;
        optional(f, " error=", self.error)?;
        optional(f, " caller=", self.caller.as_ref().map(Caller::arn))?;
        optional(f, " token=", self.token)?;
        optional(f, " bearer=", self.bearer.as_ref())?;
        optional(f, " token_error=", self.token_error.as_ref())?;
        f.write_str(if self.authorization {
            " (with Authorization)"
        } else {
            ""
        })
    }
}

fn optional(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    value: Option<impl fmt::Display>,
) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, "{label}{value}"))
}

fn redacted_target(request: &Parts) -> String {
    let path = request.uri.path();
    let Some(query) = request.uri.query() else {
        return path.to_owned();
    };
    let parameters: Vec<String> = query::parse(query)
        .map(|parameter| {
            let secret = SECRET_PARAMETERS
                .iter()
                .any(|secret| parameter.name.eq_ignore_ascii_case(secret.as_bytes()));
            let value = if secret {
                b"REDACTED"
            } else {
                &parameter.value[..]
            };
            format!(
                "{}={}",
                query::encode(&parameter.name),
                query::encode(value)
            )
        })
        .collect();
    format!("{path}?{}", parameters.join("&"))
}

/// Those of a signature, and those parameters of operations of STS that are credentials. Source of the latter: its service model.
const SECRET_PARAMETERS: [&str; 7] = [
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "EncodedMessage",
    "SAMLAssertion",
    "TokenCode",
    "TradeInToken",
    "WebIdentityToken",
];
pub(super) const MAX_TEXT_SIZE: usize = 1024;
pub(super) const MAX_INPUT_SIZE: usize = 4096;

/// Cuts a text at a limit, which lies between two characters.
fn truncate(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::request_log) fn entry(target: &str) -> ReceivedRequest {
        let request = http::Request::builder().uri(target).body(()).unwrap();
        let (request, ()) = request.into_parts();
        ReceivedRequest::new(
            &request,
            Service::Ecr,
            Ingress::Http,
            Timestamp::AWS_EXAMPLE,
        )
    }

    #[test]
    fn secrets_in_a_query_are_redacted() {
        let entry = entry("/?a=1&X-Amz-Signature=s3cr3t&x-amz-security-token=t0k3n&b=%2F");
        assert_eq!(
            entry.target,
            "/?a=1&X-Amz-Signature=REDACTED&x-amz-security-token=REDACTED&b=%2F"
        );
    }
}
