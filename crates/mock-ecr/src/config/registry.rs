//! The configuration of the registry: its dialect, its quirks and its initial repositories.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::encryption::Encryption;
use crate::config::error::Origin;
use crate::config::image::Image;
use crate::types::{AccountId, Region, RepositoryName, TagFilter};

/// Whether the registry behaves like ECR or like OCI Distribution 1.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dialect {
    /// The registry behaves like ECR and has all quirks.
    #[default]
    Ecr,
    /// The registry behaves as specified in OCI Distribution 1.1 and has no quirks.
    Oci,
}

impl Dialect {
    /// Returns whether the dialect has a quirk. The overrides of the configuration are not considered.
    pub(super) fn has(self, quirk: Quirk) -> bool {
        match (self, quirk) {
            (Dialect::Ecr, _) => true,
            (Dialect::Oci, _) => false,
        }
    }
}

/// A difference between ECR's registry and OCI Distribution 1.1. The documentation of each variant states the source of
/// the difference, or `[ASSUME]` if there is no source, or refers to
/// [`Rejection::ALL`](crate::repository::Rejection::ALL).
///
/// The dialect `ecr` has all quirks and the dialect `oci` has none. The table `quirks` of a configuration enables or
/// disables individual quirks by name, such as `patch_created`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quirk {
    /// The response to `PATCH` of an upload has status 201 instead of 202. Source: regclient/regclient#81 (2021),
    /// jdx/mise#11376 (2026).
    PatchCreated,
    /// The `Range` header of an upload always contains the end of the first chunk, although later chunks are stored.
    /// Source: aws/containers-roadmap#2831 (2026).
    FrozenRange,
    /// The response to `PUT` of a manifest has no `Location`. Source: apple/swift-container-plugin#27 (2024).
    NoManifestLocation,
    /// The response to `GET` of a manifest has no `Docker-Content-Digest`. Source: oras-project/oras-go#237 (2022),
    /// aws/containers-roadmap#1931.
    NoDigestOnManifestGet,
    /// `GET` of a layer responds with a 307 redirect to another URL, from which the layer is downloaded. Source:
    /// open-policy-agent/opa#6580.
    RedirectedLayers,
    /// The response to `HEAD` of a manifest has a header `Sizes` with an empty value. Source:
    /// aws/containers-roadmap#1931.
    EmptySizes,
    /// The responses of `tags/list` and `_catalog` have the content type `text/plain`. Source:
    /// deitch/docker_registry2#34.
    PlainTextLists,
    /// `tags/list` and `_catalog` return pages of 100 entries by default, and of at most 1,000 entries. The `Link`
    /// header, also of `referrers`, contains the absolute URL of the next page, with an opaque value of `last`. Source:
    /// deitch/docker_registry2#34, google/go-containerregistry#681, OctopusDeploy/Issues#6495.
    OpaquePages,
    /// If the API rejects a value as an invalid parameter, the registry rejects it with 405 `UNSUPPORTED`. Without this
    /// quirk, it rejects an invalid manifest with 400 `MANIFEST_INVALID`. Source: opcr-io/policy#149.
    ValidationUnsupported,
    /// A layer is mounted only if the account setting `BLOB_MOUNTING` is enabled, an image of the other repository has the
    /// layer, and both repositories have the same encryption type and key. Otherwise a mount request starts an upload. The
    /// default of the setting is [`Config::blob_mounting`](crate::Config::blob_mounting). Source:
    /// aws/containers-roadmap#2860 (2026), and the user guide of Amazon ECR, `blob-mounting.html`.
    MountingBySetting,
    /// Layers cannot be deleted: the registry responds with 405 `UNSUPPORTED`. `[ASSUME]`
    LayersStay,
    /// An image that an index lists cannot be deleted: the registry responds with 405 `UNSUPPORTED`. Source: the user
    /// guide of Amazon ECR, `image-artifact-delete.html`.
    ListedImagesStay,
    /// The deletion of the last tag of an image deletes the image, as in `BatchDeleteImage`. The registry then requires the
    /// permission `ecr:BatchDeleteImage` and returns its errors. `[ASSUME]`
    LastTagDeletesImage,
    /// The response to a `referrers` request for a missing repository has status 404 instead of 200 with an empty list.
    /// `[ASSUME]`
    ReferrersNeedRepository,
    /// A layer without content is rejected. The sources of this and of the following quirks are in
    /// [`Rejection::ALL`](crate::repository::Rejection::ALL).
    EmptyLayersRejected,
    /// A layer with a part of less than 5 MiB that is not the last part is rejected.
    SmallPartsRejected,
    /// An image without layers is rejected.
    LayersRequired,
    /// An image with more than 500 layers is rejected.
    LayerLimit,
    /// A manifest with members that ECR does not support is rejected.
    StrictManifests,
    /// A manifest whose media type is not that of an image or an index is rejected.
    KnownManifestTypes,
    /// A manifest with a parameter in its artifact type or in the media type of a layer is rejected.
    PlainMediaTypes,
    /// The errors of a push that both ECR and OCI Distribution reject have the codes, statuses and messages of ECR.
    ApiErrors,
    /// An image has at most 1,000 tags, unless [`Quotas`](crate::config::Quotas) contain another number, and the errors of
    /// all quotas have the messages of ECR. Quotas of the configuration are also applied without this quirk.
    DefaultQuotas,
}

impl Quirk {
    /// All quirks.
    pub(crate) const ALL: [Quirk; 23] = [
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
        Quirk::ListedImagesStay,
        Quirk::LastTagDeletesImage,
        Quirk::ReferrersNeedRepository,
        Quirk::EmptyLayersRejected,
        Quirk::SmallPartsRejected,
        Quirk::LayersRequired,
        Quirk::LayerLimit,
        Quirk::StrictManifests,
        Quirk::KnownManifestTypes,
        Quirk::PlainMediaTypes,
        Quirk::ApiErrors,
        Quirk::DefaultQuotas,
    ];

    /// Returns the name that a configuration contains, such as `patch_created`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// An initial repository of a mock.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InitialRepository {
    /// The name.
    pub name: RepositoryName,
    /// The account. If `None`, the default account of the configuration.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The Region. If `None`, the default Region of the configuration.
    #[serde(default)]
    pub region: Option<Region>,
    /// Whether a tag can be moved to another image. The default is [`ImageTagMutability::Mutable`].
    #[serde(default)]
    pub image_tag_mutability: ImageTagMutability,
    /// The tags to which `image_tag_mutability` does not apply, at most five filters: with
    /// [`ImageTagMutability::Immutable`], they can be moved, and with [`ImageTagMutability::Mutable`], they cannot. The API
    /// then returns `IMMUTABLE_WITH_EXCLUSION` or `MUTABLE_WITH_EXCLUSION`.
    #[serde(default)]
    pub image_tag_mutability_exclusion_filters: Vec<TagFilter>,
    /// Whether an image is scanned when it is pushed, in a registry with basic scanning. The default is `false`.
    #[serde(default)]
    pub scan_on_push: bool,
    /// The encryption. The default is [`EncryptionType::Aes256`](crate::config::EncryptionType::Aes256).
    #[serde(default)]
    pub encryption: Encryption,
    /// The resource tags: keys and values, at most 50.
    #[serde(default)]
    pub resource_tags: BTreeMap<String, String>,
    /// The policy of the repository, in JSON. The default is `None`: the repository has no policy.
    #[serde(default)]
    pub policy: Option<String>,
    /// The lifecycle policy of the repository, in JSON. The default is `None`: the repository has no lifecycle policy.
    #[serde(default)]
    pub lifecycle_policy: Option<String>,
    /// The directory of an OCI image layout that contains the images of the repository. A relative path in a TOML file
    /// is relative to the directory of that file. The default is `None`: no images are imported.
    #[serde(default)]
    pub layout: Option<PathBuf>,
    /// Where a configuration file contains `layout`.
    #[serde(skip)]
    pub(crate) layout_origin: Option<Origin>,
    /// Additional images of the repository, described in code. This field is not a key of the TOML file.
    #[serde(skip)]
    pub images: Vec<Image>,
}

impl InitialRepository {
    /// Creates a description of an empty repository of the default account, in the default Region, with mutable tags.
    pub fn new(name: RepositoryName) -> Self {
        InitialRepository {
            name,
            account: None,
            region: None,
            image_tag_mutability: ImageTagMutability::Mutable,
            image_tag_mutability_exclusion_filters: Vec::new(),
            scan_on_push: false,
            encryption: Encryption::default(),
            resource_tags: BTreeMap::new(),
            policy: None,
            lifecycle_policy: None,
            layout: None,
            layout_origin: None,
            images: Vec::new(),
        }
    }
}

/// Whether the tags of a repository can be moved to another image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ImageTagMutability {
    /// Tags can be moved.
    #[default]
    Mutable,
    /// Tags cannot be moved.
    Immutable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_quirk_is_the_one_in_a_configuration() {
        for quirk in Quirk::ALL {
            let config = format!("[quirks]\n{} = false\n", quirk.name());
            let config = crate::Config::parse(&config).unwrap();
            assert!(!config.has(quirk), "{quirk:?}");
        }
    }
}
