//! What is said of a request that will not do: what is wrong, where, and what would do instead.

use http::StatusCode;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct ControlError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) text: String,
    pub(super) at: Option<String>,
    pub(super) allow: Option<String>,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        ControlError {
            status,
            code,
            text: text.into(),
            at: None,
            allow: None,
        }
    }

    /// A parameter of the query that will not do.
    pub(super) fn query(name: &str, text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_QUERY", text).at(name)
    }

    /// A body that will not do.
    pub(super) fn body(text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_BODY", text)
    }

    /// Names where it is, if it is anywhere: `.` and `?` are how a path is written that leads nowhere.
    pub(super) fn at(self, name: &str) -> Self {
        let is_place = !["", ".", "?"].contains(&name);
        let at = is_place.then(|| name.chars().take(100).collect());
        ControlError { at, ..self }
    }

    /// Names the methods that would do.
    pub(super) fn allow(self, methods: String) -> Self {
        let allow = Some(methods);
        ControlError { allow, ..self }
    }

    /// The mock is about to end, and nothing more will come.
    pub(super) fn stopping() -> Self {
        let text = "the mock was told to stop";
        ControlError::new(StatusCode::SERVICE_UNAVAILABLE, "STOPPING", text)
    }
}
