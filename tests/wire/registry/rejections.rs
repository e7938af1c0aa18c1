//! What the dialect `ecr` rejects in a push although OCI Distribution 1.1 permits it. The table in `domain/rejection/` has the sources.

use mock_ecr::Config;
use mock_ecr::repository::Rejection;

use super::{HELLO, Registry, error};
use crate::image::{IMAGE, OCI_INDEX, OCI_MANIFEST, image_with};
use crate::log::Log;
use crate::response::Response;

/// The digest of an empty layer.
const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A manifest that ECR rejects.
struct Rejected {
    quirk: &'static str,
    media_type: &'static str,
    manifest: String,
    constraint: &'static str,
}

/// Returns the manifest of an image with members that ECR rejects.
fn image(quirk: &'static str, members: &str) -> Rejected {
    of(
        quirk,
        OCI_MANIFEST,
        image_with(members),
        "Invalid JSON syntax",
    )
}

fn of(
    quirk: &'static str,
    media_type: &'static str,
    manifest: impl Into<String>,
    constraint: &'static str,
) -> Rejected {
    Rejected {
        quirk,
        media_type,
        manifest: manifest.into(),
        constraint,
    }
}

/// Returns an index of one image whose platform has a member.
fn index(member: &str) -> Rejected {
    let platform = format!(r#"{{"architecture":"a","os":"windows",{member}}}"#);
    let index = format!(r#"{{"manifests":[{{"digest":"IMAGE","platform":{platform}}}]}}"#);
    of("strict_manifests", OCI_INDEX, index, "Invalid JSON syntax")
}

fn manifests_with_unknown_members() -> [Rejected; 6] {
    let members = |members: &str| {
        let members = members.replace("DIGEST", &format!(r#""digest":"{HELLO}","size":5"#));
        image("strict_manifests", &members)
    };
    [
        members(r#""unknown":1"#),
        members(r#""config":{DIGEST,"annotations":{"a":"b"}}"#),
        members(r#""config":{DIGEST,"platform":{"architecture":"a","os":"linux"}}"#),
        members(r#""subject":{DIGEST,"platform":{"architecture":"a","os":"linux"}}"#),
        index(r#""os.features":["win32k"]"#),
        index(r#""features":["sse4"]"#),
    ]
}

fn other_manifests() -> [Rejected; 6] {
    const ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
    let layer = format!(r#"{{"digest":"{HELLO}","urls":["https://example.com"]}}"#);
    let layers = vec![layer; 501].join(",");
    let no_layers = |manifest: &str| {
        of(
            "layers_required",
            OCI_MANIFEST,
            manifest,
            "Image has to have at least 1 layer",
        )
    };
    [
        image(
            "plain_media_types",
            r#""artifactType":"application/vnd.dev.sigstore.bundle+json;version=0.2""#,
        ),
        of(
            "known_manifest_types",
            ARTIFACT,
            r#"{"blobs":[]}"#,
            "Invalid JSON syntax",
        ),
        no_layers(r#"{"layers":[]}"#),
        no_layers(r#"{"layers":null}"#),
        no_layers("{}"),
        of(
            "layer_limit",
            OCI_MANIFEST,
            format!(r#"{{"layers":[{layers}]}}"#),
            "Limit on number of layers per image exceeded",
        ),
    ]
}

impl Registry {
    async fn without(quirk: &str) -> Self {
        let config = Config::parse(&format!("[quirks]\n{quirk} = false\n")).unwrap();
        Registry::from_builder(mock_ecr::MockEcr::from_config(config)).await
    }

    /// Pushes an image and then a manifest.
    async fn push(&self, media_type: &str, manifest: &str) -> Response {
        self.push_hello().await;
        let pushed = self.put("image", IMAGE).await;
        let manifest = manifest.replace("IMAGE", pushed.header("docker-content-digest"));
        let put = self.request("PUT", "/v2/app/manifests/latest");
        let put = put.with("Content-Type", media_type).body(manifest);
        put.to(&self.ecr).await
    }
}

#[tokio::test]
async fn manifests_that_ecr_rejects_are_accepted_without_the_quirk() {
    let all = manifests_with_unknown_members().into_iter();
    for one in all.chain(other_manifests()) {
        let registry = Registry::ecr().await;
        let rejected = registry.push(one.media_type, &one.manifest).await;
        let text = format!(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{}'",
            one.constraint
        );
        assert_eq!(
            (rejected.status(), rejected.body),
            (405, error("UNSUPPORTED", &text)),
            "{}",
            one.manifest
        );
        for registry in [Registry::without(one.quirk).await, Registry::oci().await] {
            let accepted = registry.push(one.media_type, &one.manifest).await;
            assert_eq!(
                accepted.status(),
                201,
                "{}: {}",
                one.manifest,
                accepted.body
            );
        }
    }
}

#[tokio::test]
async fn an_empty_layer_is_rejected() {
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    let id = upload.rsplit('/').next().unwrap();
    let put = format!("{upload}?digest={EMPTY}");
    let text = format!(
        "The upload with id '{id}' in the repository with name 'app' in registry with id '123456789012' cannot be completed because it does not have any parts."
    );
    let rejected = registry.send("PUT", &put).await;
    assert_eq!(
        (rejected.status(), rejected.body),
        (400, error("BLOB_UPLOAD_INVALID", &text))
    );
    let post = format!("/v2/app/blobs/uploads/?digest={EMPTY}");
    let rejected = registry.send("POST", &post).await;
    assert_eq!(
        (rejected.status(), rejected.error()),
        (400, "BLOB_UPLOAD_INVALID".to_owned())
    );
    let registry = Registry::without("empty_layers_rejected").await;
    assert_eq!(registry.send("POST", &post).await.status(), 201);
}

#[tokio::test]
async fn a_small_part_that_is_not_the_last_one_is_rejected() {
    for (registry, status) in [
        (Registry::ecr().await, 400),
        (Registry::without("small_parts_rejected").await, 201),
        (Registry::oci().await, 201),
    ] {
        let upload = registry.begin().await;
        let part = registry.request("PATCH", &upload).body("he");
        part.to(&registry.ecr).await;
        let last = registry.request("PUT", &format!("{upload}?digest={HELLO}"));
        let completed = last.body("llo").to(&registry.ecr).await;
        assert_eq!(completed.status(), status);
        if status == 400 {
            let text = "All layer parts except the last part should be at least 5MB";
            assert_eq!(completed.body, error("BLOB_UPLOAD_INVALID", text));
        }
    }
}

#[tokio::test]
async fn a_part_in_one_request_has_any_size() {
    let registry = Registry::ecr().await;
    let upload = registry.begin().await;
    let part = registry.request("PATCH", &upload).body("hello");
    part.to(&registry.ecr).await;
    let put = format!("{upload}?digest={HELLO}");
    assert_eq!(registry.send("PUT", &put).await.status(), 201);
}

#[tokio::test]
async fn errors_of_a_push_are_those_of_the_api() {
    let wrong = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let digest = "None of the provided layer digests match the calculated layer digest";
    let order = "First byte of the layer part is 0 instead of 3";
    for (registry, codes) in [
        (
            Registry::ecr().await,
            ["BLOB_UPLOAD_INVALID", "MANIFEST_INVALID"],
        ),
        (
            Registry::without("api_errors").await,
            ["DIGEST_INVALID", "DIGEST_INVALID"],
        ),
        (Registry::oci().await, ["DIGEST_INVALID", "DIGEST_INVALID"]),
    ] {
        let upload = registry.begin().await;
        let part = |range| {
            let part = registry.request("PATCH", &upload);
            part.with("Content-Range", range).body("hel")
        };
        part("0-2").to(&registry.ecr).await;
        let again = part("0-2").to(&registry.ecr).await;
        assert_eq!(again.status(), 416);
        let put = format!("{upload}?digest={wrong}");
        let completed = registry.send("PUT", &put).await;
        assert_eq!(
            (completed.status(), completed.error()),
            (400, codes[0].to_owned())
        );
        if codes[0] == "BLOB_UPLOAD_INVALID" {
            assert_eq!(again.body, error("BLOB_UPLOAD_INVALID", order));
            assert_eq!(completed.body, error("BLOB_UPLOAD_INVALID", digest));
            // Source of the length: bazelbuild/rules_docker#298.
            assert_eq!(completed.header("content-length"), "125");
        }
        let manifest = registry.put(wrong, IMAGE).await;
        assert_eq!(
            (manifest.status(), manifest.error()),
            (400, codes[1].to_owned())
        );
    }
}

#[test]
fn each_rejection_has_a_source() {
    for one in Rejection::ALL {
        assert!(one.source.contains('#'), "{}", one.request);
    }
}

/// Most of the errors of ECR do not contain the reason.
#[tokio::test]
async fn the_reason_of_a_rejected_manifest_is_logged() {
    let registry = Registry::ecr().await;
    for (members, reason) in [
        (
            r#""unknown":1"#,
            "unknown member \\\"unknown\\\" at line 1 column ",
        ),
        (r#""artifactType":"a/b;c=d""#, "(quirk plain_media_types)"),
    ] {
        let log = Log::default();
        let guards = log.capture();
        let pushed = registry.push(OCI_MANIFEST, &image_with(members)).await;
        assert_eq!(pushed.status(), 405);
        drop(guards);
        let text = log.text();
        let warning = text.lines().find(|line| line.contains("WARN")).unwrap();
        assert!(warning.contains("a manifest was rejected repository=arn:aws:ecr:us-east-1:123456789012:repository/app"), "{warning}");
        assert!(warning.contains(reason), "{warning}");
    }
}
