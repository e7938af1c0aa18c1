//! The settings of an account in a Region.

use crate::aws::account_setting::AccountSetting;
use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::store::Key;
use crate::types::RegistryId;

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
