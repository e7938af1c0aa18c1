//! Authentication at `GET /v2/` and `HEAD /v2/`.
//!
//! The status, headers and body of the challenge are recorded in wom.icu/today-i-learned/2023-09-11 and NVIDIA/enroot#59.
//! The case of the header names differs: hyper writes them in title case.

mod credentials;
mod expiry;

use mock_ecr::MockEcr;
use mock_ecr::token::AuthorizationToken;

use crate::raw::RawRequest;
use crate::response::{DATE, Response};

const US_EAST_1: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const US_WEST_2: &str = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

/// The expected response to an authenticated or rejected `GET /v2/`.
struct Expected {
    status_line: &'static str,
    headers: Vec<String>,
    body: &'static str,
}

impl Expected {
    fn challenge(host: &str) -> Self {
        let mut expected = Expected::plain("HTTP/1.1 401 Unauthorized", "Not Authorized\n");
        let realm = format!("https://{host}/");
        expected.headers.extend([
            "Sizes: ".to_owned(),
            format!(r#"Www-Authenticate: Basic realm="{realm}",service="ecr.amazonaws.com""#),
        ]);
        expected
    }

    /// The response to a malformed token. The status is recorded in aws/aws-cli#5317, #5950 and #6128; the body is that of
    /// ECR Public. [ASSUME]
    fn malformed() -> Self {
        Expected::rejection(
            "HTTP/1.1 400 Bad Request",
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"Your Authorization Token is invalid.\"}]}\n",
        )
    }

    /// The response to an expired token. Source: flipt-io/flipt#3043, bazel-contrib/rules_img#715, awslabs/amazon-ecr-credential-helper#679.
    fn expired() -> Self {
        Expected::rejection(
            "HTTP/1.1 403 Forbidden",
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"Your authorization token has expired. Reauthenticate and try again.\"}]}\n",
        )
    }

    /// The response to a revoked token, and to a token of a principal that is unknown or has expired.
    ///
    /// Source of the text: kubernetes/kubernetes#69141; the status is [ASSUME].
    fn revoked() -> Self {
        Expected::rejection(
            "HTTP/1.1 403 Forbidden",
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"The security token included in the request is invalid.\"}]}\n",
        )
    }

    /// The response to a valid token. The empty body is [ASSUME].
    fn accepted() -> Self {
        Expected::plain("HTTP/1.1 200 OK", "")
    }

    /// The response to an unknown path. Source of the body: NVIDIA/enroot#59.
    fn not_found() -> Self {
        Expected::plain("HTTP/1.1 404 Not Found", "404 page not found\n")
    }

    fn plain(status_line: &'static str, body: &'static str) -> Self {
        Expected::new(status_line, "text/plain; charset=utf-8", body)
    }

    /// A response in JSON without a challenge. Go's JSON encoder writes the newline. Source: flipt-io/flipt#3043.
    fn rejection(status_line: &'static str, body: &'static str) -> Self {
        Expected::new(status_line, "application/json; charset=utf-8", body)
    }

    fn new(status_line: &'static str, content_type: &str, body: &'static str) -> Self {
        let headers = vec![
            format!("Content-Length: {}", body.len()),
            format!("Content-Type: {content_type}"),
            DATE.to_owned(),
            "Docker-Distribution-Api-Version: registry/2.0".to_owned(),
        ];
        Expected {
            status_line,
            headers,
            body,
        }
    }

    /// Sets the `Date` header.
    fn dated(mut self, date: &str) -> Self {
        self.headers[2] = format!("Date: {date}");
        self
    }
}

/// Sends `GET /v2/` and `HEAD /v2/` and asserts the responses, which differ only in the body.
async fn assert_ping_response(
    ecr: &MockEcr,
    prepare: impl Fn(RawRequest) -> RawRequest,
    expected: Expected,
) {
    let headers: Vec<_> = expected.headers.iter().map(String::as_str).collect();
    for (method, body) in [("GET", expected.body), ("HEAD", "")] {
        let response = prepare(RawRequest::ping(method)).to(ecr).await;
        response.assert_is(expected.status_line, &headers, body);
    }
}

async fn ping(ecr: &MockEcr, token: &AuthorizationToken) -> Response {
    RawRequest::ping("GET").with_token(token).to(ecr).await
}
