//! Imports the images of an OCI image layout on disk. Source: the OCI image specification, `image-layout.md`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use crate::domain::error::{InvalidManifest, RepositoryError};
use crate::domain::image::NewImage;
use crate::domain::manifest::Manifest;
use crate::domain::repositories::Repositories;
use crate::domain::repository::Repository;
use crate::domain::upload::ContentError;
use crate::domain::upload::ContentStream;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, NameError, Tag};

/// The annotation that contains the tag of an image.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    media_type: Option<String>,
    digest: Digest,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl Repositories {
    /// Pushes all images of a layout to a repository. The repository need not exist in the store.
    pub(crate) async fn import(
        &self,
        repository: &Repository,
        layout: &Path,
        now: Timestamp,
    ) -> Result<(), LayoutError> {
        let file = layout.join("index.json");
        let index = read(&file)?;
        let index: Index = serde_json::from_slice(&index).map_err(|source| LayoutError::Index {
            file: file.clone(),
            source,
        })?;
        let import = Import {
            repositories: self,
            repository,
            layout,
            now,
        };
        for entry in index.manifests {
            let tag = entry.annotations.get(REF_NAME);
            let tag = tag.map(|text| text.parse()).transpose();
            let tag = tag.map_err(|source| LayoutError::Tag {
                file: file.clone(),
                source,
            })?;
            import.image(&entry.digest, entry.media_type, tag).await?;
        }
        Ok(())
    }
}

/// The import of a layout into a repository.
struct Import<'a> {
    repositories: &'a Repositories,
    repository: &'a Repository,
    layout: &'a Path,
    now: Timestamp,
}

impl Import<'_> {
    /// Pushes the images and layers of an image, and then the image.
    async fn image(
        &self,
        digest: &Digest,
        media_type: Option<String>,
        tag: Option<Tag>,
    ) -> Result<(), LayoutError> {
        let file = self.blob(digest);
        let manifest = read(&file)?;
        let parts = Manifest::parse(&manifest).map_err(|source| LayoutError::Manifest {
            file: file.clone(),
            source,
        })?;
        for child in &parts.manifests {
            let media_type = Some(child.media_type.clone()).filter(|text| !text.is_empty());
            Box::pin(self.image(&child.digest, media_type, None)).await?;
        }
        for layer in parts.required_layers() {
            self.layer(&layer.digest).await?;
        }
        let new = NewImage {
            manifest,
            media_type,
            digest: Some(digest.clone()),
            tag,
        };
        let put = self.repositories.put_image(self.repository, new, self.now);
        put.await.map_err(rejected(&file))?;
        Ok(())
    }

    async fn layer(&self, digest: &Digest) -> Result<(), LayoutError> {
        let id = &self.repository.id;
        let file = self.blob(digest);
        let opened = File::open(&file).map_err(unreadable(&file))?;
        let content = content(opened);
        let put = self.repositories.put_layer(id, digest, content, self.now);
        put.await.map_err(rejected(&file))
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        let blobs = self.layout.join("blobs");
        blobs.join(digest.algorithm().as_str()).join(digest.hex())
    }
}

/// Returns a stream that reads a file in chunks.
fn content(file: File) -> ContentStream<'static> {
    stream::unfold(file, |mut file| async {
        let mut chunk = vec![0; 64 * 1024];
        match file.read(&mut chunk) {
            Ok(0) => None,
            Ok(length) => {
                chunk.truncate(length);
                Some((Ok(Bytes::from(chunk)), file))
            }
            Err(_) => Some((Err(ContentError), file)),
        }
    })
    .boxed()
}

fn read(file: &Path) -> Result<Bytes, LayoutError> {
    std::fs::read(file)
        .map(Bytes::from)
        .map_err(unreadable(file))
}

fn unreadable(file: &Path) -> impl FnOnce(io::Error) -> LayoutError {
    let file = file.to_owned();
    move |source| LayoutError::Unreadable { file, source }
}

fn rejected(file: &Path) -> impl FnOnce(RepositoryError) -> LayoutError {
    let file = file.to_owned();
    move |source| LayoutError::Rejected { file, source }
}

/// An error in the import of a layout: the file, and the cause.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("{file} cannot be read", file = file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{file} is not the index of an OCI layout", file = file.display())]
    Index {
        file: PathBuf,
        source: serde_json::Error,
    },
    #[error("invalid tag in {file}", file = file.display())]
    Tag { file: PathBuf, source: NameError },
    #[error("{file} is not an image manifest", file = file.display())]
    Manifest {
        file: PathBuf,
        source: InvalidManifest,
    },
    #[error("{file} cannot be pushed", file = file.display())]
    Rejected {
        file: PathBuf,
        source: RepositoryError,
    },
}
