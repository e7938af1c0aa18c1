//! A builder of images for the repositories of a mock.

use std::fmt;

use bytes::Bytes;

use crate::types::Tag;
use crate::types::argument::{self, ArgumentError};

/// A description of an image: its layers, its configuration and its tags.
///
/// [`Repository::push`](crate::repository::Repository::push) pushes an image.
/// [`MockEcrBuilder::image`](crate::MockEcrBuilder::image) adds an image to the initial state of a mock. Images with
/// equal layers and configurations have equal manifests, and therefore equal digests.
#[derive(Clone, Default)]
pub struct Image {
    layers: Vec<Bytes>,
    config: Option<Bytes>,
    tags: Vec<String>,
}

impl Image {
    /// Creates an image without layers and tags. Its default configuration is that of a Linux image for amd64.
    pub fn new() -> Self {
        Image::default()
    }

    /// Adds a layer on top of the existing layers.
    ///
    /// The bytes are stored unchanged, with the media type of an uncompressed tar file. The mock does not check that
    /// they are a tar file. A client that unpacks the image requires one.
    #[must_use]
    pub fn layer(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.layers.push(bytes.into().into());
        self
    }

    /// Sets the configuration of the image, as JSON. The bytes are stored unchanged and are not validated.
    #[must_use]
    pub fn config(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.config = Some(json.into().into());
        self
    }

    /// Adds a tag. If the tag is invalid, an error is returned when the image is pushed or the mock is started.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    pub(crate) fn layers(&self) -> &[Bytes] {
        &self.layers
    }

    /// Returns the configuration, if it was set.
    pub(crate) fn own_config(&self) -> Option<&Bytes> {
        self.config.as_ref()
    }

    pub(crate) fn tags(&self) -> Result<Vec<Tag>, ArgumentError> {
        let tags = self.tags.iter().map(|tag| argument::parse("tag", tag));
        tags.collect()
    }
}

/// Formats the sizes of the layers and of the configuration in bytes, and the tags.
impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<usize> = self.layers.iter().map(Bytes::len).collect();
        f.debug_struct("Image")
            .field("layers", &sizes)
            .field("config", &self.config.as_ref().map(Bytes::len))
            .field("tags", &self.tags)
            .finish()
    }
}
