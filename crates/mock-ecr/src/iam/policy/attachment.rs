//! What a policy is attached to.

/// What a policy is attached to. It determines the elements of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attachment {
    /// A repository, which is the only resource of the policy.
    Repository,
    /// A registry. Each statement names resources.
    Registry,
}
