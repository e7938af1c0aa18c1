//! The stored data of a repository, and how it is found.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::kms_key;
use crate::domain::mutability::TagMutability;
use crate::store::{Generation, Key, Snapshot};
use crate::types::timestamp::Timestamp;
use crate::types::{RegistryId, RepositoryId};

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

    /// Sets the encryption. `key` is not used with `AES256`.
    pub(crate) fn encrypt(
        &mut self,
        encryption_type: &str,
        key: Option<&str>,
        registry: &RegistryId,
    ) -> Result<(), RepositoryError> {
        encryption_type.clone_into(&mut self.encryption_type);
        self.kms_key = match registry {
            RegistryId::Private { account, region } if encryption_type != "AES256" => {
                Some(kms_key::arn(key, *account, region)?)
            }
            _ => None,
        };
        Ok(())
    }

    /// Returns whether two repositories have the same encryption type and the same key.
    pub(super) fn is_encrypted_as(&self, other: &Settings) -> bool {
        (&self.encryption_type, &self.kms_key) == (&other.encryption_type, &other.kms_key)
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_millis(self.created_at_millis)
    }
}

/// The record of a repository.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RepositoryRecord {
    generation: String,
    pub(super) settings: Settings,
}

impl RepositoryRecord {
    pub(super) fn new(generation: &Generation, settings: Settings) -> Self {
        RepositoryRecord {
            generation: generation.as_str().to_owned(),
            settings,
        }
    }

    /// The name of the content of the repository.
    pub(super) fn generation(&self) -> Generation {
        Generation::new(self.generation.clone())
    }
}

/// The place of the record of a repository.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    pub(super) id: RepositoryId,
    pub(super) key: Key,
}

impl Lookup {
    /// Returns the record of the repository, if it exists.
    pub(super) fn existing(
        &self,
        view: &dyn Snapshot,
    ) -> Result<Option<RepositoryRecord>, RepositoryError> {
        Ok(view.read(&self.key)?)
    }

    /// Returns the record of the repository.
    pub(super) fn find(&self, view: &dyn Snapshot) -> Result<RepositoryRecord, RepositoryError> {
        let found = self.existing(view)?;
        found.ok_or_else(|| RepositoryError::RepositoryNotFound(self.id.clone()))
    }

    /// Returns the name of the content of the repository.
    pub(super) fn generation(&self, view: &dyn Snapshot) -> Result<Generation, RepositoryError> {
        Ok(self.find(view)?.generation())
    }

    pub(super) fn repository(&self, record: RepositoryRecord) -> Repository {
        Repository {
            id: self.id.clone(),
            settings: record.settings,
        }
    }
}
