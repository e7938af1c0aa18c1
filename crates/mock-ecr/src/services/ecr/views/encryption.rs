//! `encryptionConfiguration` in inputs and outputs.

use serde::{Deserialize, Serialize};

/// The encryption of a repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncryptionConfiguration {
    pub(crate) encryption_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key: Option<String>,
}
