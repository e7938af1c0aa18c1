//! The policy of a repository.

use std::str::FromStr;

use crate::iam::access_request::AccessRequest;
use crate::iam::policy::attachment::Attachment;
use crate::iam::policy::condition::Condition;
use crate::iam::policy::document::{Document, Effect};
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::named_principal::{Named, NamedPrincipal};
use crate::iam::policy::object::Object;
use crate::iam::policy::pretty_print::pretty_print;
use crate::iam::policy::statement::Statement;
use crate::iam::policy::unsupported::Unsupported;
use crate::types::Partition;

/// The policy of a repository, which is valid by the grammar of IAM and the rules of ECR.
#[derive(Clone, Debug)]
pub(crate) struct RepositoryPolicy {
    document: Document,
    statements: Vec<Statement>,
}

/// The result of a policy for a request. Of the results of several policies, the last one in this order applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// No statement applies.
    NoMatch,
    /// Allowed if the policy of the caller allows it too: the statement names the account of the caller.
    Delegated,
    Allowed,
    Denied,
}

impl RepositoryPolicy {
    /// Parses a policy.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a policy, or contains an element or an action that does not apply to repositories.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        RepositoryPolicy::parse_attached(text, Attachment::Repository)
    }

    pub(super) fn parse_attached(
        text: &str,
        attachment: Attachment,
    ) -> Result<Self, InvalidPolicy> {
        let document = serde_json::from_str(text);
        let Object(document): Object<Document> =
            document.map_err(|error| InvalidPolicy(error.to_string()))?;
        RepositoryPolicy::of(document, attachment)
    }

    fn of(document: Document, attachment: Attachment) -> Result<Self, InvalidPolicy> {
        let statements = document.statement.iter().enumerate();
        let statements = statements.map(|(index, Object(one))| {
            let parsed = Statement::parse(one, document.version, attachment);
            parsed.map_err(|error| error.in_statement(index))
        });
        let statements: Vec<_> = statements.collect::<Result<_, _>>()?;
        if statements.is_empty() {
            return Err(InvalidPolicy("expected at least one statement".to_owned()));
        }
        Ok(RepositoryPolicy {
            document,
            statements,
        })
    }

    /// Returns the policy as JSON.
    pub(crate) fn to_json(&self) -> String {
        pretty_print(&self.document)
    }

    /// Returns the text that ECR returns for a repository of a partition. It differs from the text that was sent.
    pub(crate) fn normalised(&self, partition: Partition) -> String {
        pretty_print(&self.document.with_account_arns(partition))
    }

    /// Returns the verdict on a request. A statement that denies has precedence over one that allows.
    pub(crate) fn verdict(&self, request: &AccessRequest<'_>) -> Verdict {
        self.verdict_of(request, |_| true)
    }

    /// Returns the verdict of the statements that apply to a resource.
    pub(super) fn verdict_of(
        &self,
        request: &AccessRequest<'_>,
        applies: impl Fn(&Statement) -> bool,
    ) -> Verdict {
        let best = |effect| {
            let statements = self.statements.iter();
            let statements = statements.filter(|one| one.effect == effect && applies(one));
            statements
                .filter_map(|one| one.names_caller_of(request))
                .max()
        };
        match (best(Effect::Deny), best(Effect::Allow)) {
            (Some(_), _) => Verdict::Denied,
            (None, Some(Named::Directly)) => Verdict::Allowed,
            (None, Some(Named::ByAccount)) => Verdict::Delegated,
            (None, None) => Verdict::NoMatch,
        }
    }

    /// Returns the ID of the first statement that denies a request for a resource. The ID is `None` if the statement has none.
    pub(crate) fn denying_statement(&self, request: &AccessRequest<'_>) -> Option<String> {
        self.denying_statement_of(request, |_| true)
    }

    pub(super) fn denying_statement_of(
        &self,
        request: &AccessRequest<'_>,
        applies: impl Fn(&Statement) -> bool,
    ) -> Option<String> {
        let mut statements = self.statements.iter().zip(self.document.statement.iter());
        let (_, Object(denying)) = statements.find(|(one, _)| {
            let is_deny = one.effect == Effect::Deny && applies(one);
            is_deny && one.names_caller_of(request).is_some()
        })?;
        denying.sid.clone()
    }

    /// Returns the statements, in their order.
    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Returns the principals that the policy names, and the index of their statement.
    pub(crate) fn principals(&self) -> impl Iterator<Item = (usize, &NamedPrincipal)> {
        let statements = self.statements.iter().enumerate();
        statements.flat_map(|(index, one)| one.principals().map(move |name| (index, name)))
    }

    /// Returns the parts of the conditions that the mock does not evaluate.
    pub(crate) fn unsupported(&self) -> Vec<Unsupported> {
        let statements = self.statements.iter().enumerate();
        let parts = statements.flat_map(|(statement, one)| {
            let parts = one.conditions.iter().filter_map(Condition::unsupported);
            parts.map(move |part| Unsupported {
                statement,
                part: part.clone(),
            })
        });
        parts.collect()
    }
}

impl FromStr for RepositoryPolicy {
    type Err = InvalidPolicy;

    fn from_str(text: &str) -> Result<Self, InvalidPolicy> {
        RepositoryPolicy::parse(text)
    }
}

impl From<RepositoryPolicy> for Document {
    fn from(policy: RepositoryPolicy) -> Self {
        policy.document
    }
}

impl TryFrom<Document> for RepositoryPolicy {
    type Error = InvalidPolicy;

    fn try_from(document: Document) -> Result<Self, InvalidPolicy> {
        RepositoryPolicy::of(document, Attachment::Repository)
    }
}
