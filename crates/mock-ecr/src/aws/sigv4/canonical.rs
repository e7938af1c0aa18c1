//! Builds the canonical request and the string to sign, as
//! [documented by AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

use std::fmt::Write as _;

use http::HeaderValue;
use http::header::HOST;
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use crate::aws::header_names::X_AMZ_CONTENT_SHA256;
use crate::aws::sigv4::authorization::{Authorization, Form};
use crate::http::query;

/// Returns the string to sign: the algorithm, the date, the scope, and the hash of the canonical request.
pub(super) fn string_to_sign(
    request: &Parts,
    body: &[u8],
    authorization: &Authorization<'_>,
) -> Vec<u8> {
    let canonical_request = canonical_request(request, body, authorization);
    let mut string = Vec::with_capacity(192);
    for part in [
        "AWS4-HMAC-SHA256",
        &authorization.date_text,
        authorization.scope.as_str(),
    ] {
        string.extend(part.as_bytes());
        string.push(b'\n');
    }
    push_hex(&mut string, &Sha256::digest(canonical_request));
    string
}

fn canonical_request(request: &Parts, body: &[u8], authorization: &Authorization<'_>) -> Vec<u8> {
    let mut canonical = String::with_capacity(512);
    canonical.push_str(request.method.as_str());
    canonical.push('\n');
    push_path(&mut canonical, request.uri.path());
    canonical.push('\n');
    push_query(
        &mut canonical,
        request.uri.query().unwrap_or_default(),
        authorization.form,
    );
    canonical.push('\n');
    let mut canonical = canonical.into_bytes();
    push_headers(&mut canonical, request, &authorization.signed_headers);
    canonical.push(b'\n');
    canonical.extend(authorization.signed_headers.as_bytes());
    canonical.push(b'\n');
    push_payload_hash(&mut canonical, request, body);
    canonical
}

/// Appends the canonical path. Dot segments and empty segments are resolved, and escapes are escaped again, as all services except S3
/// require.
fn push_path(canonical: &mut String, path: &str) {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    for segment in &segments {
        let escaped = query::encode(segment.as_bytes());
        write!(canonical, "/{escaped}").expect("writing to a String cannot fail");
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if is_folder || segments.is_empty() {
        canonical.push('/');
    }
}

/// Appends the canonical query string, sorted by escaped name and value. In the query form, the signature is omitted.
fn push_query(canonical: &mut String, query: &str, form: Form) {
    if query.is_empty() {
        return;
    }
    let mut parameters: Vec<(String, String)> = query::parse(query)
        .filter(|parameter| form == Form::Header || parameter.name != b"X-Amz-Signature")
        .map(|p| {
            (
                query::encode(&p.name).to_string(),
                query::encode(&p.value).to_string(),
            )
        })
        .collect();
    parameters.sort();
    for (index, (name, value)) in parameters.iter().enumerate() {
        let separator = if index == 0 { "" } else { "&" };
        write!(canonical, "{separator}{name}={value}").expect("writing to a String cannot fail");
    }
}

/// Appends the signed headers. The values of a header that occurs several times are joined by commas in the order in which they were sent.
///
/// A missing header has no line. The signature therefore becomes invalid if a header that was signed as empty is removed. `[ANALOG]` of
/// S3; source: s3fs-fuse/s3fs-fuse#555.
fn push_headers(canonical: &mut Vec<u8>, request: &Parts, signed_headers: &str) {
    for name in signed_headers.split(';') {
        let sent = request.headers.get_all(name).iter();
        let sent = sent.map(HeaderValue::as_bytes);
        let mut values = sent.chain(host_in_uri(request, name)).peekable();
        if values.peek().is_none() {
            continue;
        }
        canonical.extend(name.as_bytes());
        canonical.push(b':');
        while let Some(value) = values.next() {
            push_trimmed(canonical, value);
            if values.peek().is_some() {
                canonical.push(b',');
            }
        }
        canonical.push(b'\n');
    }
}

/// Returns the host in the URI, for the header `host` of an HTTP/2 request.
fn host_in_uri<'r>(request: &'r Parts, name: &str) -> Option<&'r [u8]> {
    let is_host = name == "host" && !request.headers.contains_key(HOST);
    let authority = request.uri.authority().filter(|_| is_host)?;
    Some(authority.as_str().as_bytes())
}

/// Appends a value without leading and trailing spaces, and with single spaces between words.
fn push_trimmed(canonical: &mut Vec<u8>, value: &[u8]) {
    let words = value
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            canonical.push(b' ');
        }
        canonical.extend(word);
    }
}

fn push_payload_hash(canonical: &mut Vec<u8>, request: &Parts, body: &[u8]) {
    const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";
    let declared = request.headers.get(X_AMZ_CONTENT_SHA256);
    if declared.is_some_and(|declared| declared.as_bytes() == UNSIGNED) {
        canonical.extend(UNSIGNED);
    } else {
        push_hex(canonical, &Sha256::digest(body));
    }
}

pub(super) fn push_hex(text: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    text.extend(bytes.iter().flat_map(digits));
}
