//! Decides whether a caller is allowed an action on a repository or a registry.

use crate::domain::error::RepositoryError;
use crate::domain::registry_policy::StoredRegistryPolicy;
use crate::domain::repositories::Repositories;
use crate::iam::access_request::AccessRequest;
use crate::iam::authorization::{
    self, ANY_RESOURCE, AccessDenied, CrossAccount, DenyingStatement, ResourcePolicy,
};
use crate::iam::policy::registry_policy::RegistryScope;
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::iam::principal::Denial;
use crate::types::{RegistryId, RepositoryId};

impl Repositories {
    /// Checks that the caller of a request is allowed the action on a repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller is not allowed the action, or if the policy of the repository or of its registry cannot be read.
    pub(crate) async fn authorize(
        &self,
        request: &AccessRequest<'_>,
        id: &RepositoryId,
        cross_account: CrossAccount,
    ) -> Result<(), AccessError> {
        let (by_resource, denied_by) = match is_final(request) {
            true => (Verdict::NoMatch, None),
            false => self.verdict(request, id).await?,
        };
        authorization::authorize(request, id, by_resource, cross_account)
            .map_err(|denied| AccessError::denied(denied, denied_by))
    }

    /// Checks that the caller of a request is allowed the action on all repositories of a registry.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller is not allowed the action, or if the policy of the registry cannot be read.
    pub(crate) async fn authorize_all(
        &self,
        request: &AccessRequest<'_>,
        registry: &RegistryId,
        cross_account: CrossAccount,
    ) -> Result<(), AccessError> {
        let resource = authorization::all_repositories(registry);
        let (by_resource, denied_by) = self.registry_decision(request, registry, &resource).await?;
        authorization::authorize_all(request, registry, by_resource, cross_account)
            .map_err(|denied| AccessError::denied(denied, denied_by))
    }

    /// Checks that the caller of a request is allowed the action on the registry of its account.
    ///
    /// `[ASSUME]`: a statement of the policy of the registry applies to such an action if its resource is `*`.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller is not allowed the action, or if the policy of the registry cannot be read.
    pub(crate) async fn authorize_registry(
        &self,
        request: &AccessRequest<'_>,
        registry: &RegistryId,
    ) -> Result<(), AccessError> {
        let (by_resource, denied_by) = self
            .registry_decision(request, registry, ANY_RESOURCE)
            .await?;
        authorization::authorize_registry(request, by_resource)
            .map_err(|denied| AccessError::denied(denied, denied_by))
    }

    /// Returns the verdict of the policy of a registry on a request for one of its resources.
    pub(crate) async fn registry_verdict(
        &self,
        request: &AccessRequest<'_>,
        registry: &RegistryId,
        resource: &str,
    ) -> Result<Verdict, RepositoryError> {
        let decided = self.registry_decision(request, registry, resource);
        Ok(decided.await?.0)
    }

    /// Returns the verdict of the policy of a registry, and the statement that denies the request.
    async fn registry_decision(
        &self,
        request: &AccessRequest<'_>,
        registry: &RegistryId,
        resource: &str,
    ) -> Result<Decision, RepositoryError> {
        // A token is issued without the store.
        if is_final(request) || !RegistryScope::V2.has(request.action) {
            return Ok((Verdict::NoMatch, None));
        }
        let registry = registry.clone();
        let stored = self
            .store
            .read(move |view| StoredRegistryPolicy::read(view, &registry));
        of_registry(&stored.await?, request, resource)
    }

    /// Returns the verdict of the policies of a repository and its registry, which are read at one time, and the statement that denies the
    /// request.
    async fn verdict(
        &self,
        request: &AccessRequest<'_>,
        id: &RepositoryId,
    ) -> Result<Decision, RepositoryError> {
        let at = self.lookup(id);
        let stored = self.store.read(move |view| {
            let of_repository = match at.policy(view) {
                Ok(text) => Some(text),
                Err(
                    RepositoryError::PolicyNotFound(_) | RepositoryError::RepositoryNotFound(_),
                ) => None,
                Err(error) => return Err(error),
            };
            let of_registry = StoredRegistryPolicy::read(view, &at.id.registry)?;
            Ok((of_repository, of_registry))
        });
        let (of_repository, registry) = stored.await?;
        let of_repository = match of_repository {
            Some(text) => decision_of_repository(&text, request)?,
            None => (Verdict::NoMatch, None),
        };
        let of_registry = of_registry(&registry, request, &id.to_string())?;
        Ok(match of_registry.0 > of_repository.0 {
            true => of_registry,
            false => of_repository,
        })
    }
}

/// A verdict, and the statement that denies the request if the verdict is [`Verdict::Denied`].
type Decision = (Verdict, Option<DenyingStatement>);

fn decision_of_repository(
    text: &str,
    request: &AccessRequest<'_>,
) -> Result<Decision, RepositoryError> {
    let policy = RepositoryPolicy::parse(text)?;
    let verdict = policy.verdict(request);
    let denied_by = (verdict == Verdict::Denied).then(|| DenyingStatement {
        policy: ResourcePolicy::Repository,
        sid: policy.denying_statement(request),
    });
    Ok((verdict, denied_by))
}

fn of_registry(
    policy: &StoredRegistryPolicy,
    request: &AccessRequest<'_>,
    resource: &str,
) -> Result<Decision, RepositoryError> {
    let verdict = policy.verdict(request, resource)?;
    let denied_by = match verdict {
        Verdict::Denied => policy.denying_statement(request, resource),
        _ => None,
    };
    Ok((verdict, denied_by))
}

/// Returns whether the policy of the caller decides alone: nothing can override its explicit deny, so no other policy is read.
fn is_final(request: &AccessRequest<'_>) -> bool {
    request.caller.principal().evaluate(request.action) == Err(Denial::Explicit)
}

/// The reason why a caller is not allowed an action, or why the decision failed.
#[derive(Debug)]
pub(crate) enum AccessError {
    Denied(AccessDenied),
    Repository(RepositoryError),
}

impl AccessError {
    fn denied(denied: AccessDenied, by: Option<DenyingStatement>) -> Self {
        AccessError::Denied(denied.denied_by(by))
    }
}

impl From<RepositoryError> for AccessError {
    fn from(error: RepositoryError) -> Self {
        AccessError::Repository(error)
    }
}
