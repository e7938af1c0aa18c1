//! Signs images that were pushed or restored, as the signing configuration of their registry requires.

use std::time::Duration;

use bytes::Bytes;

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::domain::hasher::digest_of;
use crate::domain::image_record::{Image, ListedImage, Metadata, image_of, insert_image};
use crate::domain::manifest::Manifest;
use crate::domain::registry_settings::RegistrySettings;
use crate::domain::replication::Replication;
use crate::domain::repositories::{Repositories, published};
use crate::domain::signature::{Signature, Target};
use crate::domain::signing_configuration::{SigningRule, profiles_for};
use crate::domain::signing_permission::SigningPermission;
use crate::domain::signing_state::{self, SigningState, SigningStatus};
use crate::store::{Generation, Key, Record, Snapshot, StoreError, Transaction, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId};

/// Begins signatures.
#[derive(Clone, Debug)]
pub(super) struct Signing {
    permission: SigningPermission,
    duration: Duration,
    settings: RegistrySettings,
}

impl Repositories {
    /// Returns what begins signatures. `[ASSUME]`: a restoration is allowed to sign; the policy of its caller is not evaluated.
    pub(super) fn signing(&self) -> Signing {
        Signing {
            permission: self.signing_permission,
            duration: self.background.signing_duration,
            settings: self.registry_settings.clone(),
        }
    }

    /// Returns the states of the signatures of an image, in the byte order of the profiles.
    pub(crate) async fn signing_statuses(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<SigningStatus>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .read(move |view| {
                let folder = at.generation(view)?.signings(&digest);
                let records = view.page(&folder, None, usize::MAX)?;
                let status =
                    |(key, bytes): &Record| Ok((key.name().to_owned(), parse(key, bytes)?));
                records.iter().map(status).collect()
            })
            .await
    }
}

impl Signing {
    /// Begins the signatures of an image. They end as due work, also if their duration is zero, because a transaction cannot store their blobs.
    ///
    /// `[ASSUME]`: an image that names a subject, such as a signature, is not signed.
    pub(super) fn begin(
        &self,
        records: &mut Transaction<'_>,
        id: &RepositoryId,
        generation: &Generation,
        (image, metadata): (&Digest, &Metadata),
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        if metadata.subject.is_some() {
            return Ok(());
        }
        let is_permitted = self.permission == SigningPermission::Allowed;
        let until = now + self.duration;
        let key = Key::signing_configuration(&id.registry);
        let rules: Option<Vec<SigningRule>> = self.settings.read(records.view(), &key)?;
        for profile in profiles_for(rules.unwrap_or_default(), &id.name) {
            let key = generation.signings(image).key(&profile);
            let state: Option<SigningState> = records.view().read(&key)?;
            if state.is_some_and(|state| !state.begins_again(is_permitted)) {
                continue;
            }
            signing_state::cancel(records, generation, &key)?;
            let state = SigningState::InProgress {
                is_permitted,
                until_millis: until.as_millis(),
            };
            records.write(&key, &state);
            let work = Work::Sign {
                generation: generation.clone(),
                image: image.clone(),
                profile,
            };
            due::schedule(records, until, &work);
        }
        Ok(())
    }
}

/// Returns the blobs that must be stored before a work is done: those of a signature that the repository does not have.
pub(super) fn missing_blobs(
    view: &dyn Snapshot,
    work: &Work,
    at: Timestamp,
) -> Result<Vec<Bytes>, RepositoryError> {
    let Work::Sign {
        generation,
        image,
        profile,
    } = work
    else {
        return Ok(Vec::new());
    };
    match ending(view, generation, image, profile, at)? {
        Some(Ending::Signed(signature)) => Ok(missing(view, generation, signature)?),
        _ => Ok(Vec::new()),
    }
}

fn missing(
    view: &dyn Snapshot,
    generation: &Generation,
    signature: Signature,
) -> Result<Vec<Bytes>, StoreError> {
    let mut missing = Vec::new();
    for blob in signature.blobs {
        let digest = digest_of(Algorithm::Sha256, &blob);
        if !view.contains(&generation.layer(&digest))? {
            missing.push(blob);
        }
    }
    Ok(missing)
}

/// How a signature ends.
enum Ending {
    Signed(Signature),
    Denied,
    /// The image is archived or being restored. Its restoration begins the signature again. `[ASSUME]`
    Inactive,
}

/// Returns how the signature of an image ends, if it ends at this time: another push can have begun another signature.
fn ending(
    view: &dyn Snapshot,
    generation: &Generation,
    image: &Digest,
    profile: &str,
    at: Timestamp,
) -> Result<Option<Ending>, RepositoryError> {
    let key = generation.signings(image).key(profile);
    let Some(SigningState::InProgress {
        is_permitted,
        until_millis,
    }) = view.read(&key)?
    else {
        return Ok(None);
    };
    if until_millis != at.as_millis() {
        return Ok(None);
    }
    let Some(ListedImage { digest, metadata }) = image_of(view, generation, image)? else {
        return Ok(None);
    };
    Ok(Some(match (metadata.status.is_active(), is_permitted) {
        (false, _) => Ending::Inactive,
        (true, false) => Ending::Denied,
        (true, true) => Ending::Signed(Signature::of(&target(&digest, &metadata), profile)),
    }))
}

/// Ends the signature of an image.
pub(super) fn finish(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    profile: &str,
    at: Timestamp,
    replication: &Replication,
) -> Result<(), RepositoryError> {
    let key = generation.signings(image).key(profile);
    let signature = match ending(records.view(), generation, image, profile, at)? {
        None => return Ok(()),
        Some(Ending::Inactive) => {
            records.remove(&key);
            return Ok(());
        }
        Some(Ending::Denied) => {
            records.write(&key, &SigningState::Denied);
            return Ok(());
        }
        Some(Ending::Signed(signature)) => signature,
    };
    let manifest = signature.manifest.clone();
    if !missing(records.view(), generation, signature)?.is_empty() {
        records.write(&key, &SigningState::NotStored);
        return Ok(());
    }
    insert(records, generation, manifest, at, replication)?;
    records.write(&key, &SigningState::Complete);
    Ok(())
}

/// Stores the image of a signature, if it does not exist. `[ASSUME]`: quotas do not apply to it, and it is replicated like a pushed image.
fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    bytes: Bytes,
    now: Timestamp,
    replication: &Replication,
) -> Result<(), RepositoryError> {
    let manifest = Manifest::parse(&bytes).map_err(RepositoryError::InvalidManifest)?;
    let image = Image {
        digest: digest_of(Algorithm::Sha256, &bytes),
        metadata: Metadata::of(&manifest, &bytes, None, now)?,
        manifest: bytes,
    };
    if image_of(records.view(), generation, &image.digest)?.is_none() {
        insert_image(records, generation, &manifest, &image);
        if let Some(id) = published(records.view(), generation)? {
            replication.pushed(records, &id, generation, &image.digest, None, now)?;
        }
    }
    Ok(())
}

fn target(digest: &Digest, metadata: &Metadata) -> Target {
    Target {
        media_type: metadata.media_type.clone(),
        digest: digest.clone(),
        size: metadata.manifest_size,
    }
}
