//! A signed call of `GetAuthorizationToken`, with the headers of the AWS SDK for Rust.

use std::error::Error;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use mock_ecr::Principal;

/// Returns a call that is signed for a time. `index` makes it different from others.
pub(crate) fn signed_call(index: u64, time: SystemTime) -> Result<String, Box<dyn Error>> {
    let body = format!(r#"{{"registryIds":["{index:012}"]}}"#);
    let length = body.len().to_string();
    let headers = SIGNED_HEADERS
        .into_iter()
        .chain([("content-length", &*length)]);
    let signature = signature(headers.clone(), &body, time)?;
    let mut text = "POST / HTTP/1.1\r\n".to_owned();
    for (name, value) in headers.chain(UNSIGNED_HEADERS) {
        text += &format!("{name}: {value}\r\n");
    }
    for (name, value) in signature {
        text += &format!("{name}: {value}\r\n");
    }
    let invocation = format!("amz-sdk-invocation-id: d7638eeb-9726-4211-8fcc-{index:012}\r\n");
    Ok(text + &invocation + "\r\n" + &body)
}

/// Returns the headers of the signature.
fn signature<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &'a str,
    time: SystemTime,
) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let identity: Identity = Credentials::new(
        Principal::EXAMPLE_ACCESS_KEY_ID,
        Principal::EXAMPLE_SECRET_ACCESS_KEY,
        None,
        None,
        "example",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("ecr")
        .time(time)
        .settings(SigningSettings::default())
        .build()?;
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", "http://127.0.0.1:4566/", headers, body)?;
    let (instructions, _) = sign(request, &parameters.into())?.into_parts();
    let text = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(instructions.headers().map(text).collect())
}

/// Source of these and the next headers: a recording of `aws-sdk-ecr` 1.138.
const UNSIGNED_HEADERS: [(&str, &str); 2] = [
    ("user-agent", AGENT),
    ("amz-sdk-request", "attempt=1; max=3"),
];
const SIGNED_HEADERS: [(&str, &str); 4] = [
    ("content-type", "application/x-amz-json-1.1"),
    ("host", "127.0.0.1:4566"),
    (
        "x-amz-target",
        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
    ),
    ("x-amz-user-agent", AGENT),
];
const AGENT: &str = "aws-sdk-rust/1.7.0 ua/2.1 api/ecr/1.138.0 os/linux lang/rust/1.95.0 m/E,N,g";
