//! Checks the patterns of actions in policies, and suggests actions for a misspelled one.

use std::fmt;
use std::str::FromStr;

use crate::aws::model::shapes::Model;
use crate::aws::service::AwsService;
use crate::iam::action::ActionPattern;
use crate::types::similar::{DidYouMean, misspelled, most_similar};

/// A pattern of actions that matches an action, such as `ecr:Get*`. The actions of services that this crate has no model of
/// are not checked, unless the name of the service is misspelled, as in `erc:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionName(pub(crate) String);

impl FromStr for ActionName {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        match is_of_other_service(text) || matches_action(text) {
            true => Ok(ActionName(text.to_owned())),
            false => Err(UnknownAction {
                pattern: text.chars().take(100).collect(),
                nearest: nearest(text),
            }),
        }
    }
}

/// Returns whether the pattern names a service, and this crate has no model of it.
fn is_of_other_service(pattern: &str) -> bool {
    let Some((prefix, _)) = pattern.split_once(':') else {
        return false;
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_known = |service: AwsService| service.name().eq_ignore_ascii_case(prefix);
    let is_other =
        !AwsService::ALL.into_iter().any(is_known) && misspelled_service(prefix).is_none();
    !prefix.is_empty() && prefix.chars().all(is_name) && is_other
}

/// Returns the service whose name is written with its letters in another order, or with one or two wrong letters if the name is long. Many
/// services have names that differ from a short one in a letter, such as `ecs` and `ec2` from `ecr`.
fn misspelled_service(prefix: &str) -> Option<&'static str> {
    let names = AwsService::ALL.into_iter().map(AwsService::name);
    let is_long = |name: &&str| name.len() > 3;
    let mut short = names.clone().filter(|name| !is_long(name));
    let swapped = short.find(|name| *name != prefix && sorted(name) == sorted(prefix));
    swapped.or_else(|| misspelled(prefix, names.filter(is_long)))
}

/// Returns the letters of a name in alphabetical order.
fn sorted(name: &str) -> Vec<u8> {
    let mut letters = name.to_ascii_lowercase().into_bytes();
    letters.sort_unstable();
    letters
}

fn matches_action(pattern: &str) -> bool {
    let pattern = ActionPattern::new(pattern);
    actions().any(|action| pattern.matches(&action))
}

fn nearest(pattern: &str) -> Vec<String> {
    if let Some((prefix, action)) = pattern.split_once(':')
        && let Some(service) = misspelled_service(prefix)
    {
        return vec![format!("{service}:{action}")];
    }
    let actions: Vec<String> = actions().collect();
    let nearest = most_similar(pattern, actions.iter().map(String::as_str));
    nearest.into_iter().map(str::to_owned).collect()
}

/// Returns the actions of the services of which this crate has a model.
fn actions() -> impl Iterator<Item = String> {
    let of = |service: AwsService| {
        let operations = Model::of(service).operations();
        operations.map(move |name| format!("{}:{name}", service.name()))
    };
    let operations = AwsService::ALL.into_iter().flat_map(of);
    operations.chain(PERMISSIONS.map(str::to_owned))
}

/// The actions that are not operations. Source: "Actions, resources, and condition keys for Amazon Elastic Container
/// Registry" in AWS's service authorization reference.
const PERMISSIONS: [&str; 2] = ["ecr:BatchImportUpstreamImage", "ecr:ReplicateImage"];

/// The error for a pattern that matches no action. The message suggests similar actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownAction {
    pattern: String,
    nearest: Vec<String>,
}

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest: Vec<&str> = self.nearest.iter().map(String::as_str).collect();
        let suggestion = DidYouMean(&nearest);
        write!(f, "no action matches {:?}{suggestion}", self.pattern)
    }
}

impl std::error::Error for UnknownAction {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_matches_an_action_is_accepted() {
        for pattern in [
            "*",
            "ecr:*",
            "ECR:getauthorizationtoken",
            "ecr:Get?uthorizationToken",
            "ecr*:PutImage",
            "ecr-public:GetAuthorizationToken",
            "sts:GetCallerIdentity",
            "ecr:ReplicateImage",
            "s3:GetObject",
            "ecs:RunTask",
            "ec2:*",
            "sso:*",
        ] {
            assert!(pattern.parse::<ActionName>().is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_misspelled_action_is_rejected_with_a_similar_one() {
        for (pattern, message) in [
            (
                "ecr:GetAuthToken",
                "no action matches \"ecr:GetAuthToken\"; did you mean \"ecr:GetAuthorizationToken\"?",
            ),
            (
                "erc:*",
                "no action matches \"erc:*\"; did you mean \"ecr:*\"?",
            ),
            (
                "ecr-pubic:GetAuthorizationToken",
                "no action matches \"ecr-pubic:GetAuthorizationToken\"; did you mean \"ecr-public:GetAuthorizationToken\"?",
            ),
            ("PutImage", "no action matches \"PutImage\""),
            ("", "no action matches \"\""),
            ("ecr:", "no action matches \"ecr:\""),
            ("ecr:Delte*", "no action matches \"ecr:Delte*\""),
        ] {
            let error = pattern.parse::<ActionName>().unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
