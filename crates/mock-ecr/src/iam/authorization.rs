//! Decides whether a caller is allowed an action, based on the policy of the caller and the policy of the resource.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::policy::repository_policy::Verdict;
use crate::iam::principal::{Caller, Denial};
use crate::types::{AccountId, PrincipalArn, RegistryId, RepositoryId};

/// The condition under which a principal can access repositories of other accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CrossAccount {
    /// Both the policy of the principal and the policy of the repository must allow the action, as in AWS.
    #[default]
    Policy,
    /// The policy of the principal must allow the action. The policy of the repository need not allow it, but must not
    /// deny it.
    Open,
}

/// Decides whether a caller is allowed an action on a repository. `by_resource` is the verdict of the policies of the repository and its
/// registry.
///
/// Within an account, one policy that allows the action is sufficient. A policy of the repository that names the account
/// only delegates the decision to the policy of the caller. Across accounts, both policies must allow the action, unless
/// `cross_account` is [`CrossAccount::Open`]. An explicit deny in either policy denies the action. Sources: "Policy
/// evaluation logic", "Cross-account policy evaluation logic" and "Principal" in AWS's IAM user guide.
pub(crate) fn authorize(
    request: &AccessRequest<'_>,
    repository: &RepositoryId,
    by_resource: Verdict,
    cross_account: CrossAccount,
) -> Result<(), AccessDenied> {
    let (resource, owner) = (repository.to_string(), repository.account());
    decide(request, resource, owner, by_resource, cross_account)
}

/// Decides whether a caller is allowed an action on all repositories of a registry. `by_resource` is the verdict of the policy of the registry.
///
/// Policies of repositories do not apply. Therefore, the action is denied on the registry of another account if the policy of the registry does
/// not allow it, unless `cross_account` is [`CrossAccount::Open`]. Sources: aws-amplify/amplify-cli#10828 (2022) for the resource,
/// artsy/hokusai#27 (2017) for another account.
pub(crate) fn authorize_all(
    request: &AccessRequest<'_>,
    registry: &RegistryId,
    by_resource: Verdict,
    cross_account: CrossAccount,
) -> Result<(), AccessDenied> {
    let (resource, owner) = (all_repositories(registry), registry.account());
    decide(request, resource, owner, by_resource, cross_account)
}

/// Returns the resource of an action on all repositories of a registry.
pub(crate) fn all_repositories(registry: &RegistryId) -> String {
    registry.arn("repository/*")
}

/// Decides whether a caller is allowed an action that has no repository as its resource, in the registry of its account.
pub(crate) fn authorize_registry(
    request: &AccessRequest<'_>,
    by_resource: Verdict,
) -> Result<(), AccessDenied> {
    let (resource, owner) = (ANY_RESOURCE.to_owned(), request.caller.account());
    decide(request, resource, owner, by_resource, CrossAccount::Policy)
}

/// The resource of an action that has no repository as its resource.
pub(crate) const ANY_RESOURCE: &str = "*";

fn decide(
    request: &AccessRequest<'_>,
    resource: String,
    owner: AccountId,
    by_resource: Verdict,
    cross_account: CrossAccount,
) -> Result<(), AccessDenied> {
    let AccessRequest { caller, action, .. } = *request;
    let denied = |reason| Err(AccessDenied::new(caller, action, resource, reason));
    let by_identity = caller.principal().evaluate(action);
    if by_identity == Err(Denial::Explicit) {
        return denied(Reason::Explicit);
    }
    let is_own = caller.account() == owner;
    let is_open = cross_account == CrossAccount::Open;
    match (by_resource, by_identity) {
        (Verdict::Denied, _) => denied(Reason::ExplicitInResource),
        (Verdict::Allowed, _) if is_own => Ok(()),
        (_, Err(_)) => denied(Reason::NotInIdentity),
        (Verdict::NoMatch, Ok(())) if !is_own && !is_open => denied(Reason::NotInResource),
        (_, Ok(())) => Ok(()),
    }
}

/// The error returned when a caller is not allowed an action. Its message has the form of ECR's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessDenied {
    arn: PrincipalArn,
    action: Action,
    resource: String,
    reason: Reason,
    /// The policy of a resource with an explicit deny, if it was determined.
    statement: Option<DenyingStatement>,
}

/// The statement of the policy of a resource that denies an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DenyingStatement {
    pub(crate) policy: ResourcePolicy,
    /// The ID of the statement, if it has one.
    pub(crate) sid: Option<String>,
}

/// A policy of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourcePolicy {
    Repository,
    Registry,
}

impl AccessDenied {
    fn new(caller: &Caller, action: Action, resource: String, reason: Reason) -> Self {
        AccessDenied {
            arn: caller.arn().clone(),
            action,
            resource,
            reason,
            statement: None,
        }
    }

    /// Sets the statement that denies the action.
    pub(crate) fn denied_by(self, statement: Option<DenyingStatement>) -> Self {
        let statement = statement.filter(|_| self.reason == Reason::ExplicitInResource);
        AccessDenied { statement, ..self }
    }

    /// Converts the texts that callers chose: the resource, and the ID of the statement.
    pub(crate) fn map_texts(self, convert: impl Fn(&str) -> String) -> Self {
        let resource = convert(&self.resource);
        let statement = self.statement.map(|one| DenyingStatement {
            sid: one.sid.as_deref().map(&convert),
            ..one
        });
        AccessDenied {
            resource,
            statement,
            ..self
        }
    }

    pub(crate) fn arn(&self) -> &PrincipalArn {
        &self.arn
    }

    pub(crate) fn action(&self) -> Action {
        self.action
    }

    pub(crate) fn resource(&self) -> &str {
        &self.resource
    }

    pub(crate) fn reason(&self) -> Reason {
        self.reason
    }

    pub(crate) fn statement(&self) -> Option<&DenyingStatement> {
        self.statement.as_ref()
    }

    /// Returns the approximate memory of the texts, in bytes.
    pub(crate) fn size(&self) -> usize {
        let sid = self.statement.as_ref().and_then(|one| one.sid.as_ref());
        self.arn.as_str().len() + self.resource.len() + sid.map_or(0, String::len)
    }
}

/// Why an action is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The policy of the principal does not allow it.
    NotInIdentity,
    /// No policy of the resource allows it.
    NotInResource,
    /// The policy of the principal denies it.
    Explicit,
    /// A policy of the resource denies it.
    ExplicitInResource,
}

/// Sources: ministryofjustice/cloud-platform#7245 (2025) for identity-based policies, aws-actions/amazon-ecr-login#232 for
/// resource-based ones. `[ANALOG]` Source for an explicit deny: errors of IAM, AWS Step Functions and Amazon S3 in public repositories (2024
/// to 2026). For ECR, only a text of 2020 without the kind of policy is recorded (aws/aws-cli#5592).
impl fmt::Display for AccessDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AccessDenied {
            arn,
            action,
            resource,
            reason,
            ..
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
            Reason::Explicit => f.write_str("with an explicit deny in an identity-based policy"),
            Reason::ExplicitInResource => {
                f.write_str("with an explicit deny in a resource-based policy")
            }
        }
    }
}
