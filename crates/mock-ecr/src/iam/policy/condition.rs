//! The conditions of a statement.

use std::fmt;

use crate::iam::access_request::AccessRequest;
use crate::iam::condition_key::ConditionKey;
use crate::iam::policy::condition_value::ConditionValue;
use crate::iam::policy::document::{ConditionElement, Version};
use crate::iam::policy::operator::Operator;

/// A condition that is met or not met by a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Test {
        operator: Operator,
        key: ConditionKey,
        values: Vec<String>,
    },
    /// A condition that the mock does not evaluate. It is never met.
    Unsupported(Unsupported),
}

impl Condition {
    /// Returns the conditions of a statement. All of them must be met.
    pub(super) fn all(element: &ConditionElement, version: Option<Version>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (operator, tests) in element.iter() {
            for (key, values) in tests.iter() {
                let values = values.iter().map(ConditionValue::text).collect();
                conditions.push(Condition::new(operator, key, values, version));
            }
        }
        conditions
    }

    fn new(operator: &str, key: &str, values: Vec<String>, version: Option<Version>) -> Condition {
        let is_variable = |value: &&String| version == Some(Version::V2012) && value.contains("${");
        match (Operator::parse(operator), key.parse()) {
            (None, _) => Condition::Unsupported(Unsupported::Operator(operator.to_owned())),
            (_, Err(_)) => Condition::Unsupported(Unsupported::Key(key.to_owned())),
            (Some(operator), Ok(key)) => match values.iter().find(is_variable) {
                Some(value) => Condition::Unsupported(Unsupported::Variable(value.clone())),
                None => Condition::Test {
                    operator,
                    key,
                    values,
                },
            },
        }
    }

    pub(super) fn is_met(&self, request: &AccessRequest<'_>) -> bool {
        match self {
            Condition::Test {
                operator,
                key,
                values,
            } => operator.is_met(request.condition_value(*key).as_deref(), values),
            Condition::Unsupported(_) => false,
        }
    }

    pub(super) fn unsupported(&self) -> Option<&Unsupported> {
        match self {
            Condition::Test { .. } => None,
            Condition::Unsupported(unsupported) => Some(unsupported),
        }
    }
}

/// A part of a condition that the mock does not evaluate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsupported {
    Operator(String),
    Key(String),
    /// A value with a policy variable.
    Variable(String),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsupported::Operator(name) => write!(f, "condition operator {name}"),
            Unsupported::Key(name) => write!(f, "condition key {name}"),
            Unsupported::Variable(value) => write!(f, "policy variable in {value}"),
        }
    }
}
