//! Fetches the images that name an image of an upstream registry as their subject.

use std::collections::BTreeSet;

use http::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use crate::domain::{ImportTarget, UpstreamImages};
use crate::http::body::collect;
use crate::http::buffers::Reservation;
use crate::types::Digest;
use crate::upstream::error::UpstreamError;
use crate::upstream::fetch::{Fetch, MAX_DEPTH, MAX_MANIFEST, MEDIA_TYPES, Role};

/// A list of referrers: an index. Source: OCI Distribution 1.1, "Listing Referrers".
#[derive(Deserialize)]
struct List {
    manifests: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    digest: String,
}

impl Fetch<'_> {
    /// Fetches the images that name a subject and that the repository does not have. A registry that does not implement the list has none of them.
    /// An image that is invalid, or that does not name the subject, is passed over. `[ASSUME]`: the first page of the list is enough.
    pub(super) async fn referrers_of(
        mut self,
        subject: &Digest,
    ) -> Result<(UpstreamImages, Reservation), UpstreamError> {
        let path = format!("/v2/{}/referrers/{subject}", self.name);
        let listed = match self.client.get(&path, MEDIA_TYPES[0]).await {
            Err(UpstreamError::NotFound(_) | UpstreamError::Unsupported(_)) => Vec::new(),
            response => self.listed(response?).await?,
        };
        let missing = self.repositories.missing_images(self.id, listed).await?;
        for digest in missing {
            self.referrer(&digest, subject).await?;
        }
        Ok(self.finish(ImportTarget::Referrers(subject.clone())))
    }

    /// Reads a list, and returns the images in it.
    async fn listed(&mut self, response: Response<Incoming>) -> Result<Vec<Digest>, UpstreamError> {
        if response.status().is_redirection() {
            let reason = "it has redirected the request for the list of referrers";
            return Err(UpstreamError::unavailable(reason));
        }
        let body = response.into_body();
        let list = collect(body, MAX_MANIFEST, &mut self.client.reservation).await;
        let list = list.map_err(UpstreamError::of_body)?;
        let list: List = serde_json::from_slice(&list).map_err(|error| {
            UpstreamError::Unavailable(format!("its list of referrers is no index: {error}"))
        })?;
        let digests = list.manifests.into_iter().map(|one| one.digest);
        let digests: BTreeSet<String> = digests.collect();
        Ok(digests
            .iter()
            .filter_map(|digest| self.parse(digest))
            .collect())
    }

    /// Parses the digest of a listed image. An algorithm that ECR does not know can name no image of the cache.
    fn parse(&self, digest: &str) -> Option<Digest> {
        let parsed = digest.parse();
        if parsed.is_err() {
            let digest: String = digest.chars().take(MAX_LOGGED).collect();
            let repository = self.id;
            tracing::warn!(%repository, ?digest, "a referrer was not imported from its upstream registry: its digest is not supported");
        }
        parsed.ok()
    }

    /// Fetches an image with its parts. If it is no referrer, nothing of it remains.
    async fn referrer(&mut self, digest: &Digest, subject: &Digest) -> Result<(), UpstreamError> {
        let before = self.progress();
        let fetched = self.image(digest, Role::Referrer(subject), MAX_DEPTH).await;
        let Err(UpstreamError::Invalid(reason)) = fetched else {
            return fetched;
        };
        self.undo(&before);
        let repository = self.id;
        tracing::warn!(%repository, %subject, %digest, ?reason, "a referrer was not imported from the upstream registry of its subject");
        Ok(())
    }
}

/// The number of characters of a text of the upstream registry that the log contains.
const MAX_LOGGED: usize = 100;
