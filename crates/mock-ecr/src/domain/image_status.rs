//! The status of an image: whether it can be pulled.

use serde::{Deserialize, Serialize};

use crate::store::{Folder, Generation};

/// The status of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImageStatus {
    #[default]
    Active,
    Archived,
    /// The image is being restored. It is active from this time on, in milliseconds since 1970.
    Activating {
        until_millis: i64,
    },
}

impl ImageStatus {
    pub(crate) fn is_active(&self) -> bool {
        *self == ImageStatus::Active
    }

    /// Returns the name in the service model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ImageStatus::Active => "ACTIVE",
            ImageStatus::Archived => "ARCHIVED",
            ImageStatus::Activating { .. } => "ACTIVATING",
        }
    }
}

/// The status of the images of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    /// The default. Source: the documentation of `filter` of DescribeImages and ListImages in the service model.
    #[default]
    Active,
    Archived,
    Activating,
    Any,
}

impl StatusFilter {
    const ALL: [StatusFilter; 4] = [
        StatusFilter::Active,
        StatusFilter::Archived,
        StatusFilter::Activating,
        StatusFilter::Any,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name() == name)
    }

    /// Returns the name in the service model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            StatusFilter::Active => "ACTIVE",
            StatusFilter::Archived => "ARCHIVED",
            StatusFilter::Activating => "ACTIVATING",
            StatusFilter::Any => "ANY",
        }
    }

    pub(crate) fn matches(self, status: ImageStatus) -> bool {
        self == StatusFilter::Any || self.name() == status.name()
    }

    /// Returns the folder that contains the matching images, and as few others as possible. The names of its records are digests.
    pub(super) fn folder(self, generation: &Generation) -> Folder {
        match self {
            StatusFilter::Active | StatusFilter::Any => generation.images(),
            StatusFilter::Archived | StatusFilter::Activating => generation.inactive_images(),
        }
    }
}
