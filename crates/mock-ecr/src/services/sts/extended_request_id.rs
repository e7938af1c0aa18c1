//! The header `x-amz-sts-extended-request-id`, which every response of STS has.
//!
//! Source: `crates/s3-tests/src/bin/sts_oracle.rs` of justincormack/argmin (2026) for successes, errors and redirects; outputs of boto3 in
//! public repositories (2025 and 2026), such as `MTp1cy1lYXN0LTI6UzoxNzYzNTc5NjUyMzA0OlI6MVFkeG8yZ1Q=`. In all of them, the value is
//! the base64 of `1:REGION:S:TIME:R:ID`: `TIME` is the time of the response in milliseconds, and `ID` has eight letters and digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Response};
use sha2::{Digest as _, Sha256};

use crate::types::Region;
use crate::types::timestamp::Timestamp;

const HEADER: HeaderName = HeaderName::from_static("x-amz-sts-extended-request-id");

/// Adds the header to a response. Its ID depends only on the request ID, so that the responses of two runs are equal.
pub(crate) fn add<B>(
    response: &mut Response<B>,
    region: &Region,
    now: Timestamp,
    request_id: &str,
) {
    let text = format!("1:{region}:S:{}:R:{}", now.as_millis(), id(request_id));
    let value = HeaderValue::try_from(STANDARD.encode(text));
    let value = value.expect("base64 is a valid header value");
    response.headers_mut().insert(HEADER, value);
}

/// Returns eight letters and digits.
fn id(request_id: &str) -> String {
    let hash = Sha256::new_with_prefix(b"mock-ecr extended request id\n").chain_update(request_id);
    let hash = hash.finalize();
    let characters = hash
        .iter()
        .map(|byte| DIGITS[usize::from(*byte) % DIGITS.len()]);
    characters.take(8).map(char::from).collect()
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
