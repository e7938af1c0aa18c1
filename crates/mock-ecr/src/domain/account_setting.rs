//! The settings of an account in a Region.

use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::store::Key;
use crate::types::RegistryId;

/// A setting of an account in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSetting {
    BasicScanTypeVersion,
    BlobMounting,
    RegistryPolicyScope,
}

impl AccountSetting {
    const ALL: [AccountSetting; 3] = [
        AccountSetting::BasicScanTypeVersion,
        AccountSetting::BlobMounting,
        AccountSetting::RegistryPolicyScope,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|setting| setting.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            AccountSetting::BasicScanTypeVersion => "BASIC_SCAN_TYPE_VERSION",
            AccountSetting::BlobMounting => "BLOB_MOUNTING",
            AccountSetting::RegistryPolicyScope => "REGISTRY_POLICY_SCOPE",
        }
    }

    /// Returns the valid values. The first one is the default. The defaults are `[ASSUME]`.
    ///
    /// Sources: the descriptions of `PutAccountSetting` in ECR's service model; hashicorp/terraform-provider-aws#46082 for
    /// `BLOB_MOUNTING`, and the provider's documentation for `V1`.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            AccountSetting::BasicScanTypeVersion => &["AWS_NATIVE"],
            AccountSetting::BlobMounting => &["DISABLED", "ENABLED"],
            AccountSetting::RegistryPolicyScope => &["V2", "V1"],
        }
    }

    /// Returns the valid value that equals a text, if there is one.
    pub(crate) fn value(self, text: &str) -> Option<&'static str> {
        self.values().iter().copied().find(|value| *value == text)
    }
}

impl Repositories {
    /// Returns the value of a setting, if it was set.
    pub(crate) async fn account_setting(
        &self,
        registry: &RegistryId,
        setting: AccountSetting,
    ) -> Result<Option<&'static str>, RepositoryError> {
        let key = Key::account_setting(registry, setting.name());
        self.store
            .read(move |view| {
                let value: Option<String> = view.read(&key)?;
                Ok(value.and_then(|value| setting.value(&value)))
            })
            .await
    }

    pub(crate) async fn put_account_setting(
        &self,
        registry: &RegistryId,
        setting: AccountSetting,
        value: &'static str,
    ) -> Result<(), RepositoryError> {
        let key = Key::account_setting(registry, setting.name());
        self.store
            .transact(move |records| {
                records.write(&key, &value);
                Ok(())
            })
            .await
    }
}
