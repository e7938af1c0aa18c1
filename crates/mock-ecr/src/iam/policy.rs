//! Parses and evaluates the policies of repositories.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::iam::action::ActionPattern;
use crate::types::PrincipalArn;
use crate::types::json::Json;

/// The policy of a repository: effect, principals and actions of each statement.
///
/// Conditions are not evaluated: a statement with a condition never allows an action, but it can deny one. `[ASSUME]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RepositoryPolicy {
    #[serde(deserialize_with = "one_or_many")]
    statement: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    principal: Json,
    #[serde(deserialize_with = "one_or_many")]
    action: Vec<ActionPattern>,
    #[serde(default)]
    condition: Option<Json>,
}

/// A policy that is written in code, in the JSON form of [`RepositoryPolicy`].
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyDocument {
    statement: Vec<NewStatement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewStatement {
    effect: Effect,
    principal: Named,
    action: Vec<String>,
}

#[derive(Debug, Serialize)]
enum Named {
    #[serde(rename = "AWS")]
    Aws(String),
}

impl PolicyDocument {
    /// Adds a statement about the principal with this ARN, account ID or wildcard.
    pub(crate) fn add(&mut self, effect: Effect, principal: String, action: Vec<String>) {
        self.statement.push(NewStatement {
            effect,
            principal: Named::Aws(principal),
            action,
        });
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts can be serialized")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// The result of a policy for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Denied,
    /// No statement applies.
    NoMatch,
}

impl RepositoryPolicy {
    /// Parses a policy.
    ///
    /// # Errors
    ///
    /// Returns a message if the text is not a policy, or contains an action that does not apply to repositories. Source of the latter:
    /// cloudposse/terraform-aws-ecr#67 (2020).
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let actions = policy
            .statement
            .iter()
            .flat_map(|statement| &statement.action);
        let mut actions = actions.map(ActionPattern::as_str);
        match actions.find(|action| action.eq_ignore_ascii_case("ecr:GetAuthorizationToken")) {
            Some(action) => Err(format!(
                "the action {action} does not apply to repositories"
            )),
            None => Ok(policy),
        }
    }

    /// Returns the verdict on an action of a principal. A statement that denies has precedence over one that allows.
    pub(crate) fn verdict(&self, arn: &PrincipalArn, action: &str) -> Verdict {
        let has_match = |effect| {
            self.statement
                .iter()
                .any(|statement| statement.effect == effect && statement.applies_to(arn, action))
        };
        if has_match(Effect::Deny) {
            Verdict::Denied
        } else if has_match(Effect::Allow) {
            Verdict::Allowed
        } else {
            Verdict::NoMatch
        }
    }
}

impl Statement {
    fn applies_to(&self, arn: &PrincipalArn, action: &str) -> bool {
        let is_conditional_allow = self.effect == Effect::Allow && self.condition.is_some();
        !is_conditional_allow
            && self.action.iter().any(|pattern| pattern.matches(action))
            && self.names_principal(arn)
    }

    /// Returns whether the statement names a principal. The value of `Principal` is `"*"`, or `{"AWS": …}` with one or several of: `*`, an
    /// account id, the ARN of the root user, or another ARN.
    fn names_principal(&self, arn: &PrincipalArn) -> bool {
        let names = match &self.principal.0 {
            Value::Object(by_kind) => by_kind.get("AWS"),
            other => Some(other),
        };
        let is_match = |name: &Value| name.as_str().is_some_and(|name| is_principal(name, arn));
        match names {
            Some(Value::Array(names)) => names.iter().any(is_match),
            Some(name) => is_match(name),
            None => false,
        }
    }
}

fn is_principal(name: &str, arn: &PrincipalArn) -> bool {
    let account = arn.account();
    let is_root_of_account = name
        .parse::<PrincipalArn>()
        .is_ok_and(|named| named.is_root() && named.account() == account);
    name == "*" || name == account.as_str() || name == arn.as_str() || is_root_of_account
}

fn one_or_many<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        One(T),
        Many(Vec<T>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_verdict(statements: &str, action: &str, verdict: Verdict) {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
        let arn = "arn:aws:iam::210987654321:user/ci".parse().unwrap();
        let policy = RepositoryPolicy::parse(&text).unwrap();
        assert_eq!(policy.verdict(&arn, action), verdict, "{statements}");
    }

    #[test]
    fn a_principal_is_matched_by_wildcard_account_or_arn() {
        for principal in [
            r#""*""#,
            r#"{"AWS":"*"}"#,
            r#"{"AWS":"210987654321"}"#,
            r#"{"AWS":["arn:aws:iam::210987654321:root"]}"#,
            r#"{"AWS":["123456789012","arn:aws:iam::210987654321:user/ci"]}"#,
        ] {
            let statement =
                format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":["ecr:Batch*"]}}"#);
            assert_verdict(&statement, "ecr:BatchGetImage", Verdict::Allowed);
            assert_verdict(&statement, "ecr:PutImage", Verdict::NoMatch);
        }
        for principal in [
            r#"{"AWS":"123456789012"}"#,
            r#"{"AWS":[]}"#,
            r#"{"Service":"codebuild.amazonaws.com"}"#,
            r#"{"AWS":"arn:aws:iam::210987654321:user/other"}"#,
        ] {
            let statement =
                format!(r#"[{{"Effect":"Allow","Principal":{principal},"Action":"ecr:*"}}]"#);
            assert_verdict(&statement, "ecr:BatchGetImage", Verdict::NoMatch);
        }
    }

    #[test]
    fn deny_has_precedence_over_allow() {
        let statements = r#"[{"Effect":"Allow","Principal":"*","Action":"*"},
            {"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]"#;
        assert_verdict(statements, "ecr:PutImage", Verdict::Denied);
        assert_verdict(statements, "ecr:BatchGetImage", Verdict::Allowed);
    }

    #[test]
    fn a_statement_with_a_condition_denies_but_does_not_allow() {
        let statement = |effect: &str| {
            format!(
                r#"{{"Effect":"{effect}","Principal":"*","Action":"*","Condition":{{"Bool":{{}}}}}}"#
            )
        };
        assert_verdict(&statement("Allow"), "ecr:PutImage", Verdict::NoMatch);
        assert_verdict(&statement("Deny"), "ecr:PutImage", Verdict::Denied);
    }

    #[test]
    fn an_invalid_policy_is_rejected() {
        let names_registry_action = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":["ecr:GetAuthorizationToken"]}}"#;
        for text in [
            "",
            "[]",
            "{}",
            r#"{"Statement":[{"Effect":"Maybe"}]}"#,
            names_registry_action,
        ] {
            assert!(RepositoryPolicy::parse(text).is_err(), "{text}");
        }
    }
}
