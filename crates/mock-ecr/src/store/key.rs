//! The keys of the stored objects: the schema of a store.
//!
//! ```text
//! registries/ACCOUNT/REGION/settings/NAME                       a setting of the account
//! registries/ACCOUNT/REGION/repositories/NAME                   a repository and its settings
//! registries/ACCOUNT/REGION/content/NAME/policy                 the policy of the repository, as text
//! registries/ACCOUNT/REGION/content/NAME/resource-tags/KEY      a resource tag; KEY is in hexadecimal
//! registries/ACCOUNT/REGION/content/NAME/images/DIGEST          the metadata of an image, a newline, and its manifest
//! registries/ACCOUNT/REGION/content/NAME/tags/TAG               the digest of the image that the tag names
//! registries/ACCOUNT/REGION/content/NAME/image-tags/DIGEST/TAG  a tag that names the image, or has named it before
//! registries/ACCOUNT/REGION/content/NAME/referrers/DIGEST/DIGEST  the digests of a subject and of an image that names it
//! registries/ACCOUNT/REGION/content/NAME/layers/DIGEST          the bytes of a layer
//! registries/ACCOUNT/REGION/content/NAME/uploads/ID             the time at which an upload began
//! registries/ACCOUNT/REGION/content/NAME/parts/ID/START         a part of an upload; START is its first byte, in 20 digits
//! registries/ACCOUNT/REGION/content/NAME/sums/ID                the size and the digest of the first part of an upload
//! ```
//!
//! REGION is the Region of a private registry, or `public!` and the alias of a public registry. `!` replaces each slash in NAME, and `-`
//! the colon in DIGEST. An image or a layer exists if its object exists. An operation writes this object after
//! the objects that the image or layer consists of. It writes a tag after the image.

use object_store::path::{Path, PathPart};

use crate::types::{Digest, RegistryId, RepositoryId, RepositoryName, Tag, UploadId};

/// The key of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(super) Path);

impl Key {
    pub(crate) fn repository(id: &RepositoryId) -> Self {
        Folder::repositories(&id.registry).key(&encode(&id.name))
    }

    pub(crate) fn account_setting(registry: &RegistryId, name: &str) -> Self {
        Folder::registry(registry).folder("settings").key(name)
    }

    pub(crate) fn policy(id: &RepositoryId) -> Self {
        Folder::content(id).key("policy")
    }

    pub(crate) fn resource_tag(id: &RepositoryId, key: &str) -> Self {
        let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        Folder::resource_tags(id).key(&hex)
    }

    pub(crate) fn image(id: &RepositoryId, digest: &Digest) -> Self {
        Folder::images(id).key(&file_name(digest))
    }

    pub(crate) fn tag(id: &RepositoryId, tag: &Tag) -> Self {
        Folder::tags(id).key(tag.as_str())
    }

    pub(crate) fn image_tag(id: &RepositoryId, digest: &Digest, tag: &Tag) -> Self {
        Folder::image_tags(id, digest).key(tag.as_str())
    }

    pub(crate) fn referrer(id: &RepositoryId, subject: &Digest, digest: &Digest) -> Self {
        Folder::referrers(id, subject).key(&file_name(digest))
    }

    pub(crate) fn layer(id: &RepositoryId, digest: &Digest) -> Self {
        Folder::content(id).folder("layers").key(&file_name(digest))
    }

    pub(crate) fn upload(id: &RepositoryId, upload: &UploadId) -> Self {
        Folder::uploads(id).key(upload.as_str())
    }

    pub(crate) fn part(id: &RepositoryId, upload: &UploadId, start: u64) -> Self {
        Folder::parts(id, upload).key(&format!("{start:020}"))
    }

    pub(crate) fn sum(id: &RepositoryId, upload: &UploadId) -> Self {
        Folder::content(id).folder("sums").key(upload.as_str())
    }
}

/// A folder: the common prefix of keys that can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder(pub(super) Path);

impl Folder {
    /// Returns the folder of all objects.
    pub(crate) fn registries() -> Self {
        Folder(Path::from("registries"))
    }

    /// Returns the folder of the registries of an account.
    pub(crate) fn account(account: &str) -> Self {
        Folder::registries().folder(account)
    }

    pub(crate) fn repositories(registry: &RegistryId) -> Self {
        Folder::registry(registry).folder("repositories")
    }

    /// Returns the folder of the content of a repository. The record of the repository itself is not in it.
    pub(crate) fn content(id: &RepositoryId) -> Self {
        Folder::registry(&id.registry)
            .folder("content")
            .folder(&encode(&id.name))
    }

    pub(crate) fn resource_tags(id: &RepositoryId) -> Self {
        Folder::content(id).folder("resource-tags")
    }

    pub(crate) fn images(id: &RepositoryId) -> Self {
        Folder::content(id).folder("images")
    }

    pub(crate) fn tags(id: &RepositoryId) -> Self {
        Folder::content(id).folder("tags")
    }

    pub(crate) fn image_tags(id: &RepositoryId, digest: &Digest) -> Self {
        Folder::content(id)
            .folder("image-tags")
            .folder(&file_name(digest))
    }

    pub(crate) fn referrers(id: &RepositoryId, subject: &Digest) -> Self {
        Folder::content(id)
            .folder("referrers")
            .folder(&file_name(subject))
    }

    pub(crate) fn uploads(id: &RepositoryId) -> Self {
        Folder::content(id).folder("uploads")
    }

    pub(crate) fn parts(id: &RepositoryId, upload: &UploadId) -> Self {
        Folder::content(id).folder("parts").folder(upload.as_str())
    }

    fn registry(registry: &RegistryId) -> Self {
        Folder::account(registry.account().as_str()).folder(&registry.place())
    }

    fn folder(&self, name: &str) -> Self {
        Folder(self.0.clone().join(PathPart::from(name)))
    }

    pub(crate) fn key(&self, name: &str) -> Key {
        Key(self.0.clone().join(PathPart::from(name)))
    }
}

/// Returns the last segment of the key of a repository.
pub(crate) fn encode(name: &RepositoryName) -> String {
    name.as_str().replace('/', "!")
}

/// Parses the last segment of the key of a repository.
pub(crate) fn decode(file_name: &str) -> Option<RepositoryName> {
    file_name.replace('!', "/").parse().ok()
}

/// Returns the segment of a key that contains a digest.
pub(crate) fn file_name(digest: &Digest) -> String {
    digest.as_str().replace(':', "-")
}

/// Parses the segment of a key that contains a digest.
pub(crate) fn digest(file_name: &str) -> Option<Digest> {
    file_name.replacen('-', ":", 1).parse().ok()
}
