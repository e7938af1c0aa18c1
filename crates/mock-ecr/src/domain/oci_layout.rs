//! Imports the images of an OCI image layout on disk. Source: the OCI image specification, `image-layout.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::domain::error::{InvalidManifest, RepositoryError};
use crate::domain::manifest::{MAX_MANIFEST_BYTES, Manifest};
use crate::domain::put_image::NewImage;
use crate::domain::repositories::Repositories;
use crate::domain::staged_object::ContentError;
use crate::domain::staged_object::ContentStream;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, NameError, RepositoryId, Tag};

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
    /// Pushes all images of a layout to a repository.
    pub(crate) async fn import(
        &self,
        id: &RepositoryId,
        layout: &Path,
        now: Timestamp,
    ) -> Result<(), LayoutError> {
        let file = layout.join("index.json");
        let index = read(&file).await?;
        let index: Index = serde_json::from_slice(&index).map_err(|source| LayoutError::Index {
            file: file.clone(),
            source,
        })?;
        let mut import = Import {
            repositories: self,
            id,
            layout,
            now,
            pushed: BTreeSet::new(),
        };
        for entry in index.manifests {
            let tag = entry.annotations.get(REF_NAME);
            let tag = tag.map(|text| text.parse()).transpose();
            let tag = tag.map_err(|source| LayoutError::Tag {
                file: file.clone(),
                source,
            })?;
            import
                .image(&entry.digest, entry.media_type, tag, MAX_DEPTH)
                .await?;
        }
        Ok(())
    }
}

/// The largest number of indexes within each other.
const MAX_DEPTH: usize = 8;

/// The import of a layout into a repository.
struct Import<'a> {
    repositories: &'a Repositories,
    id: &'a RepositoryId,
    layout: &'a Path,
    now: Timestamp,
    /// The images and layers that were pushed. Several indexes can list the same image.
    pushed: BTreeSet<Digest>,
}

impl Import<'_> {
    /// Pushes the images and layers of an image, and then the image.
    async fn image(
        &mut self,
        digest: &Digest,
        media_type: Option<String>,
        tag: Option<Tag>,
        depth: usize,
    ) -> Result<(), LayoutError> {
        if self.pushed.contains(digest) && tag.is_none() {
            return Ok(());
        }
        let file = self.blob(digest);
        let manifest = read(&file).await?;
        let parts = Manifest::parse(&manifest).map_err(|source| LayoutError::Manifest {
            file: file.clone(),
            source,
        })?;
        for child in &parts.manifests {
            let Some(depth) = depth.checked_sub(1) else {
                return Err(LayoutError::TooDeep { file });
            };
            let media_type = Some(child.media_type.clone()).filter(|text| !text.is_empty());
            Box::pin(self.image(&child.digest, media_type, None, depth)).await?;
        }
        for layer in parts.required_layers() {
            self.layer(layer).await?;
        }
        let new = NewImage {
            manifest,
            media_type,
            digest: Some(digest.clone()),
            tag,
        };
        let put = self.repositories.put_image(self.id, new, self.now);
        put.await.map_err(rejected(&file))?;
        self.pushed.insert(digest.clone());
        Ok(())
    }

    async fn layer(&mut self, digest: &Digest) -> Result<(), LayoutError> {
        if !self.pushed.insert(digest.clone()) {
            return Ok(());
        }
        let file = self.blob(digest);
        let content = content(open(&file).await?);
        let put = self.repositories.put_layer(self.id, digest, content);
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
        match file.read(&mut chunk).await {
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

/// Reads a file of JSON.
async fn read(file: &Path) -> Result<Bytes, LayoutError> {
    let mut text = Vec::new();
    let mut opened = open(file).await?.take(MAX_MANIFEST_BYTES as u64 + 1);
    let read = opened.read_to_end(&mut text).await;
    read.map_err(unreadable(file))?;
    if text.len() > MAX_MANIFEST_BYTES {
        return Err(LayoutError::Manifest {
            file: file.to_owned(),
            source: InvalidManifest::TooLong,
        });
    }
    Ok(text.into())
}

/// Opens a regular file. Opening another file, such as a pipe, could wait forever.
async fn open(file: &Path) -> Result<File, LayoutError> {
    let metadata = tokio::fs::metadata(file).await.map_err(unreadable(file))?;
    if !metadata.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        return Err(unreadable(file)(error));
    }
    File::open(file).await.map_err(unreadable(file))
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
    #[error("{file} is nested in more than 8 indexes; expected at most 8", file = file.display())]
    TooDeep { file: PathBuf },
    #[error("{file} cannot be pushed", file = file.display())]
    Rejected {
        file: PathBuf,
        source: RepositoryError,
    },
}
