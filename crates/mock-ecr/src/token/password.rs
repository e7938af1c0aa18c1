//! Encodes and parses the JSON of a password.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};

use crate::token::error::TokenError;
use crate::types::timestamp::Timestamp;

/// Encodes a password in the form of AWS: `base64({"payload":…,"datakey":…,"version":"2","type":"DATA_KEY",
/// "expiration":<epoch seconds>})`.
///
/// Source: a Wiz write-up of 2025-09. The order of the members is the recorded one.
pub(super) fn encode(payload: &[u8], datakey: &[u8], expires: Timestamp) -> String {
    let written = Written {
        payload: &BASE64_STANDARD.encode(payload),
        datakey: &BASE64_STANDARD.encode(datakey),
        version: "2",
        kind: "DATA_KEY",
        expiration: expires.as_millis().div_euclid(1000),
    };
    let json = serde_json::to_vec(&written).expect("strings and a number can be written as JSON");
    BASE64_STANDARD.encode(json)
}

#[derive(Serialize)]
struct Written<'a> {
    payload: &'a str,
    datakey: &'a str,
    version: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    expiration: i64,
}

/// Returns the payload of a password. The other members are determined by the payload and are not read.
pub(super) fn payload(password: &str) -> Result<Vec<u8>, TokenError> {
    let json = BASE64_STANDARD
        .decode(password)
        .map_err(|_| TokenError::NotBase64)?;
    let read: Read = serde_json::from_slice(&json)
        .map_err(|_| TokenError::Malformed("its content is not a JSON object with a payload"))?;
    BASE64_STANDARD
        .decode(read.payload)
        .map_err(|_| TokenError::Malformed("its payload is not base64"))
}

#[derive(Deserialize)]
struct Read {
    payload: String,
}

/// Returns the size in bytes of the payload for an `authorizationToken` of about `token_length` characters.
pub(super) fn payload_size(token_length: usize) -> usize {
    let password_length = (token_length / 4 * 3).saturating_sub("AWS:".len());
    let json_length = password_length / 4 * 3;
    json_length.saturating_sub(AROUND_PAYLOAD) / 4 * 3
}

/// The number of characters of the JSON outside the payload: 83 of the form and 248 of `datakey`.
const AROUND_PAYLOAD: usize = 331;
