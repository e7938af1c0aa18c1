//! Byte ranges: `Range` of a `GET`, `Content-Range` of an uploaded part, and `Range` of the received bytes of an upload.

use std::ops::Range;

use http::header::{self, HeaderMap};
use http::{Response, StatusCode};

use crate::http::body::Payload;

/// The error of a range that does not overlap the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsatisfiable;

/// Returns the requested range of a content of `size` bytes, or `None` if the whole content is requested.
///
/// As specified in RFC 9110, section 14.2, multiple ranges, units other than bytes, and invalid ranges are ignored.
pub(crate) fn requested(
    headers: &HeaderMap,
    size: u64,
) -> Result<Option<Range<u64>>, Unsatisfiable> {
    let Some((first, last)) = parse_header(headers) else {
        return Ok(None);
    };
    match (first, last) {
        (Some(first), Some(last)) if last < first => Ok(None),
        (Some(first), _) if first >= size => Err(Unsatisfiable),
        (Some(first), Some(last)) => Ok(Some(first..last.min(size - 1) + 1)),
        (Some(first), None) => Ok(Some(first..size)),
        (None, Some(0)) => Err(Unsatisfiable),
        (None, Some(_)) if size == 0 => Err(Unsatisfiable),
        (None, Some(length)) => Ok(Some(size.saturating_sub(length)..size)),
        (None, None) => Ok(None),
    }
}

/// Returns whether a range ends before it begins. RFC 9110, section 14.2, allows a server to ignore or to reject such a range.
pub(crate) fn is_reversed(headers: &HeaderMap) -> bool {
    matches!(parse_header(headers), Some((Some(first), Some(last))) if last < first)
}

fn parse_header(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    parse_bounds(headers.get(header::RANGE)?.to_str().ok()?)
}

/// Parses `bytes=1-2`, `bytes=1-` or `bytes=-2`.
fn parse_bounds(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let is_bytes = unit.trim().eq_ignore_ascii_case("bytes");
    is_bytes.then_some(())?;
    Some((parse_bound(first)?, parse_bound(last)?))
}

fn parse_bound(text: &str) -> Option<Option<u64>> {
    match text {
        "" => Some(None),
        digits => parse_number(digits).map(Some),
    }
}

/// Parses digits. Unlike Rust's parser, it does not accept a sign.
fn parse_number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|c| c.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Parses the first and the last byte of an uploaded part: `Content-Range: 0-99`, or `bytes 0-99/*` as in RFC 9110.
///
/// Source of the first form: OCI Distribution 1.1, "Pushing a blob in chunks".
pub(crate) fn parse_content_range(text: &str) -> Option<(u64, u64)> {
    let text = text.strip_prefix("bytes").unwrap_or(text).trim();
    let range = text.split('/').next()?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (parse_number(first)?, parse_number(last)?);
    (first <= last).then_some((first, last))
}

/// Returns the value of `Range` for an upload with `size` received bytes. For no bytes, it is `0-0`, as in docker's registry.
pub(crate) fn received_range(size: u64) -> String {
    format!("0-{}", size.saturating_sub(1))
}

/// Returns the response with the requested range of an object of `size` bytes, or with the whole object. The status of a requested range is
/// 206 even if it is the whole object, as in S3: containerd 2.1 requests `bytes=0-` and requires `Content-Range` (containerd/containerd#12291).
pub(crate) fn respond(
    bytes: Payload,
    range: Option<&Range<u64>>,
    size: u64,
    content_type: &str,
) -> Response<Payload> {
    let length = range.map_or(size, |range| range.end - range.start);
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, length)
        .header(header::ACCEPT_RANGES, "bytes");
    if let Some(range) = range {
        let last = range.end - 1;
        response = response.status(StatusCode::PARTIAL_CONTENT).header(
            header::CONTENT_RANGE,
            format!("bytes {}-{last}/{size}", range.start),
        );
    }
    response
        .body(bytes)
        .expect("numbers and media types are valid header values")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str, size: u64) -> Result<Option<Range<u64>>, Unsatisfiable> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, text.parse().unwrap());
        requested(&headers, size)
    }

    #[test]
    fn a_requested_range_is_limited_to_the_content() {
        assert_eq!(range("bytes=2-4", 10), Ok(Some(2..5)));
        assert_eq!(range("bytes=2-99", 10), Ok(Some(2..10)));
        assert_eq!(range("bytes=2-", 10), Ok(Some(2..10)));
        assert_eq!(range("bytes=-3", 10), Ok(Some(7..10)));
        assert_eq!(range("bytes=-99", 10), Ok(Some(0..10)));
        for outside in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
            assert_eq!(range(outside, 10), Err(Unsatisfiable), "{outside}");
        }
        for none in [
            "bytes=4-2",
            "bytes=-",
            "bytes=1-2,4-5",
            "lines=1-2",
            "bytes=+1-2",
            "x",
        ] {
            assert_eq!(range(none, 10), Ok(None), "{none}");
        }
    }

    #[test]
    fn a_content_range_has_two_forms() {
        for text in ["5-9", "bytes 5-9/*", "bytes 5-9/10"] {
            assert_eq!(parse_content_range(text), Some((5, 9)), "{text}");
        }
        for wrong in ["", "5", "9-5", "-5", "5-", "a-b", "+5-9"] {
            assert_eq!(parse_content_range(wrong), None, "{wrong}");
        }
        assert_eq!(
            (received_range(0), received_range(10)),
            ("0-0".to_owned(), "0-9".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_range_is_parsed_without_panic(text in "[ -~]*|bytes=[0-9-]*", size: u64) {
            let _ = parse_content_range(&text);
            let _ = range(&text, size);
        }
    }
}
