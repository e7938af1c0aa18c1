//! Copies an image to another registry.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;

use crate::config::CreationCause;
use crate::domain::creation::{Creation, WithoutTemplate};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{
    Image, ListedImage, digest_of_tag, image_of, insert_image, move_tag,
};
use crate::domain::layer_record;
use crate::domain::manifest::Manifest;
use crate::domain::mutability::TagRule;
use crate::domain::quota;
use crate::domain::registry_policy::StoredRegistryPolicy;
use crate::domain::replication::failure::{CopyError, FailureCode};
use crate::domain::replication::replicator::{Replicator, Source};
use crate::domain::replication::rule::PrivateRegistry;
use crate::domain::repository::{Lookup, RepositoryRecord};
use crate::domain::restored_image;
use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::authorization::CrossAccount;
use crate::iam::policy::repository_policy::Verdict;
use crate::iam::principal::{Caller, Principal};
use crate::store::{Generation, Key, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RegistryId, RepositoryId, Tag};

/// The repository to which an image is copied.
pub(super) struct Target {
    pub(super) id: RepositoryId,
    pub(super) record: RepositoryRecord,
    pub(super) generation: Generation,
}

impl Replicator {
    /// Copies an image with the images that it lists and their layers, and the tag if it names the image.
    pub(super) fn copy(
        &self,
        records: &mut Transaction<'_>,
        source: &Source,
        (image, tag): (&Digest, Option<&Tag>),
        to: &PrivateRegistry,
        at: Timestamp,
    ) -> Result<(), CopyError> {
        if image_of(records.view(), &source.generation, image)?.is_none() {
            return Err(FailureCode::ImageNotFound.into());
        }
        let target = self.target(records, source, to, at)?;
        for listed in listed_images(records.view(), &source.generation, image)? {
            self.copy_image(records, source, &target, &listed, at)
                .map_err(CopyError::of_listed_image)?;
        }
        self.copy_image(records, source, &target, image, at)?;
        if let Some(tag) = tag
            && digest_of_tag(records.view(), &source.generation, tag)?.as_ref() == Some(image)
        {
            self.copy_tag(records, &target, image, tag)?;
        }
        Ok(())
    }

    /// Checks that the source is allowed an action on a repository of another account. Within an account, no policy is evaluated.
    ///
    /// Source: "Registry permissions" in the user guide of Amazon ECR. The request has no value of `aws:SourceAccount`, so a condition on it does
    /// not match, as a user reported (2026). `[ASSUME]`: the principal of the request is the root user of the source.
    pub(super) fn authorize(
        &self,
        view: &dyn Snapshot,
        source: &Source,
        id: &RepositoryId,
        action: &'static str,
    ) -> Result<(), CopyError> {
        let RegistryId::Private { account, region } = &source.id.registry else {
            return Err(FailureCode::AccessDenied.into());
        };
        if *account == id.account() {
            return Ok(());
        }
        let principal = Arc::new(Principal::root(*account, region));
        let request = AccessRequest {
            caller: &Caller::new(principal, region.clone()),
            action: Action::ecr(action),
            ingress: Ingress::InProcess,
        };
        let policy = StoredRegistryPolicy::read(view, &id.registry)?;
        let is_open = self.replication.settings.cross_account == CrossAccount::Open;
        match policy.verdict(&request, &id.to_string())? {
            Verdict::Allowed | Verdict::Delegated => Ok(()),
            Verdict::NoMatch if is_open => Ok(()),
            Verdict::NoMatch | Verdict::Denied => Err(FailureCode::AccessDenied.into()),
        }
    }

    /// Returns the repository of the destination. Creates it if it does not exist.
    fn target(
        &self,
        records: &mut Transaction<'_>,
        source: &Source,
        to: &PrivateRegistry,
        at: Timestamp,
    ) -> Result<Target, CopyError> {
        let id = to.repository(&source.id.name);
        let lookup = Lookup {
            key: Key::repository(&id),
            id,
        };
        let id = lookup.id.clone();
        self.authorize(records.view(), source, &id, "ReplicateImage")?;
        let record = match lookup.existing(records.view())? {
            Some(record) => record,
            None => {
                self.authorize(records.view(), source, &id, "CreateRepository")?;
                self.create(records, lookup, at)?
            }
        };
        Ok(Target {
            id,
            generation: record.generation(),
            record,
        })
    }

    /// Source of the defaults: aws/containers-roadmap#140 (2021).
    fn create(
        &self,
        records: &mut Transaction<'_>,
        lookup: Lookup,
        at: Timestamp,
    ) -> Result<RepositoryRecord, RepositoryError> {
        let creation = Creation {
            at: lookup,
            generation: self.new.clone(),
            cause: CreationCause::Replication,
            without: WithoutTemplate::Defaults,
            quotas: self.quotas,
            now: at,
        };
        creation.run(records)?;
        creation.at.find(records.view())
    }

    /// Copies an image, if the target does not have it, and restores it if it is archived there. Source of the latter: the user guide of Amazon
    /// ECR, `archive-image.html`.
    fn copy_image(
        &self,
        records: &mut Transaction<'_>,
        source: &Source,
        target: &Target,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<(), CopyError> {
        let from = &source.generation;
        let Some(ListedImage { metadata, .. }) = image_of(records.view(), from, digest)? else {
            return Err(FailureCode::ImageNotFound.into());
        };
        let (bytes, manifest) = manifest_of(records.view(), from, digest)?;
        if let Some(existing) = image_of(records.view(), &target.generation, digest)? {
            if !existing.metadata.status.is_active() {
                self.restore(records, target, existing, at)?;
            }
            return Ok(());
        }
        copy_layers(records, from, &target.generation, &manifest)?;
        let image = Image {
            digest: digest.clone(),
            metadata: metadata.copied_at(at),
            manifest: bytes,
        };
        self.insert(records, target, &manifest, &image, at)?;
        Ok(())
    }

    /// Restores an image, and starts its scan. `[ASSUME]`: it is not signed, and not replicated again.
    fn restore(
        &self,
        records: &mut Transaction<'_>,
        target: &Target,
        image: ListedImage,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        let (generation, digest) = (&target.generation, image.digest.clone());
        let metadata = restored_image::restore(records, generation, image, at)?;
        let Target { id, record, .. } = target;
        self.scans
            .begin_on_push(records, id, record, &digest, &metadata, at)
    }

    /// Adds an image, and starts its scan. `[ASSUME]`: it is scanned like a pushed image.
    fn insert(
        &self,
        records: &mut Transaction<'_>,
        target: &Target,
        manifest: &Manifest,
        image: &Image,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        let Target {
            id,
            record,
            generation,
        } = target;
        quota::check_images(records.view(), id, generation, self.quotas)?;
        insert_image(records, generation, manifest, image);
        let (digest, metadata) = (&image.digest, &image.metadata);
        self.scans
            .begin_on_push(records, id, record, digest, metadata, at)
    }

    /// Sets a tag. An immutable tag that names another image is not moved, and the image is replicated without it. Source: the user guide of
    /// Amazon ECR, `replication.html`.
    fn copy_tag(
        &self,
        records: &mut Transaction<'_>,
        target: &Target,
        digest: &Digest,
        tag: &Tag,
    ) -> Result<(), RepositoryError> {
        let generation = &target.generation;
        let current = digest_of_tag(records.view(), generation, tag)?;
        let rule = target.record.settings.mutability.rule_of(tag);
        if current.as_ref() == Some(digest) || (current.is_some() && rule == TagRule::Immutable) {
            return Ok(());
        }
        let tags = generation.image_tags(digest);
        quota::check_tags(records.view(), &target.id, &tags, tag, self.quotas)?;
        move_tag(records, generation, tag, current.as_ref(), digest);
        Ok(())
    }
}

/// Returns the images that an index lists, and those that these list, each once. An image follows the images that it lists.
///
/// A client determines how deep indexes are nested, and how often they list an image. The function therefore does not call itself.
fn listed_images(
    view: &dyn Snapshot,
    from: &Generation,
    index: &Digest,
) -> Result<Vec<Digest>, CopyError> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open = vec![(index.clone(), listed_by(view, from, index)?)];
    while let Some((digest, listed)) = open.last_mut() {
        match listed.pop() {
            Some(next) if !seen.insert(next.clone()) => {}
            Some(next) => {
                let listed = listed_by(view, from, &next).map_err(CopyError::of_listed_image)?;
                open.push((next, listed));
            }
            None => {
                found.push(digest.clone());
                open.pop();
            }
        }
    }
    // The last one is the index.
    found.pop();
    Ok(found)
}

fn listed_by(
    view: &dyn Snapshot,
    from: &Generation,
    index: &Digest,
) -> Result<Vec<Digest>, CopyError> {
    let (_, manifest) = manifest_of(view, from, index)?;
    let listed = manifest.manifests.into_iter();
    Ok(listed.map(|one| one.digest).collect())
}

fn manifest_of(
    view: &dyn Snapshot,
    from: &Generation,
    digest: &Digest,
) -> Result<(Bytes, Manifest), CopyError> {
    let bytes = view.get(&from.manifest(digest))?;
    let bytes = bytes.ok_or(FailureCode::ImageNotFound)?;
    let manifest = Manifest::parse(&bytes).map_err(RepositoryError::InvalidManifest)?;
    Ok((bytes, manifest))
}

/// Adds the layers of an image to a repository. Their bytes are stored once, so they remain if the source is deleted.
fn copy_layers(
    records: &mut Transaction<'_>,
    from: &Generation,
    to: &Generation,
    manifest: &Manifest,
) -> Result<(), CopyError> {
    for layer in manifest.required_layers() {
        if !records.view().contains(&to.layer(layer))? {
            let size: Option<u64> = records.view().read(&from.layer(layer))?;
            let size = size.ok_or(FailureCode::LayerNotFound)?;
            layer_record::add(records, to, layer, size);
        }
    }
    Ok(())
}
