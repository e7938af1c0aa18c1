//! A builder of images for the repositories of a mock.

use std::fmt;

use bytes::Bytes;

use crate::types::Tag;
use crate::types::argument::{self, ArgumentError};

/// A description of an image: its layers, its configuration and its tags.
///
/// [`Repository::push`](crate::repository::Repository::push) pushes it, and [`MockEcrBuilder::image`](crate::MockEcrBuilder::image) adds it
/// to the initial state of a mock. Equal descriptions have equal manifests, and so equal digests.
#[derive(Clone, Default)]
pub struct Image {
    layers: Vec<Bytes>,
    config: Option<Bytes>,
    tags: Vec<String>,
}

impl Image {
    /// Creates an image without layers and without tags. Its configuration is that of a Linux program on amd64.
    pub fn new() -> Self {
        Image::default()
    }

    /// Adds a layer on top of the other layers.
    ///
    /// The bytes are stored unchanged, with the media type of an uncompressed tar file. They must be a tar file if a
    /// client unpacks the image.
    #[must_use]
    pub fn layer(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.layers.push(bytes.into().into());
        self
    }

    /// Sets the configuration, as JSON. The bytes are stored unchanged.
    #[must_use]
    pub fn config(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.config = Some(json.into().into());
        self
    }

    /// Adds a tag. An invalid tag is reported when the image is pushed.
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

/// Prints the sizes of the parts in bytes, and the tags.
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
