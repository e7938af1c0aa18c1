//! A lifecycle policy: its types, and how it is parsed and printed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lifecycle::document::{
    ActionType, CountType, PolicyDocument, RuleDocument, SelectionDocument, TagStatus,
};
use crate::lifecycle::invalid::InvalidLifecyclePolicy;
use crate::lifecycle::{rules, schema};
use crate::types::glob::{Case, Glob, QuestionMark};
use crate::types::json::Json;

/// A valid lifecycle policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LifecyclePolicy {
    /// The rule with the lowest number, which has the highest priority, is the first one.
    pub(crate) rules: Vec<Rule>,
}

/// A rule, in the form in which it is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) priority: u64,
    pub(super) tags: TagSelection,
    pub(super) class: StorageClass,
    pub(super) criterion: Criterion,
    pub(crate) action: Action,
    document: RuleDocument,
}

/// The tags of the images that a rule selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TagSelection {
    /// Each pattern matches a tag of the image.
    Tagged(Vec<TagPattern>),
    Untagged,
    Any,
}

/// What matches a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TagPattern {
    Prefix(String),
    Glob(Glob),
}

/// A storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageClass {
    Standard,
    Archive,
}

/// Which of the selected images a rule marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Criterion {
    /// All but this number of the youngest images.
    CountMoreThan(u64),
    /// The images that are older than a number of days.
    OlderThan(Age, u64),
}

/// The event from which the age of an image is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Pushed,
    Pulled,
    Transitioned,
}

/// What happens to the images that a rule takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Expire,
    /// The images are archived.
    Transition,
}

impl LifecyclePolicy {
    /// Parses a policy. The rules are sorted by their priorities. Source: mineiros-io/terraform-aws-ecr#33.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a JSON object, violates the schema, or has rules that contradict each other.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidLifecyclePolicy> {
        let Ok(Json(Value::Object(members))) = serde_json::from_str(text) else {
            return Err(InvalidLifecyclePolicy::NotAnObject);
        };
        let violations = schema::violations(&members);
        if !violations.is_empty() {
            return Err(InvalidLifecyclePolicy::Schema(violations));
        }
        let document = serde_json::from_value(Value::Object(members));
        // The schema permits only what the types of the document contain.
        let PolicyDocument { mut rules } =
            document.map_err(|_| InvalidLifecyclePolicy::NotAnObject)?;
        rules.sort_by_key(|rule| rule.rule_priority);
        rules::check(&rules).map_err(InvalidLifecyclePolicy::Rules)?;
        Ok(LifecyclePolicy {
            rules: rules.into_iter().map(Rule::from).collect(),
        })
    }

    /// Returns the policy as ECR stores it: without white space, and with a fixed order of rules and members. Source: cloud-custodian/cloud-custodian,
    /// `test_ecr_set_lifecycle` (2018).
    pub(crate) fn normalised(&self) -> String {
        let rules = self.rules.iter().map(|rule| rule.document.clone());
        let document = PolicyDocument {
            rules: rules.collect(),
        };
        serde_json::to_string(&document).expect("a policy consists of texts and numbers")
    }
}

impl Rule {
    pub(crate) fn document(&self) -> &RuleDocument {
        &self.document
    }
}

impl From<RuleDocument> for Rule {
    fn from(document: RuleDocument) -> Self {
        let selection = &document.selection;
        let (number, of_days) = (selection.count_number, Criterion::OlderThan);
        let (criterion, class) = match selection.count_type {
            CountType::ImageCountMoreThan => {
                (Criterion::CountMoreThan(number), StorageClass::Standard)
            }
            CountType::SinceImagePushed => (of_days(Age::Pushed, number), StorageClass::Standard),
            CountType::SinceImagePulled => (of_days(Age::Pulled, number), StorageClass::Standard),
            CountType::SinceImageTransitioned => {
                (of_days(Age::Transitioned, number), StorageClass::Archive)
            }
        };
        Rule {
            priority: document.rule_priority,
            tags: TagSelection::of(selection),
            class,
            criterion,
            action: match document.action.r#type {
                ActionType::Expire => Action::Expire,
                ActionType::Transition => Action::Transition,
            },
            document,
        }
    }
}

impl TagSelection {
    fn of(selection: &SelectionDocument) -> Self {
        // The text of a policy keeps repeated entries. Each is evaluated once.
        let unique = |list: &Option<Vec<String>>| -> BTreeSet<String> {
            list.iter().flatten().cloned().collect()
        };
        let patterns = unique(&selection.tag_pattern_list).into_iter();
        let patterns = patterns.map(|pattern| {
            let glob = Glob::new(&pattern, Case::Sensitive, QuestionMark::Literal);
            TagPattern::Glob(glob)
        });
        let prefixes = unique(&selection.tag_prefix_list).into_iter();
        let prefixes = prefixes.map(TagPattern::Prefix);
        match selection.tag_status {
            TagStatus::Tagged => TagSelection::Tagged(patterns.chain(prefixes).collect()),
            TagStatus::Untagged => TagSelection::Untagged,
            TagStatus::Any => TagSelection::Any,
        }
    }
}
