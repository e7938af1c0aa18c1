//! The keys of records: the schema of a store.
//!
//! ```text
//! epochs                             the processes that have written to this store
//! setting/ACCOUNT/PLACE/NAME         a setting of an account
//! setting/ACCOUNT/PLACE/registry-policy  the policy of a registry, as text
//! setting/ACCOUNT/PLACE/signing-configuration  the signing configuration of a registry
//! setting/ACCOUNT/PLACE/template/PREFIX  a repository creation template
//! setting/ACCOUNT/PLACE/pull-through-rule/PREFIX  a pull-through cache rule
//! setting/ACCOUNT/PLACE/pull-exclusion/ARN  a principal whose pulls are not recorded
//! setting/ACCOUNT/PLACE/scanning-configuration  the scanning configuration of a registry
//! setting/ACCOUNT/PLACE/replication-configuration  the replication configuration of a registry
//! setting/ACCOUNT/PLACE/backfill/ID  a replication backfill
//! setting/ACCOUNT/PLACE/backfill-images/ID/INDEX  some images of a replication backfill; INDEX has six digits
//! repository/ACCOUNT/PLACE/NAME      a repository: its generation and its settings
//! unpublished/GEN                    a repository that is created with its first images, and is not visible yet
//! garbage/GEN                        a deleted repository whose content is still to be removed
//! layer/DIGEST                       a layer: its size and its objects
//! layer-user/DIGEST/GEN              a repository that has the layer
//! staged/OBJECT                      an object that is being written; no record refers to it
//! unused/OBJECT                      an object to remove; no record refers to it
//! expiring-mock/TIME/GEN/ID          an unfinished upload and its beginning, on the mock's clock
//! expiring-system/TIME/GEN/ID        the same on the system's clock
//! due/TIME/WORK                      work that is due at a time of the mock's clock
//!
//! content/GEN/repository             the key of the repository
//! content/GEN/policy                 the policy of the repository, as text
//! content/GEN/lifecycle-policy       the lifecycle policy of the repository, and when it is evaluated
//! content/GEN/lifecycle-evaluations  the number of evaluations that have taken images
//! content/GEN/lifecycle-preview      the last preview of a lifecycle policy
//! content/GEN/preview-result/INDEX   some results of the preview; INDEX has six digits
//! content/GEN/resource-tag/KEY       a resource tag
//! content/GEN/image/DIGEST           the metadata of an image
//! content/GEN/inactive/DIGEST        the status of an image that cannot be pulled, because it is archived or being restored
//! content/GEN/manifest/DIGEST        its manifest
//! content/GEN/annotations/DIGEST     its annotations, if it names a subject
//! content/GEN/signing/DIGEST/PROFILE  the state of the signature of an image by a signing profile
//! content/GEN/replication/DIGEST/REGISTRY  the state of the replication of an image to a registry
//! content/GEN/scan/DIGEST            the last basic scan of an image
//! content/GEN/scan-result/DIGEST     the result of the scans of an image, if it was set
//! content/GEN/tag/TAG                the digest of the image that the tag names
//! content/GEN/cached-tag/TAG         when an upstream registry was last requested for the image of a tag
//! content/GEN/image-tag/DIGEST/TAG   a tag that names the image
//! content/GEN/referrer/DIGEST/DIGEST the digests of a subject and of an image that names it
//! content/GEN/index/DIGEST/DIGEST    the digests of an image and of an index that lists it
//! content/GEN/layer-image/DIGEST/DIGEST  the digests of a layer and of an image that has it: the media type of the layer in the manifest
//! content/GEN/layer/DIGEST           the size of a layer of the repository
//! content/GEN/open-uploads           the number of unfinished uploads
//! content/GEN/upload/ID              an unfinished upload
//! content/GEN/upload-part/ID/INDEX   the object of a part of an upload; INDEX has six digits
//! ```
//!
//! The parts of a key are separated by a zero byte, here shown as a slash, so that the byte order of keys is the order of their parts. GEN is
//! the generation of a repository, a name that is never used again: a repository that is created after another one of the same name was
//! deleted has another generation. PLACE is the Region of a private registry, or `public!` and the alias of a public registry. TIME is the number
//! of milliseconds since the first time that a clock can have, with 20 digits. WORK begins with GEN and a space.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RegistryId, RepositoryId, UploadId};

/// The key of one record.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    pub(crate) fn epochs() -> Self {
        Key(b"epochs".to_vec())
    }

    pub(crate) fn repository(id: &RepositoryId) -> Self {
        Folder::REPOSITORIES
            .of_registry(&id.registry)
            .key(id.name.as_str())
    }

    pub(crate) fn unpublished(generation: &Generation) -> Self {
        Folder::UNPUBLISHED.folder().key(generation.as_str())
    }

    pub(crate) fn garbage(generation: &Generation) -> Self {
        Folder::GARBAGE.folder().key(generation.as_str())
    }

    pub(crate) fn layer(digest: &Digest) -> Self {
        Folder::LAYERS.folder().key(digest.as_str())
    }

    pub(crate) fn layer_user(digest: &Digest, generation: &Generation) -> Self {
        Folder::layer_users(digest).key(generation.as_str())
    }

    pub(crate) fn staged(object: &str) -> Self {
        Folder::STAGED.folder().key(object)
    }

    pub(crate) fn unused(object: &str) -> Self {
        Folder::UNUSED.folder().key(object)
    }

    pub(crate) fn expiring_mock(at: Timestamp, generation: &Generation, id: &UploadId) -> Self {
        expiring(Folder::EXPIRING_MOCK, at, generation, id)
    }

    pub(crate) fn expiring_system(at: Timestamp, generation: &Generation, id: &UploadId) -> Self {
        expiring(Folder::EXPIRING_SYSTEM, at, generation, id)
    }

    /// The number of resets.
    pub(crate) fn resets() -> Self {
        Folder::RESETS.folder().key("number")
    }

    /// The work with this name that is due at a time.
    pub(crate) fn due(at: Timestamp, work: &str) -> Self {
        Folder::DUE.folder().folder(&time(at)).key(work)
    }

    /// Returns the time of a key of [`due`](Self::due).
    pub(crate) fn due_time(&self) -> Option<Timestamp> {
        self.parts().nth(1).and_then(parse_time)
    }

    /// Returns the bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the key with these bytes, which were those of a key.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Key(bytes.to_vec())
    }

    /// Returns the last part.
    pub(crate) fn name(&self) -> &str {
        self.parts().next_back().unwrap_or_default()
    }

    /// Returns the parts, from first to last.
    pub(crate) fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        let parts = self.0.split(|byte| *byte == SEPARATOR);
        parts.map(|part| str::from_utf8(part).unwrap_or_default())
    }
}

/// The parts, separated by slashes.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().collect::<Vec<_>>().join("/"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn expiring(kind: Kind, at: Timestamp, generation: &Generation, id: &UploadId) -> Key {
    let time = kind.folder().folder(&time(at));
    time.folder(generation.as_str()).key(id.as_str())
}

/// Returns a time in the order of time: 20 digits, which begin with the first time.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{:020}", at.as_millis() - first_time())
}

/// Parses the part of a key that [`time`] has formatted.
pub(crate) fn parse_time(part: &str) -> Option<Timestamp> {
    let millis: i64 = part.parse().ok()?;
    Some(Timestamp::from_millis(millis.saturating_add(first_time())))
}

/// Returns the first time that a clock can have, in milliseconds since 1970.
fn first_time() -> i64 {
    Timestamp::from_millis(i64::MIN).as_millis()
}

/// A folder: the common prefix of keys that can be listed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Folder(Vec<u8>);

impl Folder {
    const SETTINGS: Kind = Kind("setting");
    const REPOSITORIES: Kind = Kind("repository");
    const UNPUBLISHED: Kind = Kind("unpublished");
    const GARBAGE: Kind = Kind("garbage");
    const LAYERS: Kind = Kind("layer");
    const STAGED: Kind = Kind("staged");
    const UNUSED: Kind = Kind("unused");
    const EXPIRING_MOCK: Kind = Kind("expiring-mock");
    const EXPIRING_SYSTEM: Kind = Kind("expiring-system");
    const DUE: Kind = Kind("due");
    const RESETS: Kind = Kind("reset");

    pub(crate) fn settings() -> Self {
        Folder::SETTINGS.folder()
    }

    pub(crate) fn settings_of(registry: &RegistryId) -> Self {
        Folder::SETTINGS.of_registry(registry)
    }

    /// The repositories of all registries.
    pub(crate) fn repositories() -> Self {
        Folder::REPOSITORIES.folder()
    }

    pub(crate) fn repositories_of(registry: &RegistryId) -> Self {
        Folder::REPOSITORIES.of_registry(registry)
    }

    pub(crate) fn all_unpublished() -> Self {
        Folder::UNPUBLISHED.folder()
    }

    pub(crate) fn all_garbage() -> Self {
        Folder::GARBAGE.folder()
    }

    /// The content of all repositories.
    #[cfg(all(test, feature = "file-store"))]
    pub(crate) fn all_content() -> Self {
        Kind("content").folder()
    }

    #[cfg(all(test, feature = "file-store"))]
    pub(crate) fn all_layers() -> Self {
        Folder::LAYERS.folder()
    }

    pub(crate) fn layer_users(digest: &Digest) -> Self {
        Kind("layer-user").folder().folder(digest.as_str())
    }

    pub(crate) fn all_staged() -> Self {
        Folder::STAGED.folder()
    }

    pub(crate) fn all_unused() -> Self {
        Folder::UNUSED.folder()
    }

    pub(crate) fn all_expiring_mock() -> Self {
        Folder::EXPIRING_MOCK.folder()
    }

    pub(crate) fn all_expiring_system() -> Self {
        Folder::EXPIRING_SYSTEM.folder()
    }

    /// The due work of all repositories, in the order of time.
    pub(crate) fn all_due() -> Self {
        Folder::DUE.folder()
    }

    /// Returns whether a key is in the folder.
    pub(crate) fn contains(&self, key: &Key) -> bool {
        key.0.starts_with(&self.0)
    }

    /// Returns the bytes with which the keys of the folder begin.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes that follow all keys of the folder.
    #[cfg(feature = "postgres")]
    pub(super) fn end(&self) -> Vec<u8> {
        let (_separator, start) = self.0.split_last().expect("a folder ends with a separator");
        [start, &[SEPARATOR + 1]].concat()
    }

    /// Returns the name in this folder of the key `name` in the folder `folder` below it.
    pub(crate) fn name_below(folder: &str, name: &str) -> String {
        format!("{folder}{}{name}", char::from(SEPARATOR))
    }

    /// Returns the key with this name in the folder.
    pub(crate) fn key(&self, name: &str) -> Key {
        Key([&self.0, name.as_bytes()].concat())
    }

    pub(super) fn folder(&self, name: &str) -> Self {
        Folder([&self.0, name.as_bytes(), &[SEPARATOR]].concat())
    }
}

/// A folder at the top.
#[derive(Clone, Copy)]
struct Kind(&'static str);

impl Kind {
    fn folder(self) -> Folder {
        Folder([self.0.as_bytes(), &[SEPARATOR]].concat())
    }

    fn of_registry(self, registry: &RegistryId) -> Folder {
        let account = self.folder().folder(registry.account().as_str());
        account.folder(&registry.place())
    }
}

const SEPARATOR: u8 = 0;

/// The name of the content of one repository, from its creation to its deletion. It is never used again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Generation(String);

impl Generation {
    pub(crate) fn new(name: String) -> Self {
        Generation(name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder of the whole content.
    pub(crate) fn content(&self) -> Folder {
        Kind("content").folder().folder(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_is_the_order_of_their_parts() {
        let generation = Generation::new("1-1".to_owned());
        let other = Generation::new("1-10".to_owned());
        let mut keys = [
            other.policy(),
            generation.tag(&"a.b".parse().unwrap()),
            generation.tag(&"a".parse().unwrap()),
            generation.policy(),
        ];
        keys.sort();
        let keys = keys.map(|key| key.to_string());
        let expected = [
            "content/1-1/policy",
            "content/1-1/tag/a",
            "content/1-1/tag/a.b",
            "content/1-10/policy",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_time_is_formatted_in_the_order_of_time() {
        let times = [i64::MIN, -5, 0, 9, 10, 1_448_832_653_241, i64::MAX];
        let times = times.map(Timestamp::from_millis);
        let parts = times.map(time);
        assert!(parts.is_sorted(), "{parts:?}");
        assert_eq!(
            parts.each_ref().map(|part| parse_time(part).unwrap()),
            times
        );
    }
}
