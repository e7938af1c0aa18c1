//! The stored data of a repository.

use serde::{Deserialize, Serialize};

use crate::domain::mutability::TagMutability;
use crate::types::RepositoryId;
use crate::types::timestamp::Timestamp;

/// A repository and its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    pub(crate) id: RepositoryId,
    pub(crate) settings: Settings,
}

/// The settings of a repository, as they were created and changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    created_at_millis: i64,
    #[serde(default)]
    pub(crate) mutability: TagMutability,
    /// `AES256`, `KMS` or `KMS_DSSE`. The mock does not encrypt anything.
    pub(crate) encryption_type: String,
    #[serde(default)]
    pub(crate) kms_key: Option<String>,
    #[serde(default)]
    pub(crate) scan_on_push: bool,
}

impl Settings {
    /// Returns the default settings of a repository. Source: the response of CreateRepository in hashicorp/terraform-provider-aws#35268.
    pub(crate) fn created_at(now: Timestamp) -> Self {
        Settings {
            created_at_millis: now.as_millis(),
            mutability: TagMutability::default(),
            encryption_type: "AES256".to_owned(),
            kms_key: None,
            scan_on_push: false,
        }
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_millis(self.created_at_millis)
    }
}
