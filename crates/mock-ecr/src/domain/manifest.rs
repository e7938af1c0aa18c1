//! What a manifest says of the image.

use serde::Deserialize;

use crate::domain::error::InvalidManifest;
use crate::types::Digest;

/// The parts of a manifest that a registry looks at: of a Docker or OCI image, of an index of them, or of an artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    /// What an image consists of.
    #[serde(default)]
    pub(crate) layers: Vec<Descriptor>,
    /// What an artifact of OCI 1.1's release candidates consists of.
    #[serde(default)]
    pub(crate) blobs: Vec<Descriptor>,
    /// What an index lists.
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
    #[serde(default)]
    pub(crate) subject: Option<Descriptor>,
    #[serde(default)]
    pub(crate) annotations: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A part of an image: what it is, which, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    #[serde(default)]
    pub(crate) size: u64,
    /// Where the part is, when it is not in the registry.
    #[serde(default)]
    pub(crate) urls: Vec<String>,
}

impl Manifest {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, InvalidManifest> {
        if bytes.len() > LONGEST_MANIFEST {
            return Err(InvalidManifest::TooLong);
        }
        let is_object = |bytes| serde_json::from_slice::<serde_json::Map<_, _>>(bytes);
        let object = is_object(bytes).map_err(|_| InvalidManifest::Json)?;
        serde_json::from_value(object.into()).map_err(|_| InvalidManifest::Shape)
    }

    /// What kind of manifest it is: what it says itself, or else what it was sent as.
    pub(crate) fn media_type(&self, sent_as: Option<&str>) -> Result<String, InvalidManifest> {
        // A parameter such as a character set is no part of the type.
        let sent_as = sent_as.map(|text| text.split(';').next().unwrap_or_default().trim());
        match (self.media_type.as_deref(), sent_as) {
            (Some(own), Some(sent)) if own != sent => Err(InvalidManifest::MediaType),
            (Some(own), _) => Ok(own.to_owned()),
            (None, Some(sent)) if !sent.is_empty() => Ok(sent.to_owned()),
            (None, _) => Ok(self.presumed_media_type().to_owned()),
        }
    }

    /// What its parts tell of a manifest that names no type.
    fn presumed_media_type(&self) -> &'static str {
        if self.manifests.is_empty() {
            "application/vnd.oci.image.manifest.v1+json"
        } else {
            "application/vnd.oci.image.index.v1+json"
        }
    }

    /// Its type as an artifact: its own, or if that is "empty or missing" its configuration's. Source: OCI Distribution 1.1, "Listing
    /// Referrers".
    pub(crate) fn artifact_type(&self) -> Option<&str> {
        let config = self.config.as_ref();
        let of_config = config.map(|config| config.media_type.as_str());
        let mut types = self.artifact_type.as_deref().into_iter().chain(of_config);
        types.find(|text| !text.is_empty())
    }

    /// The blobs that must be in the repository before it.
    pub(crate) fn required_layers(&self) -> impl Iterator<Item = &Descriptor> {
        self.config
            .iter()
            .chain(&self.layers)
            .chain(&self.blobs)
            .filter(|part| !part.is_foreign())
    }

    /// The sum of the blobs' sizes. That an index has the size of nothing is `[ASSUME]`.
    pub(crate) fn size(&self) -> u64 {
        self.required_layers()
            .fold(0, |sum, part| sum.saturating_add(part.size))
    }
}

impl Descriptor {
    /// Layers of Windows that may not be distributed stay where they are. Source: OCI image specification, `layer.md`.
    fn is_foreign(&self) -> bool {
        !self.urls.is_empty()
            || self.media_type.contains("nondistributable")
            || self.media_type.contains("foreign")
    }
}

/// Source: the length of `ImageManifest` in ECR's service model (botocore 1.44.5).
pub(crate) const LONGEST_MANIFEST: usize = 4_194_304;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

    #[test]
    fn what_is_no_object_is_no_manifest() {
        for (text, error) in [
            ("", InvalidManifest::Json),
            ("[]", InvalidManifest::Json),
            ("{} {}", InvalidManifest::Json),
            (r#"{"layers":7}"#, InvalidManifest::Shape),
            (r#"{"config":{"digest":"x"}}"#, InvalidManifest::Shape),
        ] {
            assert_eq!(Manifest::parse(text.as_bytes()), Err(error), "{text}");
        }
        let long = vec![b' '; LONGEST_MANIFEST + 1];
        assert_eq!(Manifest::parse(&long), Err(InvalidManifest::TooLong));
    }

    #[test]
    fn its_type_is_the_one_that_it_names_and_was_sent_as() {
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
    fn its_artifact_type_is_its_own_or_its_configuration_s() {
        let config = format!(
            r#""config":{{"mediaType":"a/c","digest":"sha256:{}"}}"#,
            "0a".repeat(32)
        );
        for (own, artifact_type) in [
            (r#""artifactType":"a/b","#, "a/b"),
            (r#""artifactType":"","#, "a/c"),
            ("", "a/c"),
        ] {
            let manifest = Manifest::parse(format!("{{{own}{config}}}").as_bytes()).unwrap();
            assert_eq!(manifest.artifact_type(), Some(artifact_type), "{own}");
        }
        let index = Manifest::parse(br#"{"artifactType":"","manifests":[]}"#).unwrap();
        assert_eq!(index.artifact_type(), None);
    }

    #[test]
    fn layers_that_are_elsewhere_are_not_required() {
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
        fn any_text_is_read_without_panic(text in ".*|[{}\\[\\]:\",a-z0-9]*") {
            let _ = Manifest::parse(text.as_bytes());
        }
    }
}
