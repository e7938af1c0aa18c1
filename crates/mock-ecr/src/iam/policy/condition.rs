//! The conditions of a statement.

use crate::iam::access_request::AccessRequest;
use crate::iam::condition_key::ConditionKey;
use crate::iam::policy::condition_value::ConditionValue;
use crate::iam::policy::document::{ConditionElement, Version};
use crate::iam::policy::operator::Operator;
use crate::iam::policy::unsupported::UnsupportedPart;

/// A condition that is met or not met by a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Test {
        operator: Operator,
        key: ConditionKey,
        values: Vec<String>,
    },
    /// A condition that the mock does not evaluate. It is never met.
    Unsupported(UnsupportedPart),
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
            (None, _) => Condition::Unsupported(UnsupportedPart::Operator(operator.to_owned())),
            (_, Err(_)) => Condition::Unsupported(UnsupportedPart::Key(key.to_owned())),
            (Some(operator), Ok(key)) => match values.iter().find(is_variable) {
                Some(value) => Condition::Unsupported(UnsupportedPart::Variable(value.clone())),
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

    pub(super) fn unsupported(&self) -> Option<&UnsupportedPart> {
        match self {
            Condition::Test { .. } => None,
            Condition::Unsupported(unsupported) => Some(unsupported),
        }
    }
}
