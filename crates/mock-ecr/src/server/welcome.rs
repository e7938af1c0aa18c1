//! The text that a browser gets for `/health`, and for `/` if it does not open the console.

use bytes::Bytes;
use http::{Response, header};

/// Returns a short text that describes the mock and lists its paths.
pub(super) fn page() -> Response<Bytes> {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(header::CONTENT_LENGTH, PAGE.len())
        .body(PAGE.into())
        .expect("the headers are constants")
}

const PAGE: &str = concat!(
    "mock-ecr ",
    env!("CARGO_PKG_VERSION"),
    ": an offline mock of Amazon ECR for tests\n\n",
    "API of ECR:   POST /       aws ecr get-login-password --endpoint-url URL\n",
    "Registry:     /v2/         docker login, docker push, docker pull\n",
    "Console:      /_mock/ui/   the requests, tokens and faults in a browser\n",
    "Control API:  /_mock/      described by /_mock/openapi.json\n",
    "Health:       /_mock/health\n",
    "Clients:      eval \"$(mock-ecr env --url URL)\"\n",
    "Commands:     mock-ecr help\n",
);
