//! Parses `X-Amz-Target`, which names the operation of a request in AWS JSON.

use http::request::Parts;

use crate::aws::header_names::X_AMZ_TARGET;
use crate::aws::service::AwsService;

/// The value of `X-Amz-Target: PREFIX.OPERATION`. A missing part is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) operation: &'a str,
}

impl<'a> Target<'a> {
    /// Returns whether a request has the header, with any value.
    pub(crate) fn is_in(request: &Parts) -> bool {
        request.headers.contains_key(X_AMZ_TARGET)
    }

    pub(crate) fn of(request: &'a Parts) -> Self {
        let value = request.headers.get(X_AMZ_TARGET);
        let text = value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (prefix, operation) = text.split_once('.').unwrap_or((text, ""));
        Target { prefix, operation }
    }

    /// Returns the operation, or an empty text if the prefix is that of another service.
    pub(crate) fn operation_of(self, service: AwsService) -> &'a str {
        match service.target_prefix() == Some(self.prefix) {
            true => self.operation,
            false => "",
        }
    }
}
