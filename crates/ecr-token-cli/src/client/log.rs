//! The log of `--debug` on stderr: requests and responses without secrets.

use aws_credential_types::Credentials;
use aws_sdk_ecr::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef,
};
use aws_sdk_ecr::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecr::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::Headers;

use crate::error::with_causes;
use crate::output;
use crate::printable;

/// Writes each attempt to stderr.
#[derive(Debug)]
pub(super) struct Log {
    secrets: Secrets,
}

impl Log {
    pub(super) fn new(credentials: Option<&Credentials>) -> Self {
        Self {
            secrets: Secrets::of(credentials),
        }
    }

    fn write(&self, text: &str) {
        output::write_error(&printable::text(&self.secrets.redact(text)));
    }
}

#[dyn_dispatch_hint]
impl Intercept for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.write(&request_text(context.request()));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.write(&response_text(context.response()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (None, Some(Err(error))) = (context.response(), context.output_or_error()) {
            self.write(&format!("! no response: {}\n", with_causes(error)));
        }
        Ok(())
    }
}

fn request_text(request: &HttpRequest) -> String {
    let line = format!("> {} {}\n", request.method(), request.uri());
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    line + &header_lines('>', request.headers()) + &format!("> {body}\n")
}

/// The body of a successful response contains the token and is not logged.
fn response_text(response: &HttpResponse) -> String {
    let status = response.status();
    let body = response.body().bytes().unwrap_or_default();
    let body = match String::from_utf8_lossy(body) {
        text if status.is_success() || text.contains("authorizationToken") => {
            format!("({} bytes, not shown)", text.len())
        }
        text => text.into_owned(),
    };
    let headers = header_lines('<', response.headers());
    format!("< {}\n{headers}< {body}\n", status.as_u16())
}

fn header_lines(direction: char, headers: &Headers) -> String {
    let lines = headers.iter().map(|(name, value)| {
        let value = redact_header(name, value);
        format!("{direction} {name}: {value}\n")
    });
    lines.collect()
}

/// Redacts only the signature of a signed header: key id and scope are useful in a log.
fn redact_header(name: &str, value: &str) -> String {
    match name {
        "authorization" if value.contains("Signature=") => without_signatures(value),
        "authorization" => HIDDEN.to_owned(),
        "x-amz-security-token" | "proxy-authorization" | "set-cookie" => HIDDEN.to_owned(),
        _ => value.to_owned(),
    }
}

fn without_signatures(text: &str) -> String {
    let mut parts = text.split("Signature=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let remainder = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        format!("{text}Signature={HIDDEN}{remainder}")
    })
}

/// The secrets to redact in the whole log, since a server may echo them.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(credentials: Option<&Credentials>) -> Self {
        let of_one = |credentials: &Credentials| {
            let token = credentials.session_token().map(str::to_owned);
            let key = credentials.secret_access_key().to_owned();
            [Some(key), token]
        };
        let secrets = credentials.map(of_one).into_iter().flatten().flatten();
        Self(secrets.filter(|secret| !secret.is_empty()).collect())
    }

    fn redact(&self, text: &str) -> String {
        let text = without_signatures(text);
        let secrets = self.0.iter();
        secrets.fold(text, |text, secret| text.replace(secret, HIDDEN))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

const HIDDEN: &str = "(hidden)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_redacted_everywhere() {
        let credentials =
            Credentials::new("AKID", "s3cret", Some("t0ken".to_owned()), None, "test");
        let log = Log::new(Some(&credentials));
        let text = log
            .secrets
            .redact("AKID s3cret, t0ken, Signature=abc9, s3cret");
        assert_eq!(
            text,
            "AKID (hidden), (hidden), Signature=(hidden), (hidden)"
        );
        assert!(!format!("{log:?}").contains("s3cret"));
    }

    #[test]
    fn the_authorization_header_shows_only_the_scope() {
        let value = "AWS4-HMAC-SHA256 Credential=AKID/x, Signature=abc";
        let expected = "AWS4-HMAC-SHA256 Credential=AKID/x, Signature=(hidden)";
        assert_eq!(redact_header("authorization", value), expected);
        assert_eq!(redact_header("authorization", "Bearer abc"), HIDDEN);
        assert_eq!(redact_header("x-amz-security-token", "abc"), HIDDEN);
    }
}
