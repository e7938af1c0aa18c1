//! Signs requests with Signature Version 4. The requests have a body and no query.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::http::Request;

/// Adds the headers of a signature at a time.
pub(crate) fn signed<'a>(
    request: Request<'a>,
    endpoint: &Endpoint,
    credentials: &Credentials,
    at: f64,
) -> Request<'a> {
    let stamp = clock::stamp(at);
    let mut request = request.header("x-amz-date", &stamp);
    if let Some(token) = &credentials.session_token {
        request = request.header("x-amz-security-token", token);
    }
    let (names, canonical) = canonical(&request);
    let scope = format!(
        "{}/{}/{}/aws4_request",
        &stamp[..8],
        endpoint.region,
        endpoint.service
    );
    let text = format!(
        "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
        hash(canonical.as_bytes())
    );
    let secret = format!("AWS4{}", credentials.secret_access_key);
    let key = scope
        .split('/')
        .fold(secret.into_bytes(), |key, part| hmac(&key, part));
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex(&hmac(&key, &text))
    );
    request.header("authorization", &value)
}

/// Returns the names of the signed headers, and the canonical request.
fn canonical(request: &Request) -> (String, String) {
    let host = ("host".to_owned(), request.url.authority());
    let mut headers = [&request.headers[..], &[host]].concat();
    headers.sort();
    let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let (method, path) = (request.method, &request.url.path);
    let body = hash(&request.body);
    let text = format!("{method}\n{path}\n\n{lines}\n{names}\n{body}");
    (names, text)
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
