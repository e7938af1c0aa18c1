//! The response that an error of a fault becomes.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::json;

use crate::fault::{ErrorFault, FaultPlane};

impl ErrorFault {
    /// Its code on a plane.
    pub(crate) fn code_on(&self, plane: FaultPlane) -> &'static str {
        match plane {
            FaultPlane::Api => self.code.row().code,
            FaultPlane::Registry => self.code.row().oci,
        }
    }

    /// The answer on a plane, but for what each plane puts beside every answer of its own.
    pub(crate) fn answer(&self, plane: FaultPlane) -> Response<Bytes> {
        let row = self.code.row();
        let message = |usual| self.message.as_deref().unwrap_or(usual);
        let (status, content_type, body) = match plane {
            FaultPlane::Api => (
                row.status,
                "application/x-amz-json-1.1",
                json!({ "__type": row.code, "message": message(row.message) }).to_string(),
            ),
            FaultPlane::Registry => {
                let error = json!({ "code": row.oci, "message": message(row.oci_message) });
                (
                    row.oci_status,
                    "application/json; charset=utf-8",
                    format!("{}\n", json!({ "errors": [error] })),
                )
            }
        };
        let status = StatusCode::from_u16(self.status.unwrap_or(status));
        let mut response = Response::builder()
            .status(status.expect("a fault is checked when it is set, and the table is right"))
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, body.len());
        if let Some(seconds) = self.retry_after {
            response = response.header(header::RETRY_AFTER, seconds);
        }
        let response = response.body(body.into());
        response.expect("the headers are constants and numbers")
    }
}
