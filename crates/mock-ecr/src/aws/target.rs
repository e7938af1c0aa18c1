//! `X-Amz-Target`: the operation that a request in AWS JSON names.

use http::request::Parts;

/// `X-Amz-Target: PREFIX.OPERATION`; a missing part is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) operation: &'a str,
}

impl<'a> Target<'a> {
    /// Whether a request has the header, whatever it contains.
    pub(crate) fn is_in(request: &Parts) -> bool {
        request.headers.contains_key("x-amz-target")
    }

    pub(crate) fn of(request: &'a Parts) -> Self {
        let value = request.headers.get("x-amz-target");
        let text = value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (prefix, operation) = text.split_once('.').unwrap_or((text, ""));
        Target { prefix, operation }
    }
}
