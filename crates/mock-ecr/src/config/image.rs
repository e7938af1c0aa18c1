//! An image that is described in code.

use std::fmt;

use bytes::Bytes;

use crate::types::Tag;
use crate::types::argument::{self, ArgumentError};

/// An image of layers, with a configuration and tags, that is described in code.
///
/// It is pushed with [`Repository::push`](crate::repository::Repository::push), or is in a repository from the start with
/// [`MockEcrBuilder::image`](crate::MockEcrBuilder::image). The same description always makes the same manifest, and so the same digest.
#[derive(Clone, Default)]
pub struct Image {
    layers: Vec<Bytes>,
    config: Option<Bytes>,
    tags: Vec<String>,
}

impl Image {
    /// An image without layers and tags, with the configuration of a program for Linux on amd64.
    pub fn new() -> Self {
        Image::default()
    }

    /// Adds a layer above those that the image has.
    ///
    /// The bytes are stored as they are, under the media type of an uncompressed tar. A client that unpacks the image needs them to be one.
    #[must_use]
    pub fn layer(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.layers.push(bytes.into().into());
        self
    }

    /// Sets the configuration, as JSON. It is stored as it is.
    #[must_use]
    pub fn config(mut self, json: impl Into<Vec<u8>>) -> Self {
        self.config = Some(json.into().into());
        self
    }

    /// Adds a tag. An invalid one is reported when the image is pushed.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    pub(crate) fn layers(&self) -> &[Bytes] {
        &self.layers
    }

    /// The configuration that was set.
    pub(crate) fn own_config(&self) -> Option<&Bytes> {
        self.config.as_ref()
    }

    pub(crate) fn tags(&self) -> Result<Vec<Tag>, ArgumentError> {
        let tags = self.tags.iter().map(|tag| argument::parse("tag", tag));
        tags.collect()
    }
}

/// The sizes of the parts, and the tags.
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
