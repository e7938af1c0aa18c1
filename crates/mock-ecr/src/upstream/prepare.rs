//! Imports images when they are pulled.

use futures_util::stream;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::domain::{Cache, CacheState};
use crate::http::buffers::Reservation;
use crate::types::{Digest, RepositoryId, Tag};
use crate::upstream::deadline::Deadline;
use crate::upstream::error::UpstreamError;
use crate::upstream::import::Import;
use crate::upstream::in_flight::Turn;
use crate::upstream::pull::Pull;
use crate::upstream::upstreams::Upstreams;

/// The number of images that a request imports at the same time.
const MAX_IMPORTS: usize = 8;

impl Upstreams {
    /// Imports the image of a tag if a rule applies to it and the caller is permitted to import it, unless the repository has a current image.
    /// If the image is stale and cannot be refreshed, the pull finds the stale image. Source: "Pull through cache" in the user guide of
    /// Amazon ECR.
    pub(crate) async fn prepare(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        tag: &Tag,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let deadline = self.deadline();
        self.prepare_until(&deadline, pull, id, tag, reservation)
            .await
    }

    /// Imports the images of several tags, at most [`MAX_IMPORTS`] at the same time and all until one deadline. Returns the results in the order of
    /// the tags.
    pub(crate) async fn prepare_all(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        tags: Vec<(&Tag, Reservation)>,
    ) -> Vec<Result<(), UpstreamError>> {
        let deadline = &self.deadline();
        let prepare = |(tag, reservation)| {
            self.prepare_until(deadline, pull, id, tag, reservation)
                .boxed()
        };
        let prepared: Vec<_> = tags.into_iter().map(prepare).collect();
        stream::iter(prepared).buffered(MAX_IMPORTS).collect().await
    }

    async fn prepare_until(
        &self,
        deadline: &Deadline<'_>,
        pull: &Pull<'_>,
        id: &RepositoryId,
        tag: &Tag,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        loop {
            let Some((import, state)) = self.needed(deadline, pull, id, tag).await? else {
                return Ok(());
            };
            // One of the requests for a stale image refreshes it, and the others find the stale image. A request of a cache does not wait either: if
            // two caches name each other, each of them could wait for the other.
            if state == CacheState::Stale || pull.importing.is_some() {
                return import.tag(tag, state, reservation).await;
            }
            match self.in_flight.begin(&format!("{id}:{tag}")) {
                Turn::Import(turn) => {
                    let imported = import.tag(tag, state, reservation).await;
                    turn.end(&imported);
                    return imported;
                }
                Turn::Wait(other) => {
                    if let Some(error) = import.wait_for(tag.as_str(), other).await? {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Returns the import that a pull of a tag needs and is permitted.
    async fn needed<'a>(
        &'a self,
        deadline: &'a Deadline<'_>,
        pull: &'a Pull<'_>,
        id: &'a RepositoryId,
        tag: &Tag,
    ) -> Result<Option<(Import<'a>, CacheState)>, UpstreamError> {
        let cache = pull.repositories.cache_of_tag(id, tag, pull.now).await?;
        let Some((cache, state)) = cache else {
            return Ok(None);
        };
        let is_current = state == CacheState::Current;
        let image = self.name_of(id, &tag.to_string());
        if is_current || pull.is_cycle(&image) || !pull.may_import(id, state).await? {
            return Ok(None);
        }
        Ok(Some((self.import(deadline, pull, cache, id), state)))
    }

    /// Imports a layer of a cached image that the repository does not have. Returns whether it has the layer now.
    pub(crate) async fn prepare_layer(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        digest: &Digest,
        reservation: Reservation,
    ) -> Result<bool, UpstreamError> {
        let Some((cache, size)) = pull.repositories.cache_of_layer(id, digest).await? else {
            return Ok(false);
        };
        if !pull.may_import(id, CacheState::NoImage).await? {
            return Ok(false);
        }
        let deadline = self.deadline();
        let import = self.import(&deadline, pull, cache, id);
        import.layer(digest, size, reservation).await
    }

    /// Imports the referrers of an image of a cache, if the upstream registry was not requested for them recently.
    pub(crate) async fn prepare_referrers(
        &self,
        pull: &Pull<'_>,
        id: &RepositoryId,
        subject: &Digest,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let (deadline, what) = (self.deadline(), subject.as_str());
        loop {
            let cache = pull.repositories.cache_of_referrers(id, subject, pull.now);
            let Some(cache) = cache.await? else {
                return Ok(());
            };
            let is_cycle = pull.is_cycle(&self.name_of(id, what));
            if is_cycle || !pull.may_import(id, CacheState::NoImage).await? {
                return Ok(());
            }
            let import = self.import(&deadline, pull, cache, id);
            // As for tags, a request of a cache does not wait.
            if pull.importing.is_some() {
                return import.referrers(subject, reservation).await;
            }
            match self.in_flight.begin(&format!("{id} referrers {subject}")) {
                Turn::Import(turn) => {
                    let imported = import.referrers(subject, reservation).await;
                    turn.end(&imported);
                    return imported;
                }
                Turn::Wait(other) => {
                    if let Some(error) = import.wait_for(what, other).await? {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn import<'a>(
        &'a self,
        deadline: &'a Deadline<'_>,
        pull: &'a Pull<'_>,
        cache: Cache,
        id: &'a RepositoryId,
    ) -> Import<'a> {
        Import {
            upstreams: self,
            deadline,
            pull,
            cache,
            id,
        }
    }

    /// Returns the name of an image of this mock in the header `x-mock-ecr-importing`.
    pub(super) fn name_of(&self, id: &RepositoryId, image: &str) -> String {
        format!("{:x}/{id}:{image}", self.mock)
    }
}
