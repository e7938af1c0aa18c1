//! The lists of operations, which the error for an unknown operation prints.

use crate::program::Program;

/// Returns the operations that can be called.
pub(super) fn operations(program: Program) -> &'static [&'static str] {
    match program {
        Program::Ecr => ECR_OPERATIONS,
        Program::Aws => V1_OPERATIONS,
    }
}

/// Returns whether AWS CLI v1 has an operation that this program does not have.
pub(super) fn is_unsupported(operation: &str) -> bool {
    V1_OPERATIONS.contains(&operation) && !ECR_OPERATIONS.contains(&operation)
}

const ECR_OPERATIONS: &[&str] = &[
    "credential-helper",
    "get-authorization-token",
    "get-login",
    "get-login-password",
    "keep-login",
    "kubelet-credential-provider",
    "login-lines",
    "help",
];

/// The operations of `aws ecr`, recorded from AWS CLI 1.46.3 in its order.
const V1_OPERATIONS: &[&str] = &[
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
