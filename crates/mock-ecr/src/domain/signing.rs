//! Signs pushed images, as the signing configuration of their registry requires.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::domain::hasher::digest_of;
use crate::domain::image_record::{Image, ListedImage, Metadata, image_of, insert_image};
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::domain::signature::{Signature, Target};
use crate::domain::signing_configuration::profiles_for;
use crate::domain::signing_permission::SigningPermission;
use crate::store::{Generation, Record, Transaction, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{Algorithm, Digest, RepositoryId};

/// The state of the signature of an image by a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SigningState {
    InProgress {
        is_permitted: bool,
    },
    Complete,
    /// The caller of the push was not allowed to sign.
    Denied,
}

/// The ARN of a signing profile, and the state of its signature.
pub(crate) type SigningStatus = (String, SigningState);

/// The signing profiles that sign a pushed image.
pub(super) struct Signing {
    profiles: Vec<String>,
    permission: SigningPermission,
    duration: Duration,
}

impl Repositories {
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

    /// Returns the profiles that sign a pushed image. Uploads the blobs of the signatures, which a transaction cannot do: like a client, it stores
    /// the blobs before the manifest.
    ///
    /// `[ASSUME]`: an image that names a subject, such as a signature, is not signed.
    pub(super) async fn prepare_signing(
        &self,
        id: &RepositoryId,
        image: &Image,
    ) -> Result<Signing, RepositoryError> {
        let mut signing = Signing {
            profiles: Vec::new(),
            permission: self.signing_permission,
            duration: self.background.signing_duration,
        };
        if image.metadata.subject.is_some() {
            return Ok(signing);
        }
        let at = self.lookup(id);
        let profiles = self.store.read(move |view| {
            let exists = at.existing(view)?.is_some();
            let profiles = profiles_for(view, &at.id.registry, &at.id.name)?;
            Ok::<_, RepositoryError>(profiles.filter(|_| exists))
        });
        signing.profiles = profiles.await?.unwrap_or_default();
        let target = target(&image.digest, &image.metadata);
        if signing.permission == SigningPermission::Allowed {
            for profile in &signing.profiles {
                for blob in Signature::of(&target, profile).blobs {
                    self.push_blob(id, blob).await?;
                }
            }
        }
        Ok(signing)
    }
}

impl Signing {
    /// Begins the signatures of a pushed image. `[ASSUME]`: a profile signs an image once.
    pub(super) fn begin(
        &self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        image: &Digest,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        for profile in &self.profiles {
            let key = generation.signings(image).key(profile);
            let state: Option<SigningState> = records.view().read(&key)?;
            if !matches!(state, None | Some(SigningState::Denied)) {
                continue;
            }
            let is_permitted = self.permission == SigningPermission::Allowed;
            records.write(&key, &SigningState::InProgress { is_permitted });
            if self.duration.is_zero() {
                finish(records, generation, image, profile, now)?;
                continue;
            }
            let work = Work::Sign {
                generation: generation.clone(),
                image: image.clone(),
                profile: profile.clone(),
            };
            due::schedule(records, now + self.duration, &work);
        }
        Ok(())
    }
}

/// Ends the signature of an image. An image that was deleted in the meantime has no state.
pub(super) fn finish(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    profile: &str,
    at: Timestamp,
) -> Result<(), RepositoryError> {
    let key = generation.signings(image).key(profile);
    let Some(SigningState::InProgress { is_permitted }) = records.view().read(&key)? else {
        return Ok(());
    };
    let Some(ListedImage { digest, metadata }) = image_of(records.view(), generation, image)?
    else {
        return Ok(());
    };
    if !is_permitted {
        records.write(&key, &SigningState::Denied);
        return Ok(());
    }
    let signature = Signature::of(&target(&digest, &metadata), profile);
    insert(records, generation, signature, at)?;
    records.write(&key, &SigningState::Complete);
    Ok(())
}

/// Stores the image of a signature, if it does not exist. `[ASSUME]`: quotas do not apply to it.
fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    signature: Signature,
    now: Timestamp,
) -> Result<(), RepositoryError> {
    let bytes = signature.manifest;
    let manifest = Manifest::parse(&bytes).map_err(RepositoryError::InvalidManifest)?;
    let image = Image {
        digest: digest_of(Algorithm::Sha256, &bytes),
        metadata: Metadata::of(&manifest, &bytes, None, now)?,
        manifest: bytes,
    };
    if image_of(records.view(), generation, &image.digest)?.is_none() {
        insert_image(records, generation, &manifest, &image);
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
