//! Requests of the conformance suite of OCI Distribution 1.1 that `oci` does not cover: all upload methods for blobs and all kinds
//! of manifests.

use super::{HELLO, Registry};
use crate::image::{IMAGE, IMAGE_DIGEST, IMAGE_SHA512, OCI_INDEX, OCI_MANIFEST};
use crate::raw::{response_length, send_bytes};
use crate::response::Response;

/// An upload method for blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UploadMethod {
    OneRequest,
    TwoRequests,
    Chunks,
    Stream,
}

const UPLOAD_METHODS: [UploadMethod; 4] = [
    UploadMethod::OneRequest,
    UploadMethod::TwoRequests,
    UploadMethod::Chunks,
    UploadMethod::Stream,
];

impl UploadMethod {
    /// Pushes a blob and returns the last response.
    async fn push(self, registry: &Registry, digest: &str, content: &str) -> Response {
        let upload = registry.begin().await;
        let end = format!("{upload}?digest={digest}");
        let request = match self {
            UploadMethod::OneRequest => {
                let target = format!("/v2/app/blobs/uploads/?digest={digest}");
                registry.request("POST", &target).body(content)
            }
            UploadMethod::TwoRequests => registry.request("PUT", &end).body(content),
            UploadMethod::Chunks => {
                let (first, last) = content.split_at(2);
                let chunk = registry.request("PATCH", &upload).body(first);
                let chunk = chunk.with("Content-Range", "0-1");
                assert_eq!(chunk.to(&registry.ecr).await.status(), 202);
                let range = format!("2-{}", content.len() - 1);
                let request = registry.request("PUT", &end).body(last);
                request.with("Content-Range", &range)
            }
            UploadMethod::Stream => {
                let accepted = stream(registry, &upload, content).await;
                assert_eq!(accepted.status(), 202);
                registry.request("PUT", &end)
            }
        };
        request.to(&registry.ecr).await
    }
}

/// Sends a blob in one request with chunked transfer encoding.
async fn stream(registry: &Registry, upload: &str, content: &str) -> Response {
    let head = registry.request("PATCH", upload);
    let head = head.with("Transfer-Encoding", "chunked").bytes();
    let body = format!("{:x}\r\n{content}\r\n0\r\n\r\n", content.len());
    let bytes = [&head[..], body.as_bytes()].concat();
    Response::parse(&send_bytes(&registry.ecr, &bytes, response_length).await)
}

#[tokio::test]
async fn a_blob_is_pushed_with_every_upload_method() {
    let registry = Registry::oci().await;
    for digest in [HELLO, HELLO_SHA512] {
        for method in UPLOAD_METHODS {
            let pushed = method.push(&registry, digest, "hello").await;
            assert_eq!(pushed.status(), 201, "{method:?}");
            assert_eq!(pushed.header("docker-content-digest"), digest);
            let blob = pushed.header("location");
            assert_eq!(registry.send("GET", blob).await.body, "hello", "{method:?}");
            let head = registry.send("HEAD", blob).await;
            assert_eq!((head.status(), head.header("content-length")), (200, "5"));
            assert_eq!(registry.send("DELETE", blob).await.status(), 202);
            assert_eq!(registry.send("HEAD", blob).await.status(), 404);
        }
    }
}

#[tokio::test]
async fn an_empty_blob_is_accepted() {
    let registry = Registry::oci().await;
    for method in [UploadMethod::OneRequest, UploadMethod::TwoRequests] {
        let pushed = method.push(&registry, EMPTY_BLOB_DIGEST, "").await;
        assert_eq!(pushed.status(), 201, "{method:?}");
        let pulled = registry.send("GET", pushed.header("location")).await;
        assert_eq!(
            (pulled.status(), pulled.header("content-length")),
            (200, "0")
        );
        registry.send("DELETE", pushed.header("location")).await;
    }
}

#[tokio::test]
async fn every_upload_method_rejects_a_blob_of_another_digest() {
    let registry = Registry::oci().await;
    for digest in [HELLO, HELLO_SHA512] {
        for method in UPLOAD_METHODS {
            let rejected = method.push(&registry, digest, "hello, oh no").await;
            assert_eq!(
                (rejected.status(), rejected.error()),
                (400, "DIGEST_INVALID".to_owned()),
                "{method:?}"
            );
            let blob = format!("/v2/app/blobs/{digest}");
            assert_eq!(
                registry.send("GET", &blob).await.status(),
                404,
                "{method:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_status_of_an_upload_is_correct_after_a_chunk_out_of_order() {
    let registry = Registry::oci().await;
    let upload = registry.begin().await;
    let end = format!("{upload}?digest={HELLO}");
    for (method, target, chunk, range, status, received) in [
        ("PUT", &end, "lo", "3-4", 416, "0-0"),
        ("PATCH", &upload, "he", "0-1", 202, "0-1"),
        ("PATCH", &upload, "he", "0-1", 416, "0-1"),
        ("PUT", &end, "lo", "3-4", 416, "0-1"),
    ] {
        let request = registry
            .request(method, target)
            .with("Content-Range", range);
        let response = request.body(chunk).to(&registry.ecr).await;
        assert_eq!(response.status(), status, "{method} {range}");
        let found = registry.send("GET", &upload).await;
        assert_eq!((found.status(), found.header("range")), (204, received));
        assert_eq!(found.header("location"), upload);
    }
    let last = registry.request("PUT", &end).with("Content-Range", "2-4");
    assert_eq!(last.body("llo").to(&registry.ecr).await.status(), 201);
}

#[tokio::test]
async fn a_cancelled_upload_is_not_found() {
    let registry = Registry::oci().await;
    let upload = registry.begin().await;
    assert_eq!(registry.send("DELETE", &upload).await.status(), 204);
    let gone = registry.send("GET", &upload).await;
    assert_eq!(
        (gone.status(), gone.error()),
        (404, "BLOB_UPLOAD_UNKNOWN".to_owned())
    );
}

/// Pushes a manifest under a tag or a digest.
async fn put(registry: &Registry, reference: &str, media_type: &str, manifest: &str) -> Response {
    let path = format!("/v2/app/manifests/{reference}");
    let request = registry.request("PUT", &path).body(manifest);
    let request = request.with("Content-Type", media_type);
    request.to(&registry.ecr).await
}

/// Returns the media type and the members of a manifest of each kind.
fn manifests_of_every_kind() -> [(&'static str, String); 9] {
    [
        (OCI_INDEX, r#""manifests":[]"#.to_owned()),
        (
            OCI_INDEX,
            format!(r#""manifests":[{{"digest":"{IMAGE_DIGEST}"}}]"#),
        ),
        (
            OCI_MANIFEST,
            format!(r#""config":{{"digest":"{HELLO}"}},"layers":[]"#),
        ),
        (
            OCI_MANIFEST,
            format!(r#""layers":[{{"digest":"{HELLO}","data":"aGVsbG8="}}]"#),
        ),
        (
            OCI_MANIFEST,
            format!(r#""artifactType":"a/b","layers":[{{"digest":"{HELLO}"}}]"#),
        ),
        (
            OCI_MANIFEST,
            r#""org.example.field":{"more":[null]}"#.to_owned(),
        ),
        (
            OCI_MANIFEST,
            format!(
                r#""layers":[{{"digest":"{EMPTY_BLOB_DIGEST}","urls":["https://store.example.com/"]}}]"#
            ),
        ),
        (
            OCI_MANIFEST,
            format!(r#""subject":{{"digest":"{EMPTY_BLOB_DIGEST}"}}"#),
        ),
        (
            OCI_MANIFEST,
            format!(r#""annotations":{{"a":"{}"}}"#, "A".repeat(4_000_000)),
        ),
    ]
}

#[tokio::test]
async fn manifests_of_every_kind_are_pushed_and_pulled() {
    let registry = Registry::oci().await;
    registry.push_hello().await;
    registry.put("latest", IMAGE).await;
    for (media_type, rest) in manifests_of_every_kind() {
        let manifest = format!(r#"{{"schemaVersion":2,"mediaType":"{media_type}",{rest}}}"#);
        let pushed = put(&registry, "a", media_type, &manifest).await;
        let about = &rest[..rest.len().min(99)];
        assert_eq!(pushed.status(), 201, "{about}");
        let digest = pushed.header("docker-content-digest");
        let again = put(&registry, digest, media_type, &manifest).await;
        assert_eq!(
            (again.status(), again.header("docker-content-digest")),
            (201, digest)
        );
        for path in ["/v2/app/manifests/a", pushed.header("location")] {
            let pulled = registry.send("GET", path).await;
            assert!(pulled.status() == 200 && pulled.body == manifest, "{about}");
            let head = registry.send("HEAD", path).await;
            assert_eq!(
                (head.status(), head.header("docker-content-digest")),
                (200, digest)
            );
            assert_eq!(head.header("content-type"), media_type);
            assert_eq!(head.header("content-length"), manifest.len().to_string());
        }
    }
}

#[tokio::test]
async fn a_manifest_is_stored_under_a_digest_of_either_algorithm() {
    let registry = Registry::oci().await;
    let path = format!("/v2/app/manifests/{IMAGE_SHA512}");
    let pushed = registry.put(IMAGE_SHA512, IMAGE).await;
    assert_eq!(
        (pushed.status(), pushed.header("location")),
        (201, &path[..])
    );
    assert_eq!(pushed.header("docker-content-digest"), IMAGE_SHA512);
    assert_eq!(registry.send("GET", &path).await.body, IMAGE);
    assert_eq!(registry.send("DELETE", &path).await.status(), 202);
    assert_eq!(registry.send("HEAD", &path).await.status(), 404);
}

#[tokio::test]
async fn a_manifest_of_another_digest_is_rejected() {
    let registry = Registry::oci().await;
    for reference in [IMAGE_DIGEST, IMAGE_SHA512, "sha256:baddigeststring"] {
        let rejected = registry.put(reference, "{}  ").await;
        assert_eq!(
            (rejected.status(), rejected.error()),
            (400, "DIGEST_INVALID".to_owned()),
            "{reference}"
        );
    }
}

#[tokio::test]
async fn referrers_are_filtered_by_artifact_type() {
    let registry = Registry::oci().await;
    registry.push_hello().await;
    let subject = format!(r#""subject":{{"digest":"{IMAGE_DIGEST}"}},"annotations":{{"k":"v"}}"#);
    let mut referrers = Vec::new();
    for (media_type, rest) in [
        (
            OCI_MANIFEST,
            format!(r#""artifactType":"","config":{{"mediaType":"a/config","digest":"{HELLO}"}}"#),
        ),
        (OCI_MANIFEST, r#""artifactType":"a/image""#.to_owned()),
        (
            OCI_INDEX,
            r#""artifactType":"a/index","manifests":[]"#.to_owned(),
        ),
    ] {
        let manifest = format!(r#"{{"mediaType":"{media_type}",{rest},{subject}}}"#);
        let pushed = put(&registry, "a", media_type, &manifest).await;
        assert_eq!(pushed.header("oci-subject"), IMAGE_DIGEST);
        referrers.push(pushed.header("docker-content-digest").to_owned());
    }
    let path = format!("/v2/app/referrers/{IMAGE_DIGEST}");
    let all = registry.send("GET", &path).await;
    assert_eq!(all.header("content-type"), OCI_INDEX);
    let listed = |list: &Response| -> Vec<bool> {
        referrers
            .iter()
            .map(|digest| list.body.contains(digest))
            .collect()
    };
    assert_eq!(listed(&all), [true, true, true]);
    for (at, artifact_type) in ["a/config", "a/image", "a/index"].iter().enumerate() {
        let filtered = format!("{path}?artifactType={artifact_type}");
        let some = registry.send("GET", &filtered).await;
        assert_eq!(some.header("oci-filters-applied"), "artifactType");
        assert_eq!(listed(&some), [0, 1, 2].map(|other| other == at));
        assert!(some.body.contains(r#""annotations":{"k":"v"}"#));
    }
    registry
        .send("DELETE", &format!("/v2/app/manifests/{}", referrers[1]))
        .await;
    assert_eq!(
        listed(&registry.send("GET", &path).await),
        [true, false, true]
    );
}

/// The digest of an empty blob.
const EMPTY_BLOB_DIGEST: &str =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// The SHA-512 digest of `hello`.
const HELLO_SHA512: &str = "sha512:9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";
