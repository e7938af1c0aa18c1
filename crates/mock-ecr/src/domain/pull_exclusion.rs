//! The principals whose pulls are not recorded.

use serde::{Deserialize, Serialize};

use crate::aws::registry_setting::MAX_EXCLUSIONS;
use crate::domain::error::RepositoryError;
use crate::domain::registry_error::RegistrySettingError;
use crate::domain::repositories::Repositories;
use crate::store::{Folder, Key, Snapshot};
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, RegistryId};

/// The record of an exclusion. Its name is the ARN of a user or a role.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Exclusion {
    created_at_millis: i64,
}

impl Exclusion {
    pub(super) fn new(now: Timestamp) -> Self {
        let created_at_millis = now.as_millis();
        Exclusion { created_at_millis }
    }
}

impl Repositories {
    /// Excludes a user, or the sessions of a role.
    ///
    /// # Errors
    ///
    /// Returns an error if the principal is excluded already, or if the registry has the maximum number of exclusions.
    pub(crate) async fn exclude_puller(
        &self,
        registry: &RegistryId,
        principal: &PrincipalArn,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let folder = Folder::pull_exclusions(registry);
        let key = folder.key(principal.as_str());
        let excluded = self.store.transact(move |records| {
            let view = records.view();
            if view.contains(&key)? {
                return Err(RegistrySettingError::ExclusionAlreadyExists.into());
            }
            if view.keys(&folder, None, MAX_EXCLUSIONS)?.len() == MAX_EXCLUSIONS {
                return Err(RegistrySettingError::TooManyExclusions.into());
            }
            records.write(&key, &Exclusion::new(now));
            Ok(())
        });
        excluded.await
    }

    /// Removes the exclusion of a principal.
    pub(crate) async fn remove_pull_exclusion(
        &self,
        registry: &RegistryId,
        principal: &PrincipalArn,
    ) -> Result<(), RepositoryError> {
        let key = Folder::pull_exclusions(registry).key(principal.as_str());
        let removed = self.store.transact(move |records| {
            if !records.view().contains(&key)? {
                return Err(RegistrySettingError::ExclusionNotFound.into());
            }
            records.remove(&key);
            Ok(())
        });
        removed.await
    }

    /// Returns at most `limit` excluded principals that follow `after`, in the byte order of their ARNs.
    pub(crate) async fn pull_exclusions(
        &self,
        registry: &RegistryId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, RepositoryError> {
        let (folder, after) = (Folder::pull_exclusions(registry), after.map(str::to_owned));
        self.store
            .read(move |view| {
                let keys = view.keys(&folder, after.as_deref(), limit)?;
                let names = keys.iter().map(|key| key.name().to_owned());
                Ok(names.collect())
            })
            .await
    }
}

/// Returns whether the pulls of a caller are not recorded.
///
/// Source: the user guide of Amazon ECR, which excludes roles. `[ASSUME]`: the session of a role is excluded with its role, as in a policy.
pub(super) fn is_excluded(
    view: &dyn Snapshot,
    registry: &RegistryId,
    caller: &PrincipalArn,
) -> Result<bool, RepositoryError> {
    let keys = view.keys(&Folder::pull_exclusions(registry), None, usize::MAX)?;
    let excludes = |key: &Key| {
        let excluded: Option<PrincipalArn> = key.name().parse().ok();
        excluded.is_some_and(|excluded| excluded == *caller || caller.is_session_of(&excluded))
    };
    Ok(keys.iter().any(excludes))
}
