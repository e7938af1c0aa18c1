//! A statement of the policy of a repository.

use crate::iam::access_request::AccessRequest;
use crate::iam::action::ActionPattern;
use crate::iam::policy::condition::Condition;
use crate::iam::policy::document::{Effect, StatementElements, Version};
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::named_principal::{Named, NamedPrincipal};
use crate::iam::policy::one_or_many::OneOrMany;
use crate::iam::policy::principal_element::PrincipalElement;

/// A statement: its effect, and the principals, actions and conditions to which it applies.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    principals: Scope<PrincipalElement>,
    actions: Scope<Vec<ActionPattern>>,
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
    ) -> Result<Self, InvalidPolicy> {
        let StatementElements {
            resource,
            not_resource,
            ..
        } = elements;
        if resource.is_some() || not_resource.is_some() {
            let text = "Resource and NotResource are not elements of a repository policy";
            return Err(InvalidPolicy(text.to_owned()));
        }
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

/// Checks the patterns of actions. Source of the form: "Grammar of the IAM JSON policy language".
fn actions(list: &OneOrMany<ActionPattern>) -> Result<Vec<ActionPattern>, InvalidPolicy> {
    let list: Vec<ActionPattern> = list.iter().cloned().collect();
    match list
        .iter()
        .find(|pattern| !is_of_repositories(pattern.as_str()))
    {
        None => Ok(list),
        Some(pattern) => Err(InvalidPolicy(format!(
            "invalid action {:?}: expected * or an action on repositories, such as ecr:BatchGetImage",
            pattern.as_str()
        ))),
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
