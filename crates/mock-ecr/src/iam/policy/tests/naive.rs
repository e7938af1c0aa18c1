//! Compares the evaluation of policies with a second, naive evaluator that works on JSON values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::{ROLE, ROOT, SESSION, USER, with_context};
use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::authorization::{CrossAccount, authorize};
use crate::iam::condition_key::ConditionKey;
use crate::iam::policy::registry_policy::{RegistryPolicy, RegistryScope};
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::iam::principal::Principal;
use crate::types::{AccountId, Region, RepositoryId};

const STRANGER: &str = "arn:aws:iam::123456789012:user/ci";
const CALLERS: [&str; 5] = [
    USER,
    SESSION,
    ROOT,
    STRANGER,
    "arn:aws:sts::210987654321:federated-user/ci",
];
const NAMES: [&str; 8] = [
    USER,
    SESSION,
    ROLE,
    ROOT,
    STRANGER,
    "*",
    "210987654321",
    "arn:aws:iam::123456789012:role/Deploy",
];
const ACTIONS: [&str; 5] = ["*", "ecr:*", "ecr:Put*", "ecr:putimage", "ecr:Get?mage"];
const OPERATORS: [&str; 14] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "StringLikeIfExists",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnEqualsIfExists",
    "Bool",
    "BoolIfExists",
    "Null",
];
const VALUES: [&str; 9] = [
    "true",
    "false",
    "o-1",
    "O-1",
    "o-*",
    USER,
    "arn:aws:iam::*:role/*",
    "210987654321",
    "arn:*:user/ci",
];

fn values(of: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let some = subsequence(of, 1..=2);
    some.prop_map(|some| match some[..] {
        [one] => json!(one),
        _ => json!(some),
    })
}

fn conditions() -> impl Strategy<Value = Value> {
    let keys = select(&ConditionKey::ALL[..]).prop_map(|key| key.name().to_owned());
    let tests = prop::collection::btree_map(keys, values(&VALUES), 1..=2);
    prop::collection::btree_map(select(&OPERATORS[..]), tests, 0..=2)
        .prop_map(|by_operator| json!(by_operator))
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = select(&["Allow", "Deny"][..]);
    let except = (any::<bool>(), any::<bool>());
    let parts = (
        effect,
        except,
        values(&NAMES),
        values(&ACTIONS),
        conditions(),
    );
    parts.prop_map(
        |(effect, (except_principal, except_action), names, actions, condition)| {
            let mut statement = Map::new();
            statement.insert("Effect".into(), effect.into());
            let is_except = except_principal && effect == "Deny";
            let element = if is_except {
                "NotPrincipal"
            } else {
                "Principal"
            };
            statement.insert(element.into(), json!({ "AWS": names }));
            let element = if except_action { "NotAction" } else { "Action" };
            statement.insert(element.into(), actions);
            statement.insert("Condition".into(), condition);
            statement.into()
        },
    )
}

const RESOURCES: [&str; 5] = [
    "*",
    "arn:aws:ecr:*:repository/team/*",
    "arn:aws:ecr:us-east-1:210987654321:repository/*",
    "arn:aws:ecr:us-east-?:123456789012:repository/team/app",
    "arn:aws:ecr:us-east-1:*:repository/other",
];

/// Returns a statement of the policy of a registry.
fn registry_statement() -> impl Strategy<Value = Value> {
    let parts = (statement(), any::<bool>(), values(&RESOURCES));
    parts.prop_map(|(mut statement, except, resources)| {
        let element = if except { "NotResource" } else { "Resource" };
        statement[element] = resources;
        statement
    })
}

fn has_resource(statement: &Value, resource: &str) -> bool {
    let has_match = |patterns: &Value| list(patterns).iter().any(|one| glob(one, resource));
    match statement.get("Resource") {
        Some(patterns) => has_match(patterns),
        None => !has_match(&statement["NotResource"]),
    }
}

fn list(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match value {
        Value::Array(many) => many.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

/// Matches by recursion.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .any(|at| glob(&pattern[1..], &text[at..])),
        Some(first) => text.chars().next().is_some_and(|found| {
            (first == '?' || first == found)
                && glob(&pattern[first.len_utf8()..], &text[found.len_utf8()..])
        }),
    }
}

/// The facts of a request, as texts.
struct Facts {
    arn: String,
    account: String,
    role: Option<String>,
    action: String,
    context: BTreeMap<String, String>,
}

impl Facts {
    fn of(
        arn: &str,
        action: &str,
        ingress: Ingress,
        context: &BTreeMap<ConditionKey, String>,
    ) -> Self {
        let account = arn.split(':').nth(4).unwrap().to_owned();
        let role = arn.contains(":assumed-role/").then(|| {
            format!(
                "arn:aws:iam::{account}:role/{}",
                arn.split('/').nth(1).unwrap()
            )
        });
        let mut keys = BTreeMap::from([
            (
                "aws:PrincipalArn".to_owned(),
                role.clone().unwrap_or(arn.to_owned()),
            ),
            ("aws:PrincipalAccount".to_owned(), account.clone()),
            (
                "aws:SecureTransport".to_owned(),
                (ingress != Ingress::Http).to_string(),
            ),
        ]);
        keys.extend(
            context
                .iter()
                .map(|(key, value)| (key.name().to_owned(), value.clone())),
        );
        Facts {
            arn: arn.to_owned(),
            account,
            role,
            action: action.to_owned(),
            context: keys,
        }
    }

    fn is_account(&self, name: &str) -> bool {
        name == self.account || name == format!("arn:aws:iam::{}:root", self.account)
    }

    fn meets(&self, conditions: &Value) -> bool {
        conditions
            .as_object()
            .unwrap()
            .iter()
            .all(|(operator, tests)| {
                tests.as_object().unwrap().iter().all(|(key, values)| {
                    self.meets_one(operator, self.context.get(key), &list(values))
                })
            })
    }

    fn meets_one(&self, operator: &str, found: Option<&String>, values: &[String]) -> bool {
        let is_negated = operator.contains("Not");
        let Some(found) = found else {
            return match operator {
                "Null" => values.contains(&"true".to_owned()),
                _ if operator.ends_with("IfExists") || operator.starts_with("ForAllValues") => true,
                _ if operator.starts_with("ForAnyValue") => false,
                _ => is_negated,
            };
        };
        let matches = |value: &String| {
            if operator == "Null" {
                value == "false"
            } else if operator.contains("IgnoreCase") {
                value.to_lowercase() == found.to_lowercase()
            } else if operator.contains("Like") && operator.contains("String") {
                glob(value, found)
            } else if operator.contains("Arn") {
                let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
                let (pattern, arn) = (parts(value), parts(found));
                pattern.len() == 6
                    && arn.len() == 6
                    && (0..6).all(|part| glob(&pattern[part], &arn[part]))
            } else if operator.contains("Bool") {
                value == found && (found == "true" || found == "false")
            } else {
                value == found
            }
        };
        values.iter().any(matches) != is_negated
    }

    /// Returns the names by which the statement applies to the caller.
    fn naming(&self, statement: &Value) -> Vec<String> {
        let action = self.action.to_lowercase();
        let has_action = |patterns: &Value| {
            let patterns = list(patterns);
            patterns
                .iter()
                .any(|pattern| glob(&pattern.to_lowercase(), &action))
        };
        let applies = match statement.get("Action") {
            Some(patterns) => has_action(patterns),
            None => !has_action(&statement["NotAction"]),
        };
        if !applies || !self.meets(&statement["Condition"]) {
            return Vec::new();
        }
        if let Some(principal) = statement.get("Principal") {
            let mut names = list(&principal["AWS"]);
            names.retain(|name| {
                name == "*"
                    || *name == self.arn
                    || Some(name) == self.role.as_ref()
                    || self.is_account(name)
            });
            return names;
        }
        let excepted = list(&statement["NotPrincipal"]["AWS"]);
        let all = excepted.contains(&"*".to_owned());
        let account = excepted.iter().any(|name| self.is_account(name));
        let role = self
            .role
            .as_ref()
            .is_none_or(|role| excepted.contains(role));
        let itself = excepted.contains(&self.arn) || (self.is_account(&self.arn) && account);
        match all || (account && role && itself) {
            true => Vec::new(),
            false => vec!["*".to_owned()],
        }
    }

    /// Returns whether the request is allowed, from the outcomes of all statements.
    fn is_allowed(&self, statements: &[Value], identity_allows: bool, owner: &str) -> bool {
        let by = |effect: &str| -> Vec<String> {
            let statements = statements.iter();
            let statements = statements.filter(|statement| statement["Effect"] == effect);
            statements
                .flat_map(|statement| self.naming(statement))
                .collect()
        };
        let granted = by("Allow");
        let directly = granted.iter().any(|name| !self.is_account(name));
        let is_own = owner == self.account;
        by("Deny").is_empty()
            && if is_own {
                identity_allows || directly
            } else {
                identity_allows && !granted.is_empty()
            }
    }
}

fn context() -> impl Strategy<Value = BTreeMap<ConditionKey, String>> {
    let keys = select(
        &[
            ConditionKey::PrincipalOrgId,
            ConditionKey::SourceArn,
            ConditionKey::SourceVpce,
        ][..],
    );
    let values = select(&VALUES[..]).prop_map(str::to_owned);
    prop::collection::btree_map(keys, values, 0..=2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn it_allows_what_the_naive_evaluator_allows(
        statements in prop::collection::vec(statement(), 1..=3),
        arn in select(&CALLERS[..]),
        operation in select(&["PutImage", "GetImage", "ListImages"][..]),
        ingress in select(&[Ingress::Http, Ingress::Https][..]),
        context in context(),
        identity_allows in any::<bool>(),
        owner in select(&["210987654321", "123456789012"][..]),
    ) {
        let mut principal = Principal::from_arn(arn).unwrap();
        principal.context = context.clone();
        if !identity_allows {
            principal.allow.clear();
        }
        let caller = with_context(principal);
        let action = Action::ecr(operation);
        let request = AccessRequest { caller: &caller, action, ingress };
        let text = json!({ "Statement": statements }).to_string();
        let policy = RepositoryPolicy::parse(&text).unwrap();
        let again = RepositoryPolicy::parse(&policy.to_json()).unwrap();
        prop_assert_eq!(policy.to_json(), again.to_json());
        let owner_id: AccountId = owner.parse().unwrap();
        let id = RepositoryId::private(owner_id, Region::default(), "app".parse().unwrap());
        let found = authorize(&request, &id, policy.verdict(&request), CrossAccount::Policy).is_ok();
        let facts = Facts::of(arn, &action.to_string(), ingress, &context);
        let expected = facts.is_allowed(&statements, identity_allows, owner);
        prop_assert_eq!(found, expected, "{}", text);
    }
    #[test]
    fn the_policies_of_a_repository_and_its_registry_are_evaluated_together(
        of_repository in prop::collection::vec(statement(), 1..=2),
        of_registry in prop::collection::vec(registry_statement(), 1..=3),
        arn in select(&CALLERS[..]),
        operation in select(&["PutImage", "ListImages"][..]),
        identity_allows in any::<bool>(),
        owner in select(&["210987654321", "123456789012"][..]),
    ) {
        let mut principal = Principal::from_arn(arn).unwrap();
        if !identity_allows {
            principal.allow.clear();
        }
        let caller = with_context(principal);
        let (action, ingress) = (Action::ecr(operation), Ingress::Https);
        let request = AccessRequest { caller: &caller, action, ingress };
        let id = RepositoryId::private(owner.parse().unwrap(), Region::default(), "team/app".parse().unwrap());
        let resource = id.to_string();
        let text = |statements: &[Value]| json!({ "Statement": statements }).to_string();
        let by_repository = RepositoryPolicy::parse(&text(&of_repository)).unwrap().verdict(&request);
        let registry = RegistryPolicy::parse(&text(&of_registry)).unwrap();
        let by_registry = registry.verdict(&request, &resource, RegistryScope::V2);
        let verdict = by_repository.max(by_registry);
        let found = authorize(&request, &id, verdict, CrossAccount::Policy).is_ok();
        let facts = Facts::of(arn, &action.to_string(), ingress, &BTreeMap::new());
        let applying = of_registry.iter().filter(|one| has_resource(one, &resource)).cloned();
        let all: Vec<Value> = of_repository.iter().cloned().chain(applying).collect();
        let expected = facts.is_allowed(&all, identity_allows, owner);
        prop_assert_eq!(found, expected, "{} {}", text(&of_repository), text(&of_registry));
    }
}
