//! The policy of a registry.

use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::policy::attachment::Attachment;
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::iam::policy::statement::Statement;
use crate::types::Partition;

/// The policy of a registry, which applies to the resources that its statements name.
#[derive(Clone, Debug)]
pub(crate) struct RegistryPolicy(RepositoryPolicy);

/// The actions to which the policy of a registry applies: the account setting `REGISTRY_POLICY_SCOPE`.
///
/// Source: "Private registry permissions in Amazon ECR" in the user guide of Amazon ECR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegistryScope {
    /// Replication, imports from upstream registries, and the creation of repositories.
    V1,
    /// All actions of ECR.
    V2,
}

impl RegistryScope {
    const V1_ACTIONS: [Action; 3] = [
        Action::ecr("BatchImportUpstreamImage"),
        Action::ecr("CreateRepository"),
        Action::ecr("ReplicateImage"),
    ];

    /// Returns the scope with the value of the account setting.
    pub(crate) fn of_setting(value: Option<&str>) -> Self {
        match value {
            Some("V1") => RegistryScope::V1,
            _ => RegistryScope::V2,
        }
    }

    /// Returns whether a policy with this scope can apply to an action.
    pub(crate) fn has(self, action: Action) -> bool {
        // A token is not a resource of one registry. [ASSUME]
        self == RegistryScope::V2 && action != Action::ecr("GetAuthorizationToken")
            || Self::V1_ACTIONS.contains(&action)
    }
}

impl RegistryPolicy {
    /// Parses a policy of any scope.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a policy, or if a statement has no resource or an action of another service.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        RepositoryPolicy::parse_attached(text, Attachment::Registry).map(RegistryPolicy)
    }

    /// Checks that each action can be one of a scope.
    ///
    /// Source: hashicorp/terraform-provider-aws#40933 (2025). The user guide permits patterns such as `ecr:*`.
    pub(crate) fn check_scope(&self, scope: RegistryScope) -> Result<(), InvalidPolicy> {
        let statements = self.0.statements().iter().enumerate();
        let mut patterns = statements.flat_map(|(index, one)| {
            one.action_patterns()
                .iter()
                .map(move |pattern| (index, pattern))
        });
        let outside = patterns.find(|(_, pattern)| {
            let is_match = |action: &Action| pattern.matches(&action.to_string());
            scope == RegistryScope::V1 && !RegistryScope::V1_ACTIONS.iter().any(is_match)
        });
        let Some((index, pattern)) = outside else {
            return Ok(());
        };
        let text = format!(
            "invalid action {:?}: the scope V1 (account setting REGISTRY_POLICY_SCOPE) has only ecr:ReplicateImage, ecr:BatchImportUpstreamImage and ecr:CreateRepository",
            pattern.as_str()
        );
        Err(InvalidPolicy(text).in_statement(index))
    }

    /// Returns the verdict on a request for a resource, which is an ARN, or `*` for an action without a resource.
    pub(crate) fn verdict(
        &self,
        request: &AccessRequest<'_>,
        resource: &str,
        scope: RegistryScope,
    ) -> Verdict {
        match scope.has(request.action) {
            true => self.0.verdict_of(request, |one| one.has_resource(resource)),
            false => Verdict::NoMatch,
        }
    }

    /// Returns the ID of the first statement that denies a request for a resource. The ID is `None` if the statement has none.
    pub(crate) fn denying_statement(
        &self,
        request: &AccessRequest<'_>,
        resource: &str,
    ) -> Option<String> {
        let of_resource = |one: &Statement| one.has_resource(resource);
        self.0.denying_statement_of(request, of_resource)
    }

    /// Returns the text that ECR returns. `[ANALOG]`: it is normalised like the policy of a repository.
    pub(crate) fn normalised(&self, partition: Partition) -> String {
        self.0.normalised(partition)
    }

    /// Returns the policy as one that has principals and conditions.
    pub(crate) fn as_policy(&self) -> &RepositoryPolicy {
        &self.0
    }
}
