//! The elements of a policy, by the grammar of IAM's JSON policy language.
//!
//! Source: "Grammar of the IAM JSON policy language" in AWS's IAM user guide. The order of the fields is not that of the grammar, but the
//! order in which ECR returns the elements.

use serde::{Deserialize, Serialize, Serializer};

use crate::iam::action::ActionPattern;
use crate::iam::policy::condition_value::ConditionValue;
use crate::iam::policy::entries::Entries;
use crate::iam::policy::object::Object;
use crate::iam::policy::one_or_many::OneOrMany;
use crate::iam::policy::present::present;
use crate::iam::policy::principal_element::PrincipalElement;
use crate::types::Partition;

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Document {
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<Version>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(serialize_with = "as_list")]
    pub(super) statement: OneOrMany<Object<StatementElements>>,
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Version {
    #[serde(rename = "2008-10-17")]
    V2008,
    /// In this version, `${…}` in a value is a variable.
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// The elements of a statement. A repository policy requires one of `Principal` and `NotPrincipal`, and one of `Action` and `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct StatementElements {
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) principal: Option<PrincipalElement>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_principal: Option<PrincipalElement>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<OneOrMany<ActionPattern>>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_action: Option<OneOrMany<ActionPattern>>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<OneOrMany<String>>,
    #[serde(default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    #[serde(skip_serializing_if = "Entries::is_empty")]
    pub(super) condition: ConditionElement,
}

/// The values by condition key, by condition operator.
pub(super) type ConditionElement = Entries<Entries<OneOrMany<ConditionValue>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

impl Default for Document {
    /// Returns a document without statements, which is not a valid policy.
    fn default() -> Self {
        Document {
            version: Some(Version::V2012),
            id: None,
            statement: Vec::new().into(),
        }
    }
}

impl Document {
    /// Adds a statement.
    pub(crate) fn add(
        &mut self,
        effect: Effect,
        principal: PrincipalElement,
        actions: Vec<ActionPattern>,
    ) {
        let mut statements = self.statement.as_list().to_vec();
        statements.push(Object(StatementElements {
            sid: None,
            effect,
            principal: Some(principal),
            not_principal: None,
            action: Some(actions.into()),
            not_action: None,
            resource: None,
            not_resource: None,
            condition: Entries::default(),
        }));
        self.statement = statements.into();
    }

    /// Returns the document with the ARN of an account in place of its ID.
    ///
    /// Source: crossplane-contrib/provider-aws#700 (2021).
    pub(super) fn with_account_arns(&self, partition: Partition) -> Self {
        let statements = self.statement.iter().map(|Object(one)| {
            let named = |element: &PrincipalElement| element.with_account_arns(partition);
            Object(StatementElements {
                principal: one.principal.as_ref().map(named),
                not_principal: one.not_principal.as_ref().map(named),
                ..one.clone()
            })
        });
        Document {
            statement: statements.collect::<Vec<_>>().into(),
            ..self.clone()
        }
    }

    /// Returns the document on one line.
    pub(crate) fn to_compact_json(&self) -> String {
        serde_json::to_string(self).expect("the keys of a policy are texts")
    }
}

fn as_list<T: Serialize, S: Serializer>(list: &OneOrMany<T>, to: S) -> Result<S::Ok, S::Error> {
    list.as_list().serialize(to)
}
