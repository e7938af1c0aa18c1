//! Who may do what to a repository: the policy of the caller, and the repository's own.

use std::fmt;

use crate::config::CrossAccount;
use crate::domain::RepositoryError;
use crate::iam::action::Action;
use crate::iam::policy::{RepositoryPolicy, Verdict};
use crate::iam::principal::{Caller, Denial};
use crate::state::Ecr;
use crate::types::{AccountId, PrincipalArn, RepositoryId};

/// Decides whether a caller may do something to a repository.
///
/// Within an account either policy can allow it; across accounts both must, or the world must say that they need not. What either
/// denies is denied. Source: IAM's policy evaluation logic.
pub(crate) async fn authorize(
    ecr: &Ecr,
    caller: &Caller,
    repository: &RepositoryId,
    action: Action,
) -> Result<(), AccessError> {
    let denied = |reason| {
        let resource = repository.to_string();
        Err(AccessError::Denied(AccessDenied::new(
            caller, action, resource, reason,
        )))
    };
    let by_identity = caller.principal().may(action);
    if by_identity == Err(Denial::Explicit) {
        return denied(Reason::Explicit);
    }
    let is_own = caller.account() == repository.account;
    let by_resource = verdict(ecr, caller, repository, action).await?;
    let is_open = ecr.world.cross_account == CrossAccount::Open;
    match (by_resource, by_identity) {
        (Verdict::Denied, _) => denied(Reason::ExplicitInResource),
        (Verdict::Allowed, _) if is_own => Ok(()),
        (_, Err(_)) => denied(Reason::NotInIdentity),
        (Verdict::Silent, Ok(())) if !is_own && !is_open => denied(Reason::NotInResource),
        (_, Ok(())) => Ok(()),
    }
}

/// Decides whether a caller may do something to all repositories of a registry at once.
///
/// No policy of a repository speaks of that, so those of another account stay closed unless the world opens them. Sources:
/// aws-amplify/amplify-cli#10828 (2022) for the resource, artsy/hokusai#27 (2017) for another account.
pub(crate) fn authorize_all(
    ecr: &Ecr,
    caller: &Caller,
    registry: AccountId,
    action: Action,
) -> Result<(), AccessDenied> {
    let region = caller.region();
    let partition = region.partition().name;
    let resource = format!("arn:{partition}:ecr:{region}:{registry}:repository/*");
    let is_open = ecr.world.cross_account == CrossAccount::Open;
    let reason = match caller.principal().may(action) {
        Err(denial) => denial.into(),
        Ok(()) if caller.account() != registry && !is_open => Reason::NotInResource,
        Ok(()) => return Ok(()),
    };
    Err(AccessDenied::new(caller, action, resource, reason))
}

/// Decides whether a caller may do something that is about no repository.
pub(crate) fn authorize_registry(caller: &Caller, action: Action) -> Result<(), AccessDenied> {
    caller.principal().may(action).map_err(|denial| {
        let resource = "*".to_owned();
        AccessDenied::new(caller, action, resource, denial.into())
    })
}

async fn verdict(
    ecr: &Ecr,
    caller: &Caller,
    repository: &RepositoryId,
    action: Action,
) -> Result<Verdict, RepositoryError> {
    let text = match ecr.repositories.policy(repository).await {
        Ok(text) => text,
        Err(RepositoryError::PolicyNotFound(_) | RepositoryError::RepositoryNotFound(_)) => {
            return Ok(Verdict::Silent);
        }
        Err(error) => return Err(error),
    };
    let policy = RepositoryPolicy::parse(&text).map_err(RepositoryError::InvalidPolicy)?;
    Ok(policy.verdict(caller.arn(), &action.to_string()))
}

/// Why a caller may not, or why nobody knows.
#[derive(Debug)]
pub(crate) enum AccessError {
    Denied(AccessDenied),
    Repository(RepositoryError),
}

impl From<RepositoryError> for AccessError {
    fn from(error: RepositoryError) -> Self {
        AccessError::Repository(error)
    }
}

/// That a caller may not do something, in ECR's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessDenied {
    arn: PrincipalArn,
    action: Action,
    resource: String,
    reason: Reason,
}

impl AccessDenied {
    fn new(caller: &Caller, action: Action, resource: String, reason: Reason) -> Self {
        AccessDenied {
            arn: caller.arn().clone(),
            action,
            resource,
            reason,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    NotInIdentity,
    NotInResource,
    Explicit,
    ExplicitInResource,
}

impl From<Denial> for Reason {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Implicit => Reason::NotInIdentity,
            Denial::Explicit => Reason::Explicit,
        }
    }
}

/// Sources: ministryofjustice/cloud-platform#7245 (2025) for identity-based policies, aws-actions/amazon-ecr-login#232 for
/// resource-based ones, aws/aws-cli#5592 (2020) for an explicit deny. That one in a resource-based policy is told alike is `[ASSUME]`.
impl fmt::Display for AccessDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccessDenied {
            arn,
            action,
            resource,
            reason,
        } = self;
        write!(
            f,
            "User: {arn} is not authorized to perform: {action} on resource: {resource} "
        )?;
        match reason {
            Reason::NotInIdentity => {
                write!(
                    f,
                    "because no identity-based policy allows the {action} action"
                )
            }
            Reason::NotInResource => {
                write!(
                    f,
                    "because no resource-based policy allows the {action} action"
                )
            }
            Reason::Explicit => f.write_str("with an explicit deny"),
            Reason::ExplicitInResource => {
                f.write_str("with an explicit deny in a resource-based policy")
            }
        }
    }
}
