//! IDs of uploads.

use std::str::FromStr;
use std::sync::Arc;

use crate::types::name::{NameError, as_text};

/// The ID of an upload, a UUID. Source of the form: the pattern of `UploadId` in ECR's service model (botocore 1.44.5).
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct UploadId(Arc<str>);

impl UploadId {
    /// Returns the ID as a string.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UploadId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_hex = |part: &str| part.bytes().all(|c| c.is_ascii_hexdigit());
        let lengths = text.split('-').map(str::len);
        if lengths.eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex) {
            Ok(UploadId(text.into()))
        } else {
            let expected = "the UUID in the response that started the upload";
            Err(NameError::new("upload id", text, expected))
        }
    }
}

as_text!(UploadId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_id_is_a_uuid() {
        let right = "a061e3d2-891b-44f9-9472-4e969e1d74aa";
        assert_eq!(right.parse::<UploadId>().unwrap().as_str(), right);
        for wrong in ["", "..", "a061e3d2", "g061e3d2-891b-44f9-9472-4e969e1d74aa"] {
            assert!(wrong.parse::<UploadId>().is_err(), "{wrong}");
        }
    }
}
