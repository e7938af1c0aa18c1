//! The keys of the content of a repository.

use crate::store::key::{Folder, Generation, Key};
use crate::types::{Digest, Tag, UploadId};

impl Generation {
    /// The record that contains the key of the repository.
    pub(crate) fn repository(&self) -> Key {
        self.content().key("repository")
    }

    pub(crate) fn policy(&self) -> Key {
        self.content().key("policy")
    }

    pub(crate) fn lifecycle_policy(&self) -> Key {
        self.content().key("lifecycle-policy")
    }

    /// The number of evaluations of lifecycle policies that have taken images. It exists longer than a policy.
    pub(crate) fn lifecycle_evaluations(&self) -> Key {
        self.content().key("lifecycle-evaluations")
    }

    pub(crate) fn lifecycle_preview(&self) -> Key {
        self.content().key("lifecycle-preview")
    }

    pub(crate) fn preview_results(&self) -> Folder {
        self.content().folder("preview-result")
    }

    /// Some results of a preview, in order.
    pub(crate) fn preview_result(&self, index: usize) -> Key {
        self.preview_results().key(&format!("{index:06}"))
    }

    pub(crate) fn resource_tags(&self) -> Folder {
        self.content().folder("resource-tag")
    }

    pub(crate) fn images(&self) -> Folder {
        self.content().folder("image")
    }

    pub(crate) fn image(&self, digest: &Digest) -> Key {
        self.images().key(digest.as_str())
    }

    /// The images that cannot be pulled: those that are archived or being restored.
    pub(crate) fn inactive_images(&self) -> Folder {
        self.content().folder("inactive")
    }

    pub(crate) fn inactive_image(&self, digest: &Digest) -> Key {
        self.inactive_images().key(digest.as_str())
    }

    pub(crate) fn manifest(&self, digest: &Digest) -> Key {
        self.content().folder("manifest").key(digest.as_str())
    }

    pub(crate) fn annotations(&self, digest: &Digest) -> Key {
        self.content().folder("annotations").key(digest.as_str())
    }

    /// The states of the signatures of an image, by the ARN of the signing profile.
    pub(crate) fn signings(&self, digest: &Digest) -> Folder {
        self.content().folder("signing").folder(digest.as_str())
    }

    /// The states of the replications of an image, by the registry of the destination.
    pub(crate) fn replications(&self, digest: &Digest) -> Folder {
        self.content().folder("replication").folder(digest.as_str())
    }

    /// The last basic scans of images.
    pub(crate) fn scans(&self) -> Folder {
        self.content().folder("scan")
    }

    /// The last basic scan of an image.
    pub(crate) fn scan(&self, digest: &Digest) -> Key {
        self.scans().key(digest.as_str())
    }

    /// The end of an enhanced scan of an image before its time.
    pub(crate) fn enhanced_end(&self, digest: &Digest) -> Key {
        self.content().folder("enhanced-end").key(digest.as_str())
    }

    /// The result of the scans of an image.
    pub(crate) fn scan_result(&self, digest: &Digest) -> Key {
        self.content().folder("scan-result").key(digest.as_str())
    }

    pub(crate) fn tags(&self) -> Folder {
        self.content().folder("tag")
    }

    pub(crate) fn tag(&self, tag: &Tag) -> Key {
        self.tags().key(tag.as_str())
    }

    pub(crate) fn cached_tag(&self, tag: &Tag) -> Key {
        self.content().folder("cached-tag").key(tag.as_str())
    }

    pub(crate) fn cached_referrers(&self, subject: &Digest) -> Key {
        self.content()
            .folder("cached-referrers")
            .key(subject.as_str())
    }

    /// The tags that name an image.
    pub(crate) fn image_tags(&self, digest: &Digest) -> Folder {
        self.all_image_tags().folder(digest.as_str())
    }

    /// The tags of all images, in the order of the digests.
    pub(crate) fn all_image_tags(&self) -> Folder {
        self.content().folder("image-tag")
    }

    /// The images that name `subject` as their subject.
    pub(crate) fn referrers(&self, subject: &Digest) -> Folder {
        self.content().folder("referrer").folder(subject.as_str())
    }

    /// The indexes that list an image.
    pub(crate) fn indexes(&self, digest: &Digest) -> Folder {
        self.all_indexes().folder(digest.as_str())
    }

    /// The indexes of all images, in the order of the digests of the images.
    pub(crate) fn all_indexes(&self) -> Folder {
        self.content().folder("index")
    }

    /// The images that have a layer.
    pub(crate) fn layer_images(&self, layer: &Digest) -> Folder {
        self.content().folder("layer-image").folder(layer.as_str())
    }

    pub(crate) fn layers(&self) -> Folder {
        self.content().folder("layer")
    }

    pub(crate) fn layer(&self, digest: &Digest) -> Key {
        self.layers().key(digest.as_str())
    }

    /// The number of unfinished uploads. One for each repository: a number of all would make all uploads on a database wait for one another.
    pub(crate) fn open_uploads(&self) -> Key {
        self.content().key("open-uploads")
    }

    pub(crate) fn uploads(&self) -> Folder {
        self.content().folder("upload")
    }

    pub(crate) fn upload(&self, id: &UploadId) -> Key {
        self.uploads().key(id.as_str())
    }

    /// The parts of an upload, in order.
    pub(crate) fn upload_parts(&self, id: &str) -> Folder {
        self.content().folder("upload-part").folder(id)
    }

    pub(crate) fn upload_part(&self, id: &str, index: usize) -> Key {
        self.upload_parts(id).key(&format!("{index:06}"))
    }
}
