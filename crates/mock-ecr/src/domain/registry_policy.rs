//! The policy of a registry.

use crate::aws::account_setting::AccountSetting;
use crate::domain::error::RepositoryError;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::Repositories;
use crate::iam::access_request::AccessRequest;
use crate::iam::authorization::{DenyingStatement, ResourcePolicy};
use crate::iam::policy::registry_policy::{RegistryPolicy, RegistryScope};
use crate::iam::policy::repository_policy::Verdict;
use crate::store::{Key, Snapshot, StoreError};
use crate::types::RegistryId;

impl Repositories {
    /// Sets the policy of a registry. Logs a warning if a condition of the policy cannot be evaluated. Returns the normalised text.
    ///
    /// # Errors
    ///
    /// Returns an error if the scope of the registry does not contain an action of the policy.
    pub(crate) async fn put_registry_policy(
        &self,
        registry: &RegistryId,
        policy: &RegistryPolicy,
    ) -> Result<String, RepositoryError> {
        let (registry, checked) = (registry.clone(), policy.clone());
        let (key, text) = (
            Key::registry_policy(&registry),
            policy.normalised(registry.partition()),
        );
        let put = self.store.transact(move |records| {
            let scope = scope(records.view(), &registry)?;
            let checked = checked.check_scope(scope);
            checked.map_err(RegistrySettingError::InvalidPolicy)?;
            records.put(&key, text.clone());
            Ok::<_, RepositoryError>(text.clone())
        });
        let text = put.await?;
        warn_unsupported(policy);
        Ok(text)
    }

    /// Returns the normalised text of the policy.
    pub(crate) async fn registry_policy(
        &self,
        registry: &RegistryId,
    ) -> Result<String, RepositoryError> {
        let registry = registry.clone();
        self.store
            .read(move |view| required_text(view, &registry))
            .await
    }

    /// Removes the policy, and returns its normalised text.
    pub(crate) async fn delete_registry_policy(
        &self,
        registry: &RegistryId,
    ) -> Result<String, RepositoryError> {
        let registry = registry.clone();
        self.store
            .transact(move |records| {
                let text = required_text(records.view(), &registry)?;
                records.remove(&Key::registry_policy(&registry));
                Ok(text)
            })
            .await
    }
}

/// Logs the conditions of a policy that cannot be evaluated.
pub(super) fn warn_unsupported(policy: &RegistryPolicy) {
    for unsupported in policy.as_policy().unsupported() {
        let unsupported = unsupported.to_string();
        tracing::warn!(
            ?unsupported,
            "a condition of the policy of a registry is not supported and counts as not met: its statement has no effect"
        );
    }
}

/// The policy of a registry and its scope, as they are stored.
pub(super) struct StoredRegistryPolicy {
    /// `None` if the registry has no policy.
    text: Option<String>,
    scope: RegistryScope,
}

impl StoredRegistryPolicy {
    pub(super) fn read(
        view: &dyn Snapshot,
        registry: &RegistryId,
    ) -> Result<Self, RepositoryError> {
        let text = text(view, registry)?;
        let scope = match text {
            Some(_) => scope(view, registry)?,
            None => RegistryScope::V2,
        };
        Ok(StoredRegistryPolicy { text, scope })
    }

    /// Returns the verdict on a request for a resource.
    pub(super) fn verdict(
        &self,
        request: &AccessRequest<'_>,
        resource: &str,
    ) -> Result<Verdict, RepositoryError> {
        let Some(text) = &self.text else {
            return Ok(Verdict::NoMatch);
        };
        Ok(RegistryPolicy::parse(text)?.verdict(request, resource, self.scope))
    }

    /// Returns the statement that denies a request for a resource. The policy must deny it.
    pub(super) fn denying_statement(
        &self,
        request: &AccessRequest<'_>,
        resource: &str,
    ) -> Option<DenyingStatement> {
        let policy = RegistryPolicy::parse(self.text.as_ref()?).ok()?;
        Some(DenyingStatement {
            policy: ResourcePolicy::Registry,
            sid: policy.denying_statement(request, resource),
        })
    }
}

fn scope(view: &dyn Snapshot, registry: &RegistryId) -> Result<RegistryScope, StoreError> {
    let name = AccountSetting::RegistryPolicyScope.name();
    let value: Option<String> = view.read(&Key::account_setting(registry, name))?;
    Ok(RegistryScope::of_setting(value.as_deref()))
}

fn required_text(view: &dyn Snapshot, registry: &RegistryId) -> Result<String, RepositoryError> {
    let found = text(view, registry)?;
    found.ok_or_else(|| RegistrySettingError::PolicyNotFound(registry.account()).into())
}

fn text(view: &dyn Snapshot, registry: &RegistryId) -> Result<Option<String>, StoreError> {
    let text = view.get(&Key::registry_policy(registry))?;
    Ok(text.map(|text| String::from_utf8_lossy(&text).into_owned()))
}
