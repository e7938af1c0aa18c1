//! Resource tags in inputs and outputs.

use serde::{Deserialize, Serialize};

use crate::domain::ResourceTag;

/// A tag in inputs and outputs. Unlike all other members of ECR, its members begin with capital letters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TagView {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl From<ResourceTag> for TagView {
    fn from(ResourceTag { key, value }: ResourceTag) -> Self {
        TagView { key, value }
    }
}
