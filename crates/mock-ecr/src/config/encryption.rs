//! The encryption and the resource tags of a repository.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::model::shapes::Model;
use crate::aws::model::validate::check_text;
use crate::aws::registry_setting::{MAX_RESOURCE_TAGS, is_kms_key_in, is_resource_tag};
use crate::aws::service::AwsService;
use crate::config::conflict::{Conflict, Step};
use crate::types::Region;

/// The encryption of a repository, or of the repositories that a template creates. A mock encrypts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Encryption {
    /// The type.
    pub encryption_type: EncryptionType,
    /// The ARN of a key of AWS KMS in the Region. If `None`, the key that AWS manages.
    #[serde(default)]
    pub kms_key: Option<String>,
}

impl Encryption {
    /// Creates an encryption without a key of its own.
    pub fn new(encryption_type: EncryptionType) -> Self {
        Encryption {
            encryption_type,
            kms_key: None,
        }
    }

    /// Sets the ARN of the key.
    #[must_use]
    pub fn kms_key(mut self, arn: impl Into<String>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }
}

/// The type of an encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EncryptionType {
    /// With keys that Amazon S3 manages.
    #[default]
    #[serde(rename = "AES256")]
    Aes256,
    /// With a key of AWS KMS.
    #[serde(rename = "KMS")]
    Kms,
    /// With two layers and a key of AWS KMS.
    #[serde(rename = "KMS_DSSE")]
    KmsDsse,
}

impl EncryptionType {
    /// Returns the name in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            EncryptionType::Aes256 => "AES256",
            EncryptionType::Kms => "KMS",
            EncryptionType::KmsDsse => "KMS_DSSE",
        }
    }
}

/// Checks the encryption of a repository in a Region. `at` is its path.
pub(super) fn check_encryption(
    encryption: &Encryption,
    region: &Region,
    at: Vec<Step>,
) -> Result<(), Conflict> {
    let Some(key) = &encryption.kms_key else {
        return Ok(());
    };
    let at = [at, vec!["kms_key".into()]].concat();
    if encryption.encryption_type == EncryptionType::Aes256 {
        let expected = "no key, or the encryption type KMS or KMS_DSSE";
        return Err(Conflict::new(at, key, expected));
    }
    let expected = "the ARN of a key of AWS KMS in the Region of the registry";
    let shape = "KmsKeyForRepositoryCreationTemplate";
    match check_text(Model::of(AwsService::Ecr), shape, key) {
        Err(error) => Err(Conflict::new(at, key, expected).caused_by(error)),
        Ok(()) if is_kms_key_in(key, region) => Ok(()),
        Ok(()) => Err(Conflict::new(at, key, expected)),
    }
}

/// Checks the resource tags of a repository. `at` is their path.
pub(super) fn check_resource_tags(
    tags: &BTreeMap<String, String>,
    at: Vec<Step>,
) -> Result<(), Conflict> {
    if tags.len() > MAX_RESOURCE_TAGS {
        return Err(Conflict::new(at, &tags.len(), "at most 50 tags"));
    }
    match tags
        .iter()
        .find(|(key, value)| !is_resource_tag(key, value))
    {
        None => Ok(()),
        Some((key, _)) => {
            let expected = "a key of 1 to 128 characters that does not begin with aws:, and a value of at most 256 characters";
            Err(Conflict::new(at, key, expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    #[test]
    fn the_encryption_and_the_tags_of_a_repository_are_checked() {
        let repository = |rest: &str| format!("[[repositories]]\nname = 'app'\n{rest}\n");
        Config::parse(&repository("encryption = { encryption_type = 'KMS' }")).unwrap();
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let encryption = |name: &str| {
            repository(&format!(
                "encryption = {{ encryption_type = '{name}', kms_key = '{key}' }}"
            ))
        };
        let at = "repositories[0].encryption.kms_key";
        rejects(&encryption("KMS"), at, "in the Region of the registry");
        rejects(&encryption("AES256"), at, "expected no key");
        Config::parse(&(encryption("KMS") + "region = 'eu-west-1'\n")).unwrap();
        let tags = repository("resource_tags = { 'aws:x' = 'a' }");
        let text = "a key of 1 to 128 characters";
        rejects(&tags, "repositories[0].resource_tags", text);
    }
}
