//! Explains denied actions.

use crate::iam::authorization::{AccessDenied, Reason, ResourcePolicy};
use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;

pub(super) fn explain(denied: &AccessDenied) -> Explanation {
    let (policy, explicit) = match denied.reason() {
        Reason::NotInIdentity => ("identity", false),
        Reason::Explicit => ("identity", true),
        Reason::NotInResource => ("repository", false),
        Reason::ExplicitInResource => (resource_policy(denied), true),
    };
    let statement = denied.statement().and_then(|one| one.sid.as_deref());
    let statement: Option<String> = statement.map(|sid| sid.chars().take(100).collect());
    let because = match (denied.reason(), &statement) {
        (Reason::NotInIdentity, _) => "no identity policy allows it".to_owned(),
        (Reason::Explicit, _) => "its identity policy denies it".to_owned(),
        (Reason::NotInResource, _) => "the policy of the repository does not allow it".to_owned(),
        (Reason::ExplicitInResource, Some(sid)) => {
            format!("statement {sid} of the policy of the {policy} denies it")
        }
        (Reason::ExplicitInResource, None) => {
            format!("a statement of the policy of the {policy} denies it")
        }
    };
    let (arn, action, resource) = (denied.arn(), denied.action(), denied.resource());
    let text = format!("{arn} is not allowed {action} on {resource}: {because}.");
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
    match denied.reason() {
        Reason::NotInIdentity => {
            "Add the action to the allowed actions of the principal.".to_owned()
        }
        Reason::Explicit => {
            "Remove the action from the denied actions of the principal.".to_owned()
        }
        Reason::NotInResource => {
            "Allow the principal the action in the policy of the repository.".to_owned()
        }
        Reason::ExplicitInResource => {
            format!(
                "Change the statement of the policy of the {}, or use another principal.",
                resource_policy(denied)
            )
        }
    }
}

fn resource_policy(denied: &AccessDenied) -> &'static str {
    match denied.statement().map(|one| one.policy) {
        Some(ResourcePolicy::Registry) => "registry",
        _ => "repository",
    }
}
