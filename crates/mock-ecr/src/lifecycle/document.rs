//! The JSON of a lifecycle policy. The fields are in the order in which ECR returns them.
//!
//! Sources of the order: cloud-custodian/cloud-custodian, `test_ecr_set_lifecycle` (2018), and cloud-custodian/cloud-custodian#9036 (2023). `[ASSUME]` for
//! `tagPatternList`, `storageClass` and `targetStorageClass`.

use serde::{Deserialize, Serialize};

/// A policy that complies with the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PolicyDocument {
    pub(super) rules: Vec<RuleDocument>,
}

/// A rule that complies with the schema. Absent members are not written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleDocument {
    pub(super) rule_priority: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) selection: SelectionDocument,
    pub(super) action: ActionDocument,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SelectionDocument {
    pub(super) tag_status: TagStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag_pattern_list: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag_prefix_list: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) storage_class: Option<ClassName>,
    pub(super) count_type: CountType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) count_unit: Option<CountUnit>,
    pub(super) count_number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TagStatus {
    Tagged,
    Untagged,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClassName {
    Standard,
    Archive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum CountType {
    ImageCountMoreThan,
    SinceImagePushed,
    SinceImagePulled,
    SinceImageTransitioned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CountUnit {
    Days,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionDocument {
    pub(super) r#type: ActionType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target_storage_class: Option<ClassName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ActionType {
    Expire,
    Transition,
}
