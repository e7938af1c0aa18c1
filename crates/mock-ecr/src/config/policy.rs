//! A builder of the policies of repositories.

use std::fmt;

use crate::aws::action_name::ActionName;
use crate::iam::action::ActionPattern;
use crate::iam::policy::document::{Document, Effect};
use crate::iam::policy::named_principal::NamedPrincipal;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::types::argument::{ArgumentError, FirstInvalid};

/// The policy of a repository: the actions that principals are allowed or denied. A statement that denies has precedence.
///
/// [`Repository::set_policy`](crate::repository::Repository::set_policy) and
/// [`MockEcrBuilder::policy`](crate::MockEcrBuilder::policy) set the policy. They also report invalid arguments of
/// [`allow`](Policy::allow), [`deny`](Policy::deny) and [`from_json`](Policy::from_json). A principal is an account ID,
/// the ARN of a user, of a role or of a session, or `*` for everyone. A role stands for all its sessions. An account ID or
/// the ARN of the root user stands for the account: a statement that denies applies to all principals of the account, and
/// a statement that allows applies to those whose own policy allows the action. An action is a pattern such as
/// `ecr:BatchGetImage` or `ecr:Get*`.
///
/// ```
/// # use mock_ecr::MockEcr;
/// use mock_ecr::repository::Policy;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let builder = MockEcr::builder().account("123456789012").account("210987654321");
/// let ecr = builder.repository("team/app").start().await?;
/// let policy = Policy::new()
///     .allow("210987654321", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
///     .deny("arn:aws:iam::123456789012:user/developer", ["ecr:PutImage"]);
/// ecr.repository("team/app").set_policy(policy).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "a policy has an effect only after `Repository::set_policy` or `MockEcrBuilder::policy`"]
pub struct Policy {
    document: Document,
    invalid: FirstInvalid,
}

impl Policy {
    /// Creates a policy without statements. A repository cannot have a policy without statements.
    pub fn new() -> Self {
        Policy::default()
    }

    /// Creates a policy from its JSON text, by the grammar of IAM.
    ///
    /// ```
    /// # use mock_ecr::repository::Policy;
    /// let policy = Policy::from_json(
    ///     r#"{"Statement": [{
    ///         "Effect": "Allow",
    ///         "Principal": "*",
    ///         "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    ///         "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    ///     }]}"#,
    /// );
    /// # let _ = policy;
    /// ```
    pub fn from_json(text: &str) -> Self {
        let mut invalid = FirstInvalid::default();
        let policy: Option<RepositoryPolicy> = invalid.parse("from_json", text);
        Policy {
            document: policy.map(Document::from).unwrap_or_default(),
            invalid,
        }
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
        let named: Option<NamedPrincipal> = self.invalid.parse(method, principal);
        let actions = actions.into_iter();
        let actions = actions.filter_map(|action| self.invalid.parse(method, action));
        let actions = actions.map(|ActionName(pattern)| ActionPattern::new(pattern));
        let actions = actions.collect();
        if let Some(name) = named {
            self.document.add(effect, name.into(), actions);
        }
        self
    }

    /// Returns the policy, or the error of the first invalid argument.
    /// An error of the whole policy contains `method`, the method that was called with it.
    pub(crate) fn build(self, method: &'static str) -> Result<RepositoryPolicy, ArgumentError> {
        self.invalid.report()?;
        let text = self.document.to_compact_json();
        let policy = RepositoryPolicy::try_from(self.document);
        policy.map_err(|error| ArgumentError::new(method, &text, error))
    }
}

/// Formats the policy in JSON.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy({})", self.document.to_compact_json())
    }
}
