//! Parses query strings and forms, which have the same syntax, and percent-encodes text.

use std::borrow::Cow;
use std::fmt;

use http::header;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

/// A decoded parameter. A parameter without `=` has an empty value.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

/// Parses the parameters of a query string. Empty text between two `&` is skipped.
pub(crate) fn parse(query: &str) -> impl Iterator<Item = Parameter> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Parameter {
            name: decode(name),
            value: decode(value),
        }
    })
}

/// Returns the first value of a parameter, if it is not empty and is UTF-8.
pub(crate) fn value(query: &str, name: &str) -> Option<String> {
    let first = parse(query).find(|parameter| parameter.name == name.as_bytes())?;
    String::from_utf8(first.value)
        .ok()
        .filter(|value| !value.is_empty())
}

/// Returns whether the body of a request is a form. Parameters of the media type, such as `charset`, are ignored.
pub(crate) fn is_form(request: &Parts) -> bool {
    let header = request.headers.get(header::CONTENT_TYPE);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Decodes percent escapes, and `+` as a space as in HTML forms.
fn decode(text: &str) -> Vec<u8> {
    let text: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    percent_decode(text.as_bytes()).collect()
}

/// Percent-encodes bytes. The unreserved characters of RFC 3986 are not escaped.
pub(crate) fn encode(bytes: &[u8]) -> impl fmt::Display {
    percent_encode(bytes, RESERVED)
}

/// All characters except the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_encoded() {
        let parameters: Vec<_> = parse("a=1&&b&c=%2f+%C3%A9=&d=%zz").collect();
        let encoded: Vec<_> = parameters
            .iter()
            .map(|p| format!("{}={}", encode(&p.name), encode(&p.value)))
            .collect();
        assert_eq!(encoded, ["a=1", "b=", "c=%2F%20%C3%A9%3D", "d=%25zz"]);
        assert_eq!(value("a=1&a=2&b", "a").as_deref(), Some("1"));
        assert_eq!(value("a=1&a=2&b", "b"), None);
    }
}
