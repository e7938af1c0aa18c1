//! A statement of the policy of a repository or a registry.

use crate::iam::access_request::AccessRequest;
use crate::iam::action::ActionPattern;
use crate::iam::policy::attachment::Attachment;
use crate::iam::policy::condition::Condition;
use crate::iam::policy::document::{Effect, StatementElements, Version};
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::named_principal::{Named, NamedPrincipal};
use crate::iam::policy::one_or_many::OneOrMany;
use crate::iam::policy::principal_element::PrincipalElement;
use crate::types::glob::{Case, Glob, QuestionMark};

/// A statement: its effect, and the principals, actions, resources and conditions to which it applies.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    principals: Scope<PrincipalElement>,
    actions: Scope<Vec<ActionPattern>>,
    /// `None` if the policy is attached to its only resource.
    resources: Option<Scope<Vec<Glob>>>,
    pub(super) conditions: Vec<Condition>,
}

/// The values that an element such as `Action` or `NotAction` selects.
#[derive(Clone, Debug)]
enum Scope<T> {
    Only(T),
    AllExcept(T),
}

impl Statement {
    /// Checks the elements of a statement.
    ///
    /// Sources: "IAM JSON policy elements" in AWS's IAM user guide; for `Resource`, awsdocs/amazon-ecr-user-guide#20 (2019); for
    /// `GetAuthorizationToken`, cloudposse/terraform-aws-ecr#67 (2020).
    pub(super) fn parse(
        elements: &StatementElements,
        version: Option<Version>,
        attachment: Attachment,
    ) -> Result<Self, InvalidPolicy> {
        let actions = |list: &OneOrMany<ActionPattern>| actions(list, attachment);
        let action = elements.action.as_ref().map(actions).transpose()?;
        let not_action = elements.not_action.as_ref().map(actions).transpose()?;
        let not_principal = elements.not_principal.clone();
        if not_principal.is_some() && elements.effect == Effect::Allow {
            let text = "NotPrincipal requires the effect Deny";
            return Err(InvalidPolicy(text.to_owned()));
        }
        Ok(Statement {
            effect: elements.effect,
            principals: Scope::parse("Principal", elements.principal.clone(), not_principal)?,
            actions: Scope::parse("Action", action, not_action)?,
            resources: resources(elements, attachment)?,
            conditions: Condition::all(&elements.condition, version),
        })
    }

    /// Returns how the statement names the caller of a request, if it applies to the request.
    pub(super) fn names_caller_of(&self, request: &AccessRequest<'_>) -> Option<Named> {
        let action = request.action.to_string();
        let has_match =
            |patterns: &Vec<ActionPattern>| patterns.iter().any(|pattern| pattern.matches(&action));
        let has_action = match &self.actions {
            Scope::Only(patterns) => has_match(patterns),
            Scope::AllExcept(patterns) => !has_match(patterns),
        };
        let applies = has_action && self.conditions.iter().all(|one| one.is_met(request));
        let caller = request.caller.arn();
        match &self.principals {
            _ if !applies => None,
            Scope::Only(element) => element.names(caller),
            Scope::AllExcept(element) => (!element.excludes(caller)).then_some(Named::Directly),
        }
    }

    /// Returns whether the statement applies to a resource, such as the ARN of a repository.
    pub(super) fn has_resource(&self, resource: &str) -> bool {
        let has_match = |patterns: &Vec<Glob>| patterns.iter().any(|one| one.matches(resource));
        match &self.resources {
            None => true,
            Some(Scope::Only(patterns)) => has_match(patterns),
            Some(Scope::AllExcept(patterns)) => !has_match(patterns),
        }
    }

    /// Returns the patterns of `Action` or `NotAction`.
    pub(super) fn action_patterns(&self) -> &[ActionPattern] {
        let (Scope::Only(patterns) | Scope::AllExcept(patterns)) = &self.actions;
        patterns
    }

    pub(super) fn principals(&self) -> impl Iterator<Item = &NamedPrincipal> {
        let (Scope::Only(element) | Scope::AllExcept(element)) = &self.principals;
        element.iter()
    }
}

impl<T> Scope<T> {
    fn parse(name: &str, only: Option<T>, except: Option<T>) -> Result<Self, InvalidPolicy> {
        match (only, except) {
            (Some(only), None) => Ok(Scope::Only(only)),
            (None, Some(except)) => Ok(Scope::AllExcept(except)),
            _ => Err(InvalidPolicy(format!(
                "expected either {name} or Not{name}"
            ))),
        }
    }
}

/// Checks the resources. A policy of a repository has none, and a statement of a policy of a registry requires one.
///
/// `[ASSUME]`: ECR requires it because IAM does. Source of the form: aws/containers-roadmap#2675 (2025), where ECR accepts a text that begins
/// with `arn:` and is not the ARN of a repository.
fn resources(
    elements: &StatementElements,
    attachment: Attachment,
) -> Result<Option<Scope<Vec<Glob>>>, InvalidPolicy> {
    let (only, except) = (&elements.resource, &elements.not_resource);
    if attachment == Attachment::Repository {
        if only.is_none() && except.is_none() {
            return Ok(None);
        }
        let text = "Resource and NotResource are not elements of a repository policy";
        return Err(InvalidPolicy(text.to_owned()));
    }
    let only = only.as_ref().map(resource_patterns).transpose()?;
    let except = except.as_ref().map(resource_patterns).transpose()?;
    Scope::parse("Resource", only, except).map(Some)
}

fn resource_patterns(list: &OneOrMany<String>) -> Result<Vec<Glob>, InvalidPolicy> {
    let patterns = list.iter().map(|text| match text == "*" || text.starts_with("arn:") {
        true => Ok(Glob::new(text, Case::Sensitive, QuestionMark::Wildcard)),
        false => Err(InvalidPolicy(format!(
            "invalid resource {text:?}: expected * or an ARN such as arn:aws:ecr:us-east-1:123456789012:repository/*"
        ))),
    });
    patterns.collect()
}

/// Checks the patterns of actions. Source of the form: "Grammar of the IAM JSON policy language".
fn actions(
    list: &OneOrMany<ActionPattern>,
    attachment: Attachment,
) -> Result<Vec<ActionPattern>, InvalidPolicy> {
    let list: Vec<ActionPattern> = list.iter().cloned().collect();
    let (is_valid, expected): (fn(&str) -> bool, _) = match attachment {
        Attachment::Repository => (
            is_of_repositories,
            "* or an action on repositories, such as ecr:BatchGetImage",
        ),
        Attachment::Registry => (
            is_of_registries,
            "* or an action such as ecr:ReplicateImage",
        ),
    };
    match list.iter().find(|pattern| !is_valid(pattern.as_str())) {
        None => Ok(list),
        Some(pattern) => Err(InvalidPolicy(format!(
            "invalid action {:?}: expected {expected}",
            pattern.as_str()
        ))),
    }
}

/// `[ASSUME]`: an action of another service is invalid, like the actions outside the scope `V1` (hashicorp/terraform-provider-aws#40933).
fn is_of_registries(pattern: &str) -> bool {
    match pattern.split_once(':') {
        None => pattern == "*",
        Some((vendor, name)) => {
            vendor.eq_ignore_ascii_case("ecr") && !name.is_empty() && !name.contains(':')
        }
    }
}

fn is_of_repositories(pattern: &str) -> bool {
    let is_vendor = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    match pattern.split_once(':') {
        None => pattern == "*",
        Some((vendor, name)) => {
            !vendor.is_empty()
                && vendor.chars().all(is_vendor)
                && !name.is_empty()
                && !name.contains(':')
                && !pattern.eq_ignore_ascii_case("ecr:GetAuthorizationToken")
        }
    }
}
