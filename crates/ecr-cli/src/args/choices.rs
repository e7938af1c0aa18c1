//! The operations, as a mistyped one lists them.

use crate::program::Program;

/// The operations that may be typed.
pub(super) fn operations(program: Program) -> &'static [&'static str] {
    match program {
        Program::Ecr => OFFERED,
        Program::Aws => OPERATIONS_OF_V1,
    }
}

const OFFERED: &[&str] = &[
    "get-authorization-token",
    "get-login",
    "get-login-password",
    "help",
];

/// The operations of `aws ecr`, recorded from AWS CLI 1.46.3 in its order: a mistyped one lists them all.
const OPERATIONS_OF_V1: &[&str] = &[
    "batch-check-layer-availability",
    "batch-delete-image",
    "batch-get-image",
    "batch-get-repository-scanning-configuration",
    "complete-layer-upload",
    "create-pull-through-cache-rule",
    "create-repository",
    "create-repository-creation-template",
    "delete-lifecycle-policy",
    "delete-pull-through-cache-rule",
    "delete-registry-policy",
    "delete-repository",
    "delete-repository-creation-template",
    "delete-repository-policy",
    "delete-signing-configuration",
    "deregister-pull-time-update-exclusion",
    "describe-image-replication-status",
    "describe-image-scan-findings",
    "describe-image-signing-status",
    "describe-images",
    "describe-pull-through-cache-rules",
    "describe-registry",
    "describe-repositories",
    "describe-repository-creation-templates",
    "get-account-setting",
    "get-authorization-token",
    "get-download-url-for-layer",
    "get-lifecycle-policy",
    "get-lifecycle-policy-preview",
    "get-registry-policy",
    "get-registry-scanning-configuration",
    "get-repository-policy",
    "get-signing-configuration",
    "initiate-layer-upload",
    "list-image-referrers",
    "list-images",
    "list-pull-time-update-exclusions",
    "list-tags-for-resource",
    "put-account-setting",
    "put-image",
    "put-image-scanning-configuration",
    "put-image-tag-mutability",
    "put-lifecycle-policy",
    "put-registry-policy",
    "put-registry-scanning-configuration",
    "put-replication-configuration",
    "put-signing-configuration",
    "register-pull-time-update-exclusion",
    "set-repository-policy",
    "start-image-scan",
    "start-lifecycle-policy-preview",
    "tag-resource",
    "untag-resource",
    "update-image-storage-class",
    "update-pull-through-cache-rule",
    "update-repository-creation-template",
    "upload-layer-part",
    "validate-pull-through-cache-rule",
    "get-login",
    "get-login-password",
    "wait",
    "help",
];
