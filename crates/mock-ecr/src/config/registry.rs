//! What a configuration says of its registry: the dialect that it speaks, and the repositories that it begins with.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::image::Image;
use crate::types::{AccountId, Region, RepositoryName};

/// How the registry speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dialect {
    /// As ECR was recorded to, quirks included.
    #[default]
    Ecr,
    /// As OCI Distribution 1.1 has it, to the letter.
    Oci,
}

impl Dialect {
    /// Whether it has a quirk that the configuration says nothing of.
    pub(super) fn has(self, quirk: Quirk) -> bool {
        match (self, quirk) {
            (Dialect::Ecr, _) => true,
            (Dialect::Oci, _) => false,
        }
    }
}

/// What ECR's registry does differently from OCI Distribution 1.1, each with the source that it was recorded in.
///
/// The dialect `ecr` has all of them and `oci` none; a configuration can switch each on or off by its name, such as `patch_created`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quirk {
    /// `PATCH` of an upload answers 201 instead of 202. Source: regclient/regclient#81 (2021), jdx/mise#11376 (2026).
    PatchCreated,
    /// The `Range` of an upload stays at the end of its first part, while what follows is stored. Source:
    /// aws/containers-roadmap#2831 (2026).
    FrozenRange,
    /// `PUT` of a manifest answers without `Location`. Source: apple/swift-container-plugin#27 (2024).
    NoManifestLocation,
    /// `GET` of a manifest answers without `Docker-Content-Digest`. Source: oras-project/oras-go#237 (2022),
    /// aws/containers-roadmap#1931.
    NoDigestOnManifestGet,
    /// Layers come from another URL, to which a 307 leads. Source: open-policy-agent/opa#6580.
    RedirectedLayers,
    /// `HEAD` of a manifest has a header `Sizes` without a value. Source: aws/containers-roadmap#1931.
    EmptySizes,
    /// `tags/list` and `_catalog` are `text/plain`. Source: deitch/docker_registry2#34.
    PlainTextLists,
    /// `tags/list` and `_catalog` have pages of 100 unless told otherwise, at most 1,000, which go on with an absolute `Link` and
    /// a `last` that nobody else can make. Source: deitch/docker_registry2#34, google/go-containerregistry#681,
    /// OctopusDeploy/Issues#6495.
    OpaquePages,
    /// What the API calls an invalid parameter is 405 `UNSUPPORTED`. Source: opcr-io/policy#149.
    ValidationUnsupported,
    /// A layer is mounted only if the account has it so (`blob_mounting` of a configuration); else a mount begins an upload. Source:
    /// aws/containers-roadmap#2860 (2026).
    MountingBySetting,
    /// Layers cannot be deleted: 405 `UNSUPPORTED`. `[ASSUME]`
    LayersStay,
    /// `referrers` of a repository that is not there is 404 instead of an empty list. `[ASSUME]`
    ReferrersNeedRepository,
}

impl Quirk {
    /// Every quirk.
    pub(crate) const ALL: [Quirk; 12] = [
        Quirk::PatchCreated,
        Quirk::FrozenRange,
        Quirk::NoManifestLocation,
        Quirk::NoDigestOnManifestGet,
        Quirk::RedirectedLayers,
        Quirk::EmptySizes,
        Quirk::PlainTextLists,
        Quirk::OpaquePages,
        Quirk::ValidationUnsupported,
        Quirk::MountingBySetting,
        Quirk::LayersStay,
        Quirk::ReferrersNeedRepository,
    ];
}

/// A repository that a configuration begins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InitialRepository {
    /// What it is called.
    pub name: RepositoryName,
    /// Whose it is; the default account's if left out.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Where it is; in the configuration's region if left out.
    #[serde(default)]
    pub region: Option<Region>,
    /// Whether its tags may be moved.
    #[serde(default)]
    pub image_tag_mutability: ImageTagMutability,
    /// An OCI image layout on disk, whose images it has; in a file, relative to that file.
    #[serde(default)]
    pub layout: Option<PathBuf>,
    /// Images that are described in code.
    #[serde(skip)]
    pub images: Vec<Image>,
}

impl InitialRepository {
    /// Returns whether it is in the default registry because it names neither an account nor a Region.
    pub(crate) fn is_default(&self) -> bool {
        self.account.is_none() && self.region.is_none()
    }

    /// A repository of the default account, in the configuration's region, whose tags may be moved.
    pub fn new(name: RepositoryName) -> Self {
        InitialRepository {
            name,
            account: None,
            region: None,
            image_tag_mutability: ImageTagMutability::Mutable,
            layout: None,
            images: Vec::new(),
        }
    }
}

/// Whether the tags of a repository may be moved to another image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ImageTagMutability {
    /// They may.
    #[default]
    Mutable,
    /// They may not.
    Immutable,
}
