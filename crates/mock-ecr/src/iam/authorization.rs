//! Decides whether a caller is allowed an action, by its own policy and that of the resource.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::iam::action::Action;
use crate::iam::policy::Verdict;
use crate::iam::principal::{Caller, Denial};
use crate::types::{AccountId, PrincipalArn, RepositoryId};

/// When a principal may reach the repository of another account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CrossAccount {
    /// When the policy of the repository allows it, as in the real service.
    #[default]
    Policy,
    /// Whenever its own policy allows it.
    Open,
}

/// Decides whether a caller is allowed an action on a repository. `by_resource` is the verdict of the policy of the repository.
///
/// Within an account, either policy can allow the action. Across accounts, both must, unless `cross_account` is [`CrossAccount::Open`].
/// What either denies is denied. Source: IAM's policy evaluation logic.
pub(crate) fn authorize(
    caller: &Caller,
    action: Action,
    repository: &RepositoryId,
    by_resource: Verdict,
    cross_account: CrossAccount,
) -> Result<(), AccessDenied> {
    let denied = |reason| {
        let resource = repository.to_string();
        Err(AccessDenied::new(caller, action, resource, reason))
    };
    let by_identity = caller.principal().evaluate(action);
    if by_identity == Err(Denial::Explicit) {
        return denied(Reason::Explicit);
    }
    let is_own = caller.account() == repository.account();
    let is_open = cross_account == CrossAccount::Open;
    match (by_resource, by_identity) {
        (Verdict::Denied, _) => denied(Reason::ExplicitInResource),
        (Verdict::Allowed, _) if is_own => Ok(()),
        (_, Err(_)) => denied(Reason::NotInIdentity),
        (Verdict::NoMatch, Ok(())) if !is_own && !is_open => denied(Reason::NotInResource),
        (_, Ok(())) => Ok(()),
    }
}

/// Decides whether a caller may do something to all repositories of a registry at once.
///
/// No policy of a repository speaks of that, so those of another account stay closed unless the configuration opens them. Sources:
/// aws-amplify/amplify-cli#10828 (2022) for the resource, artsy/hokusai#27 (2017) for another account.
pub(crate) fn authorize_all(
    caller: &Caller,
    action: Action,
    registry: AccountId,
    cross_account: CrossAccount,
) -> Result<(), AccessDenied> {
    let region = caller.region();
    let partition = region.partition().name;
    let resource = format!("arn:{partition}:ecr:{region}:{registry}:repository/*");
    let is_open = cross_account == CrossAccount::Open;
    let reason = match caller.principal().evaluate(action) {
        Err(denial) => denial.into(),
        Ok(()) if caller.account() != registry && !is_open => Reason::NotInResource,
        Ok(()) => return Ok(()),
    };
    Err(AccessDenied::new(caller, action, resource, reason))
}

/// Decides whether a caller may do something that is about no repository.
pub(crate) fn authorize_registry(caller: &Caller, action: Action) -> Result<(), AccessDenied> {
    caller.principal().evaluate(action).map_err(|denial| {
        let resource = "*".to_owned();
        AccessDenied::new(caller, action, resource, denial.into())
    })
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
