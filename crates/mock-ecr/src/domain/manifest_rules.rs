//! Checks a manifest against the rules of ECR.

use crate::domain::error::InvalidManifest;
use crate::domain::manifest::Manifest;
use crate::domain::manifest_members::{IMAGE, INDEX};
use crate::domain::rejection::{Rule, Rules};

/// Checks a manifest of a media type. `sent_as` is the media type that the request states.
pub(super) fn check_manifest(
    rules: Rules,
    manifest: &Manifest,
    bytes: &[u8],
    media_type: &str,
    sent_as: Option<&str>,
) -> Result<(), InvalidManifest> {
    let kind = Kind::of(media_type);
    let is_typed = manifest.media_type.is_some() || sent_as.is_some_and(|text| !text.is_empty());
    let types = [
        (Rule::NoType, !is_typed),
        (Rule::UnknownType, kind == Kind::Unknown),
    ];
    check(rules, types)?;
    if rules.have(Rule::UnknownMember) {
        kind.check_members(bytes)?;
    }
    let layers = layer_count(manifest);
    let contents = [
        (Rule::MediaTypeParameter, has_parameter(manifest)),
        (Rule::NoLayers, kind.is_image() && layers == 0),
        (Rule::TooManyLayers, layers > MAX_LAYERS),
    ];
    check(rules, contents)
}

/// Returns an error for the first rule that is broken.
fn check(
    rules: Rules,
    broken: impl IntoIterator<Item = (Rule, bool)>,
) -> Result<(), InvalidManifest> {
    let mut broken = broken.into_iter();
    let broken = broken.find(|(rule, is_broken)| *is_broken && rules.have(*rule));
    broken.map_or(Ok(()), |(rule, _)| Err(InvalidManifest::Rejected(rule)))
}

/// Source: the last source of [`Rule::TooManyLayers`] in the table.
const MAX_LAYERS: usize = 500;

/// The kind of a manifest, by its media type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Index,
    /// The first version of Docker's manifests. ECR supports it; its members are not checked.
    Schema1,
    Unknown,
}

impl Kind {
    /// Source: the user guide of Amazon ECR, `image-manifest-formats.html`.
    pub(super) fn of(media_type: &str) -> Self {
        match media_type {
            "application/vnd.oci.image.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v2+json" => Kind::Image,
            "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json" => Kind::Index,
            "application/vnd.docker.distribution.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v1+prettyjws" => Kind::Schema1,
            _ => Kind::Unknown,
        }
    }

    pub(super) fn is_image(self) -> bool {
        matches!(self, Kind::Image | Kind::Schema1)
    }

    fn check_members(self, bytes: &[u8]) -> Result<(), InvalidManifest> {
        let members = match self {
            Kind::Image => &IMAGE,
            Kind::Index => &INDEX,
            Kind::Schema1 | Kind::Unknown => return Ok(()),
        };
        let checked = members.check(bytes);
        checked.map_err(|error| InvalidManifest::UnknownMember(error.to_string()))
    }
}

fn layer_count(manifest: &Manifest) -> usize {
    manifest.layers.len() + manifest.fs_layers.len()
}

fn has_parameter(manifest: &Manifest) -> bool {
    let layers = manifest.layers.iter();
    let mut types = layers
        .map(|layer| layer.media_type.as_str())
        .chain(manifest.artifact_type.as_deref());
    types.any(|media_type| media_type.contains(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
    const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    const V2: &str = "application/vnd.docker.distribution.manifest.v2+json";
    const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

    fn check(media_type: &str, manifest: &str) -> Result<(), InvalidManifest> {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let manifest = manifest.replace("DIGEST", &format!(r#""digest":"{digest}","size":2"#));
        let parsed = Manifest::parse(manifest.as_bytes()).unwrap();
        let (bytes, sent_as) = (manifest.as_bytes(), Some(media_type));
        check_manifest(Rules::ALL, &parsed, bytes, media_type, sent_as)
    }

    /// The manifests of clients, with every member that these clients write.
    #[test]
    fn manifests_of_clients_are_accepted() {
        for (media_type, manifest) in [
            // docker, podman, skopeo: Docker's format, with a foreign layer of Windows.
            (
                V2,
                r#"{"schemaVersion":2,"mediaType":"M","config":{"mediaType":"c",DIGEST},"layers":[{"mediaType":"l",DIGEST},{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",DIGEST,"urls":["https://example.com"]}]}"#,
            ),
            // buildah, podman: OCI with annotations, also of layers.
            (
                OCI,
                r#"{"schemaVersion":2,"config":{"mediaType":"c",DIGEST},"layers":[{"mediaType":"l",DIGEST,"annotations":{"a":"b"}}],"annotations":{"org.opencontainers.image.base.name":""}}"#,
            ),
            // oras attach and oras push: the empty descriptor has `data`.
            (
                OCI,
                r#"{"schemaVersion":2,"mediaType":"M","artifactType":"application/vnd.example+json","config":{"mediaType":"application/vnd.oci.empty.v1+json",DIGEST,"data":"e30="},"layers":[{"mediaType":"application/vnd.oci.empty.v1+json",DIGEST,"data":"e30="}],"subject":{"mediaType":"M",DIGEST,"annotations":{"a":"b"},"artifactType":"a/b"},"annotations":{"org.opencontainers.image.created":"t"}}"#,
            ),
            // cosign, helm: null instead of an absent member.
            (
                OCI,
                r#"{"schemaVersion":2,"mediaType":"M","config":{"mediaType":"c",DIGEST},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json",DIGEST,"annotations":{"dev.cosignproject.cosign/signature":"s"}}],"annotations":null,"subject":null}"#,
            ),
            // buildx: an index with an attestation.
            (
                OCI_INDEX,
                r#"{"schemaVersion":2,"mediaType":"M","manifests":[{"mediaType":"m",DIGEST,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}},{"mediaType":"m",DIGEST,"artifactType":"a/b","annotations":{"vnd.docker.reference.type":"attestation-manifest"},"platform":{"architecture":"unknown","os":"unknown"}}],"annotations":{"a":"b"}}"#,
            ),
            // docker manifest push, with an image for Windows.
            (
                LIST,
                r#"{"schemaVersion":2,"mediaType":"M","manifests":[{"mediaType":"m",DIGEST,"platform":{"architecture":"amd64","os":"windows","os.version":"10.0"}}]}"#,
            ),
            // An index without images, which clients of referrers write in place of the referrers API.
            (OCI_INDEX, r#"{"schemaVersion":2,"manifests":[]}"#),
            (
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                r#"{"schemaVersion":1,"name":"a","tag":"b","fsLayers":[{"blobSum":"sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}],"history":[{"v1Compatibility":"{}"}],"signatures":[]}"#,
            ),
        ] {
            assert_eq!(check(media_type, manifest), Ok(()), "{manifest}");
        }
    }

    #[test]
    fn recorded_rejections_of_members_are_rejected() {
        let image = |members: &str| {
            let config = r#""config":{"mediaType":"c",DIGEST}"#;
            let config = if members.contains("\"config\"") {
                String::new()
            } else {
                format!(",{config}")
            };
            format!(r#"{{"schemaVersion":2,"layers":[{{DIGEST}}]{config}{members}}}"#)
        };
        let index = |platform: &str| {
            format!(
                r#"{{"manifests":[{{DIGEST,"platform":{{"architecture":"a","os":"o",{platform}}}}}]}}"#
            )
        };
        for (media_type, name, manifest) in [
            (
                OCI,
                "annotations",
                image(r#","config":{DIGEST,"annotations":{"a":"b"}}"#),
            ),
            (
                OCI,
                "platform",
                image(r#","config":{DIGEST,"platform":{"os":"o"}}"#),
            ),
            (
                OCI,
                "platform",
                image(r#","subject":{DIGEST,"platform":{"os":"o"}}"#),
            ),
            (OCI, "unknown", image(r#","unknown":1"#)),
            (V2, "manifests", image(r#","manifests":[]"#)),
            (
                OCI_INDEX,
                "os.features",
                index(r#""os.features":["win32k"]"#),
            ),
            (LIST, "features", index(r#""features":["sse4"]"#)),
        ] {
            let rejected = check(media_type, &manifest);
            let Err(InvalidManifest::UnknownMember(reason)) = rejected else {
                panic!("{manifest}: {rejected:?}");
            };
            assert!(
                reason.starts_with(&format!("unknown member {name:?} at line 1 column ")),
                "{reason}"
            );
        }
    }

    #[test]
    fn an_image_has_1_to_500_layers() {
        let image = |count: usize| {
            let layers = vec!["{DIGEST}"; count].join(",");
            check(OCI, &format!(r#"{{"layers":[{layers}]}}"#))
        };
        let no_layers = Err(InvalidManifest::Rejected(Rule::NoLayers));
        assert_eq!(image(0), no_layers);
        assert_eq!(check(V2, "{}"), no_layers);
        assert_eq!(check(OCI, r#"{"layers":null}"#), no_layers);
        assert_eq!(image(500), Ok(()));
        let too_many = Err(InvalidManifest::Rejected(Rule::TooManyLayers));
        assert_eq!(image(501), too_many);
    }

    #[test]
    fn media_types_are_known_and_have_no_parameters() {
        let unknown = Err(InvalidManifest::Rejected(Rule::UnknownType));
        for media_type in ["a/b", "application/vnd.oci.artifact.manifest.v1+json"] {
            assert_eq!(check(media_type, r#"{"layers":[{DIGEST}]}"#), unknown);
        }
        let parameter = Err(InvalidManifest::Rejected(Rule::MediaTypeParameter));
        for (member, layer) in [(";v=1", ""), ("", ";v=1")] {
            let manifest = format!(
                r#"{{"artifactType":"a/b{member}","layers":[{{"mediaType":"a/b{layer}",DIGEST}}]}}"#
            );
            assert_eq!(check(OCI, &manifest), parameter, "{manifest}");
        }
    }
}
