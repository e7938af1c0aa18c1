//! A builder of the policies of repositories.

use std::fmt;
use std::str::FromStr;

use crate::aws::action_name::ActionName;
use crate::iam::policy::{Effect, PolicyDocument};
use crate::types::argument::{ArgumentError, FirstInvalid};
use crate::types::{AccountId, NameError, PrincipalArn};

/// The policy of a repository: the actions that principals are allowed or denied. A statement that denies has precedence.
///
/// [`Repository::set_policy`](crate::repository::Repository::set_policy) sets the policy. It also reports invalid
/// arguments of [`allow`](Policy::allow) and [`deny`](Policy::deny). A principal is an account ID, the ARN of a
/// principal, or `*` for everyone. An account ID or the ARN of the root user stands for all principals of the account.
/// An action is a pattern such as `ecr:BatchGetImage` or `ecr:Get*`.
///
/// ```
/// # use mock_ecr::MockEcr;
/// use mock_ecr::repository::Policy;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let ecr = MockEcr::builder().repository("team/app").start().await?;
/// let policy = Policy::new()
///     .allow("210987654321", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
///     .deny("arn:aws:iam::123456789012:user/developer", ["ecr:PutImage"]);
/// ecr.repository("team/app").set_policy(policy).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "a policy has an effect only after `Repository::set_policy`"]
pub struct Policy {
    document: PolicyDocument,
    invalid: FirstInvalid,
}

impl Policy {
    /// Creates a policy without statements.
    pub fn new() -> Self {
        Policy::default()
    }

    /// Adds a statement that allows a principal the actions.
    pub fn allow<'a>(self, principal: &str, actions: impl IntoIterator<Item = &'a str>) -> Self {
        self.statement(Effect::Allow, ("allow", principal), actions)
    }

    /// Adds a statement that denies a principal the actions.
    pub fn deny<'a>(self, principal: &str, actions: impl IntoIterator<Item = &'a str>) -> Self {
        self.statement(Effect::Deny, ("deny", principal), actions)
    }

    fn statement<'a>(
        mut self,
        effect: Effect,
        (method, principal): (&'static str, &str),
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let named: Option<PolicyPrincipal> = self.invalid.parse(method, principal);
        let actions = actions.into_iter();
        let actions = actions.filter_map(|action| self.invalid.parse(method, action));
        let actions = actions.map(|ActionName(pattern)| pattern).collect();
        if let Some(PolicyPrincipal(name)) = named {
            self.document.add(effect, name, actions);
        }
        self
    }

    /// Returns the policy in JSON, or the error of the first invalid argument.
    pub(super) fn into_json(self) -> Result<String, ArgumentError> {
        self.invalid.report()?;
        Ok(self.document.to_json())
    }
}

/// Formats the policy in JSON.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy({})", self.document.to_json())
    }
}

/// A principal in a policy: an account ID, an ARN, or `*`.
struct PolicyPrincipal(String);

impl FromStr for PolicyPrincipal {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_account = text.parse::<AccountId>().is_ok();
        if text == "*" || is_account || text.parse::<PrincipalArn>().is_ok() {
            return Ok(PolicyPrincipal(text.to_owned()));
        }
        let expected =
            "*, an account ID, or an ARN such as arn:aws:iam::123456789012:user/developer";
        Err(NameError::new("principal", text, expected))
    }
}
