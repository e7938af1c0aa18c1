//! Explains denied actions.

use crate::iam::authorization::{AccessDenied, Reason, ResourcePolicy};
use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;

pub(super) fn explain(denied: &AccessDenied) -> Explanation {
    let (policy, explicit) = match denied.reason() {
        Reason::NotInIdentity => ("identity", false),
        Reason::Explicit => ("identity", true),
        Reason::NotInResource => (resource_policy(denied), false),
        Reason::ExplicitInResource => (resource_policy(denied), true),
    };
    let statement = denied.statement().and_then(|one| one.sid.as_deref());
    let statement: Option<String> = statement.map(|sid| sid.chars().take(100).collect());
    let because = match (denied.reason(), &statement) {
        (Reason::NotInIdentity, _) => "no identity policy allows it".to_owned(),
        (Reason::Explicit, _) => "its identity policy denies it".to_owned(),
        (Reason::NotInResource, _) => format!("the policy of the {policy} does not allow it"),
        (Reason::ExplicitInResource, Some(sid)) => {
            format!("statement {sid} of the policy of the {policy} denies it")
        }
        (Reason::ExplicitInResource, None) => {
            format!("a statement of the policy of the {policy} denies it")
        }
    };
    let (arn, action, resource) = (denied.arn(), denied.action(), denied.resource());
    let text = format!("{arn} is not allowed to perform {action} on {resource}: {because}.");
    let explanation = Explanation::new(ExplanationKind::Denied, text).advice(advice(denied));
    explanation.facts(Facts {
        principal: Some(arn.to_string()),
        action: Some(action.to_string()),
        resource: Some(resource.to_owned()),
        policy: Some(policy),
        explicit: Some(explicit),
        statement,
        ..Facts::default()
    })
}

/// Returns how to allow the action.
fn advice(denied: &AccessDenied) -> String {
    let policy = resource_policy(denied);
    match denied.reason() {
        Reason::NotInIdentity => {
            "Add the action to the allowed actions of the principal.".to_owned()
        }
        Reason::Explicit => {
            "Remove the action from the denied actions of the principal.".to_owned()
        }
        Reason::NotInResource => {
            format!(
                "Add a statement to the policy of the {policy} that allows the principal the action."
            )
        }
        Reason::ExplicitInResource => {
            format!("Change the statement of the policy of the {policy}, or use another principal.")
        }
    }
}

/// Returns whose policy decides. The policies of repositories do not apply to an action on all repositories of a registry.
fn resource_policy(denied: &AccessDenied) -> &'static str {
    let of_statement = denied.statement().map(|one| one.policy);
    let is_on_all = denied.resource().ends_with(":repository/*");
    match of_statement {
        Some(ResourcePolicy::Registry) => "registry",
        None if is_on_all => "registry",
        _ => "repository",
    }
}
