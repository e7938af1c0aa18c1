//! The operations of AWS STS that the mock implements.

use crate::services::operation::Entry;
use crate::services::sts::operations;

/// In the order of their names.
pub(crate) const OPERATIONS: &[Entry] = &[Entry::of::<
    operations::get_caller_identity::GetCallerIdentity,
>()];
