//! Parses the manifests of images.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::error::InvalidManifest;
use crate::types::Digest;

/// The fields of a manifest that the registry reads. The manifest is that of a Docker or OCI image, an index or an artifact.
///
/// A manifest is not parsed to a tree of its values: such a tree needs up to a hundred times the memory of the text. The text can have 16 MiB,
/// because a character has up to four bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    /// The layers of an image.
    #[serde(default, deserialize_with = "none_if_null")]
    pub(crate) layers: Vec<Descriptor>,
    /// The layers of an image in the first version of Docker's manifests.
    #[serde(default, deserialize_with = "none_if_null")]
    pub(crate) fs_layers: Vec<FsLayer>,
    /// The blobs of an artifact, as the release candidates of OCI 1.1 define it.
    #[serde(default, deserialize_with = "none_if_null")]
    pub(crate) blobs: Vec<Descriptor>,
    /// The images of an index.
    #[serde(default, deserialize_with = "none_if_null")]
    pub(crate) manifests: Vec<Descriptor>,
    #[serde(default)]
    pub(crate) subject: Option<Descriptor>,
    #[serde(default)]
    pub(crate) annotations: Option<Annotations>,
}

/// A reference to a blob or a manifest: its media type, its digest and its size in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    #[serde(default)]
    pub(crate) size: u64,
    /// The number of URLs of the content. It has URLs if it is not in the registry.
    #[serde(default, rename = "urls", deserialize_with = "count_of_texts")]
    pub(crate) url_count: usize,
}

/// A layer in the first version of Docker's manifests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FsLayer {
    blob_sum: Digest,
}

/// The annotations of a manifest, an object in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotations(String);

impl Annotations {
    pub(crate) fn as_json(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(from)?;
        match is_object(json.get()) {
            true => Ok(Annotations(json.get().to_owned())),
            false => Err(D::Error::custom("expected an object")),
        }
    }
}

impl Manifest {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, InvalidManifest> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(InvalidManifest::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| InvalidManifest::Json)?;
        if text.len() > MAX_MANIFEST_LENGTH && text.chars().count() > MAX_MANIFEST_LENGTH {
            return Err(InvalidManifest::TooLong);
        }
        // Invalid JSON has another message than JSON with members of other types.
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) if is_object(text) => {
                serde_json::from_str(text).map_err(|_| InvalidManifest::Shape)
            }
            _ => Err(InvalidManifest::Json),
        }
    }

    /// Returns the media type: that of the field `mediaType`, or else `sent_as`, the one that the request states.
    pub(crate) fn media_type(&self, sent_as: Option<&str>) -> Result<String, InvalidManifest> {
        // A parameter such as a character set is not a part of the type.
        let sent_as = sent_as.map(|text| text.split(';').next().unwrap_or_default().trim());
        match (self.media_type.as_deref(), sent_as) {
            (Some(field), _) if !is_media_type(field) => Err(InvalidManifest::Shape),
            (_, Some(sent)) if !is_media_type(sent) => Err(InvalidManifest::SentMediaType),
            (Some(field), Some(sent)) if field != sent => Err(InvalidManifest::MediaType),
            (Some(field), _) => Ok(field.to_owned()),
            (None, Some(sent)) if !sent.is_empty() => Ok(sent.to_owned()),
            (None, _) => Ok(self.default_media_type().to_owned()),
        }
    }

    /// Returns the media type of a manifest for which neither the manifest nor the request states one.
    fn default_media_type(&self) -> &'static str {
        if self.manifests.is_empty() {
            "application/vnd.oci.image.manifest.v1+json"
        } else {
            "application/vnd.oci.image.index.v1+json"
        }
    }

    /// Returns the artifact type: the field `artifactType`, or, if that is "empty or missing", the media type of the configuration.
    ///
    /// Source: OCI Distribution 1.1, "Listing Referrers".
    pub(crate) fn artifact_type(&self) -> Option<&str> {
        let config = self.config.as_ref();
        let config_type = config.map(|config| config.media_type.as_str());
        let mut types = self.artifact_type.as_deref().into_iter().chain(config_type);
        types.find(|text| !text.is_empty())
    }

    /// Returns the digests of the blobs that must exist in the repository before the manifest is pushed.
    pub(crate) fn required_layers(&self) -> impl Iterator<Item = &Digest> {
        self.typed_layers().map(|(digest, _)| digest)
    }

    /// Returns the blobs of [`required_layers`](Self::required_layers) with their media types. A media type is empty if the manifest does not state
    /// one, or if it is too long.
    pub(crate) fn typed_layers(&self) -> impl Iterator<Item = (&Digest, &str)> {
        let fs_layers = self.fs_layers.iter().map(|layer| (&layer.blob_sum, ""));
        let blobs = self.blobs().map(|part| {
            let media_type = Some(&part.media_type[..]).filter(|text| is_media_type(text));
            (&part.digest, media_type.unwrap_or_default())
        });
        blobs.chain(fs_layers)
    }

    /// Returns the blobs of [`required_layers`](Self::required_layers) with their sizes in bytes, as the manifest states them. The size is 0 if the
    /// manifest does not state one.
    pub(crate) fn layer_sizes(&self) -> impl Iterator<Item = (&Digest, u64)> {
        let fs_layers = self.fs_layers.iter().map(|layer| (&layer.blob_sum, 0));
        let blobs = self.blobs().map(|part| (&part.digest, part.size));
        blobs.chain(fs_layers)
    }

    /// Returns the sum of the sizes of the blobs, in bytes, as the manifest states them. That ECR does not compare them with the layers is
    /// `[ASSUME]`. The size of an index is that of an image; see [`put_image`](crate::domain::put_image). The sum has the range of `imageSizeInBytes`,
    /// a signed number of 64 bits.
    pub(crate) fn size(&self) -> u64 {
        let sizes = self.blobs().map(|part| part.size);
        let sum = sizes.fold(0, u64::saturating_add);
        sum.min(i64::MAX.unsigned_abs())
    }

    /// Returns the descriptors of the blobs that clients push.
    fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        let parts = self.config.iter().chain(&self.layers).chain(&self.blobs);
        parts.filter(|part| !part.is_foreign())
    }
}

/// Returns whether a text, which is valid JSON, is an object.
fn is_object(json: &str) -> bool {
    json.trim_start().starts_with('{')
}

/// Parses a list. `null` is an empty list.
fn none_if_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Counts the elements of a list of texts. `null` is an empty list.
fn count_of_texts<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts")
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<usize, E> {
            Ok(0)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<usize, A::Error> {
            let mut count = 0;
            while texts.next_element::<String>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }

    from.deserialize_any(Texts)
}

/// The response to a pull contains the media type in a header.
fn is_media_type(text: &str) -> bool {
    text.len() <= LONGEST_MEDIA_TYPE && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

impl Descriptor {
    /// Returns whether the content must not be distributed, as for some layers of Windows. Clients do not push it. Source: OCI image
    /// specification, `layer.md`.
    fn is_foreign(&self) -> bool {
        self.url_count > 0
            || self.media_type.contains("nondistributable")
            || self.media_type.contains("foreign")
    }
}

/// Source: RFC 6838, section 4.2: 127 characters on each side of the slash.
pub(super) const LONGEST_MEDIA_TYPE: usize = 255;

/// The maximum number of characters of a manifest. Source: the length of `ImageManifest` in ECR's service model (botocore 1.44.5).
pub(crate) const MAX_MANIFEST_LENGTH: usize = 4_194_304;

/// The maximum number of bytes of a manifest. A character has up to four bytes in UTF-8.
pub(crate) const MAX_MANIFEST_BYTES: usize = 4 * MAX_MANIFEST_LENGTH;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

    #[test]
    fn invalid_and_oversized_manifests_are_rejected() {
        for (text, error) in [
            ("", InvalidManifest::Json),
            ("[]", InvalidManifest::Json),
            ("{} {}", InvalidManifest::Json),
            (r#"{"layers":7}"#, InvalidManifest::Shape),
            (r#"{"config":{"digest":"x"}}"#, InvalidManifest::Shape),
            (r#"{"annotations":7}"#, InvalidManifest::Shape),
            (
                r#"{"mediaType":"a/b","mediaType":"a/c"}"#,
                InvalidManifest::Shape,
            ),
            ("{\"unknown\":\"\u{1}\"}", InvalidManifest::Json),
            (r#"{"layers":7,}"#, InvalidManifest::Json),
        ] {
            assert_eq!(Manifest::parse(text.as_bytes()), Err(error), "{text}");
        }
        let invalid = Manifest::parse(b"{\"unknown\":\"\xff\"}");
        assert_eq!(invalid, Err(InvalidManifest::Json));
        let long = vec![b' '; MAX_MANIFEST_LENGTH + 1];
        assert_eq!(Manifest::parse(&long), Err(InvalidManifest::TooLong));
        // The characters are counted, not the bytes.
        let around = r#"{"annotations":{"a":""}}"#;
        let wide = |count| around.replace("\"\"", &format!("\"{}\"", "\u{1d11e}".repeat(count)));
        let most = MAX_MANIFEST_LENGTH - around.len();
        assert!(Manifest::parse(wide(most).as_bytes()).is_ok());
        let longer = Manifest::parse(wide(most + 1).as_bytes());
        assert_eq!(longer, Err(InvalidManifest::TooLong));
    }

    #[test]
    fn a_media_type_that_a_header_cannot_contain_is_rejected() {
        let long = "a".repeat(256);
        for field in ["a/b\nc", "a/\u{e9}", "a/\0", &long] {
            let sent = Manifest::default().media_type(Some(field));
            assert_eq!(sent, Err(InvalidManifest::SentMediaType));
            let manifest = Manifest {
                media_type: Some(field.to_owned()),
                ..Manifest::default()
            };
            assert_eq!(manifest.media_type(None), Err(InvalidManifest::Shape));
        }
    }

    #[test]
    fn the_media_type_of_the_field_and_of_the_request_must_be_equal() {
        let named = Manifest::parse(format!(r#"{{"mediaType":"{OCI}"}}"#).as_bytes()).unwrap();
        let unnamed = Manifest::parse(b"{}").unwrap();
        let index = format!(
            r#"{{"manifests":[{{"digest":"sha256:{}"}}]}}"#,
            "0a".repeat(32)
        );
        let index = Manifest::parse(index.as_bytes()).unwrap();
        assert_eq!(named.media_type(None).unwrap(), OCI);
        assert_eq!(named.media_type(Some(OCI)).unwrap(), OCI);
        assert_eq!(
            named.media_type(Some("application/json")),
            Err(InvalidManifest::MediaType)
        );
        assert_eq!(
            unnamed.media_type(Some("a/b; charset=utf-8")).unwrap(),
            "a/b"
        );
        assert_eq!(unnamed.media_type(None).unwrap(), OCI);
        assert_eq!(
            index.media_type(None).unwrap(),
            "application/vnd.oci.image.index.v1+json"
        );
    }

    #[test]
    fn null_in_place_of_a_list_is_an_empty_list() {
        let manifest = br#"{"layers":null,"blobs":null,"manifests":null,"fsLayers":null}"#;
        assert_eq!(Manifest::parse(manifest), Ok(Manifest::default()));
        let layer = format!(
            r#"{{"layers":[{{"digest":"sha256:{}","urls":null}}]}}"#,
            "0a".repeat(32)
        );
        let manifest = Manifest::parse(layer.as_bytes()).unwrap();
        assert_eq!(manifest.required_layers().count(), 1);
    }

    #[test]
    fn the_layers_of_schema_1_are_required() {
        let sum = format!("sha256:{}", "0a".repeat(32));
        let manifest = format!(r#"{{"schemaVersion":1,"fsLayers":[{{"blobSum":"{sum}"}}]}}"#);
        let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
        let required: Vec<&str> = manifest.required_layers().map(Digest::as_str).collect();
        assert_eq!(required, [sum]);
    }

    #[test]
    fn the_artifact_type_is_the_field_or_the_type_of_the_configuration() {
        let config = format!(
            r#""config":{{"mediaType":"a/c","digest":"sha256:{}"}}"#,
            "0a".repeat(32)
        );
        for (field, artifact_type) in [
            (r#""artifactType":"a/b","#, "a/b"),
            (r#""artifactType":"","#, "a/c"),
            ("", "a/c"),
        ] {
            let manifest = Manifest::parse(format!("{{{field}{config}}}").as_bytes()).unwrap();
            assert_eq!(manifest.artifact_type(), Some(artifact_type), "{field}");
        }
        let index = Manifest::parse(br#"{"artifactType":"","manifests":[]}"#).unwrap();
        assert_eq!(index.artifact_type(), None);
    }

    #[test]
    fn annotations_are_kept_as_they_were_sent() {
        let manifest = Manifest::parse(br#"{"annotations": {"b": "1", "a": 1.50}}"#).unwrap();
        let annotations = manifest.annotations.unwrap();
        assert_eq!(annotations.as_json(), r#"{"b": "1", "a": 1.50}"#);
        let none = Manifest::parse(br#"{"annotations":null}"#).unwrap();
        assert_eq!(none.annotations, None);
    }

    #[test]
    fn foreign_layers_are_not_required() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let manifest = format!(
            r#"{{"config":{{"digest":"{digest}","size":1}},"layers":[
                {{"digest":"{digest}","size":2}},
                {{"digest":"{digest}","size":4,"urls":["https://example.com"]}},
                {{"digest":"{digest}","size":8,"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}}]}}"#
        );
        let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
        assert_eq!(manifest.size(), 3);
        assert_eq!(manifest.required_layers().count(), 2);
    }

    proptest! {
        #[test]
                fn no_text_causes_a_panic(text in ".*|[{}\\[\\]:\",a-z0-9]*") {
            let _ = Manifest::parse(text.as_bytes());
        }
    }
}
