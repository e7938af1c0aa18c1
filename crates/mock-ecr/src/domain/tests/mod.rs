//! Tests of the operations on repositories, with each kind of store.

mod backfills;
mod consistency;
mod crashes;
#[cfg(feature = "postgres")]
mod databases;
mod details;
mod dropped;
mod due;
mod finish_background;
mod histories;
mod images;
mod interleavings;
mod lifecycle;
mod lifecycle_clock;
mod lifecycle_steps;
mod lists;
mod operations;
mod quotas;
mod registry_settings;
mod replication;
mod repositories;
mod storage_class;
mod sweeper;
mod uploads;

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::hasher::digest_of;
use crate::domain::{
    ContentError, ContentStream, Created, ListedImages, NewImage, ReferrerFilter, Repositories,
    Repository, RepositoryError, Settings, StatusFilter, TagMutability, TaggedImage,
};
use crate::store::StoreLocation;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Algorithm, Digest, Reference, RepositoryId, Tag};

const NOW: Timestamp = Timestamp::AWS_EXAMPLE;

struct Fixture {
    repositories: Repositories,
    repository: Repository,
    _directory: tempfile::TempDir,
}

impl Fixture {
    /// Returns the same repository in memory and in a directory.
    async fn both() -> [Fixture; 2] {
        [
            Fixture::on(|_| StoreLocation::Memory).await,
            Fixture::on(|path| StoreLocation::Directory(path.to_owned())).await,
        ]
    }

    async fn on(location: impl Fn(&std::path::Path) -> StoreLocation) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = location(directory.path())
            .open(None, None, "a test")
            .await
            .unwrap();
        let repositories = Repositories::new(store, "seed", || NOW);
        let settings = Settings::created_at(NOW);
        let repository = repositories
            .create(&id("team/app"), settings, Vec::new())
            .await
            .unwrap();
        Fixture {
            repositories,
            repository,
            _directory: directory,
        }
    }

    async fn upload(
        &self,
        parts: &[&'static str],
        digest: &Digest,
    ) -> Result<u64, RepositoryError> {
        let id = &self.repository.id;
        let upload = self.repositories.begin_upload(id, NOW).await?;
        for part in parts {
            let content = content(part);
            self.repositories
                .upload(id, &upload, None, content, NOW)
                .await?;
        }
        let nothing = stream::empty().boxed();
        let all = &self.repositories;
        let completed = all.complete_upload_with(id, &upload, None, nothing, digest, NOW);
        Ok(completed.await?.0)
    }

    async fn images(&self) -> Vec<TaggedImage> {
        let images = self
            .repositories
            .images(&self.repository.id, None, 9, StatusFilter::Any);
        images.await.unwrap()
    }

    async fn read(&self, digest: &Digest) -> Vec<u8> {
        let id = &self.repository.id;
        let opened = self
            .repositories
            .open_layer(id, digest, None)
            .await
            .unwrap();
        let chunks: Vec<Bytes> = opened.bytes.map(Result::unwrap).collect().await;
        chunks.concat()
    }

    async fn push(&self, manifest: &str, tag: &str) -> Result<Created, RepositoryError> {
        let new = NewImage {
            manifest: Bytes::from(manifest.to_owned()),
            media_type: Some("application/vnd.oci.image.manifest.v1+json".to_owned()),
            digest: None,
            tag: Some(tag.parse().unwrap()),
        };
        let pushed = self
            .repositories
            .put_image(&self.repository.id, new, NOW)
            .await?;
        Ok(pushed.created)
    }
}

fn id(name: &str) -> RepositoryId {
    let region = "us-east-1".parse().unwrap();
    RepositoryId::private(AccountId::EXAMPLE, region, name.parse().unwrap())
}

fn content(text: &'static str) -> ContentStream<'static> {
    let bytes = text
        .as_bytes()
        .chunks(3)
        .map(|chunk| Ok(Bytes::from_static(chunk)));
    stream::iter(bytes).boxed()
}

fn sha256(text: &str) -> Digest {
    digest_of(Algorithm::Sha256, text.as_bytes())
}

fn manifest_of(layer: &str) -> String {
    let digest = sha256(layer);
    format!(
        r#"{{"schemaVersion":2,"layers":[{{"digest":"{digest}","size":{}}}]}}"#,
        layer.len()
    )
}
