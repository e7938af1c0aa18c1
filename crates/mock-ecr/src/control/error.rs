//! The errors of the control API: what is wrong, where, and what was expected.

use http::StatusCode;

use crate::domain::RepositoryError;
use crate::http::buffers::BuffersFull;
use crate::http::permits::LimitReached;
use crate::store::StoreError;
use crate::types::error_chain::chain;

/// The reason why a request is rejected.
#[derive(Debug)]
pub(super) struct ControlError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    /// The whole text. The response contains a shorter text if it is long. The request log redacts secrets in the whole text.
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

    /// Returns the error for an invalid query parameter.
    pub(super) fn query(name: &str, text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_QUERY", text).at(name)
    }

    /// Returns the error for an invalid body.
    pub(super) fn body(text: impl Into<String>) -> Self {
        ControlError::new(StatusCode::BAD_REQUEST, "BAD_BODY", text)
    }

    /// Sets the field or parameter that is invalid. `.` and `?` are empty paths of `serde_path_to_error` and are
    /// ignored.
    pub(super) fn at(self, name: &str) -> Self {
        let is_path = !["", ".", "?"].contains(&name);
        let at = is_path.then(|| name.chars().take(100).collect());
        ControlError { at, ..self }
    }

    /// Sets the allowed methods.
    pub(super) fn allow(self, methods: String) -> Self {
        let allow = Some(methods);
        ControlError { allow, ..self }
    }

    /// Returns the error for a store that failed.
    pub(super) fn store(error: &RepositoryError) -> Self {
        if matches!(error, RepositoryError::Store(StoreError::Stopped)) {
            return ControlError::stopping();
        }
        let text = format!("the store failed: {}", chain(error));
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, "STORE_FAILED", text)
    }

    /// Returns the error for a request for which there is not enough memory.
    pub(super) fn buffers_full(full: BuffersFull) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        ControlError::new(status, "BUFFERS_FULL", full.to_string())
    }

    /// Returns the error for a request that exceeds a limit.
    pub(super) fn limit_reached(limit: LimitReached) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        ControlError::new(status, "LIMIT_REACHED", limit.to_string())
    }

    /// Returns the error of a request whose client has disconnected. No client receives it, but the request log contains it. nginx uses the same
    /// status.
    pub(super) fn client_closed_request() -> Self {
        let status = StatusCode::from_u16(499).expect("499 is a status");
        let text = "the client disconnected before the response was ready";
        ControlError::new(status, "CLIENT_CLOSED_REQUEST", text)
    }

    /// Returns the error for a request that is not finished because the mock stops.
    pub(super) fn stopping() -> Self {
        let text = "the mock is stopping";
        ControlError::new(StatusCode::SERVICE_UNAVAILABLE, "STOPPING", text)
    }
}
