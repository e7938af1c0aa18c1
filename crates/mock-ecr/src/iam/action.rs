//! Actions: what policies allow and deny.

use std::fmt;

/// An action, such as `ecr:PutImage`: the prefix of a service and the name of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    prefix: &'static str,
    operation: &'static str,
}

impl Action {
    pub(crate) const fn new(prefix: &'static str, operation: &'static str) -> Self {
        Action { prefix, operation }
    }

    /// An action of Amazon ECR.
    pub(crate) const fn ecr(operation: &'static str) -> Self {
        Action::new("ecr", operation)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Action { prefix, operation } = self;
        write!(f, "{prefix}:{operation}")
    }
}
