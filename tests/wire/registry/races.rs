//! Concurrent requests to one upload or one repository, with each kind of store.

use mock_ecr::MockEcr;
use mock_ecr::config::{Dialect, StoreLocation};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::image::{IMAGE, IMAGE_DIGEST, OCI_MANIFEST};
use crate::raw::RawRequest;
use crate::registry::{HELLO, Registry};
use crate::response::Response;

/// The digest of `world`.
const WORLD: &str = "sha256:486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7";

/// Returns a registry in memory, and one in a directory.
async fn registries(directory: &tempfile::TempDir) -> [Registry; 2] {
    let store = StoreLocation::Directory(directory.path().to_owned());
    let builder = || MockEcr::builder().dialect(Dialect::Oci);
    [
        Registry::from_builder(builder()).await,
        Registry::from_builder(builder().store(store)).await,
    ]
}

async fn begin_upload(registry: &Registry) -> String {
    let begun = registry.send("POST", "/v2/app/blobs/uploads/").await;
    assert_eq!(begun.status(), 202, "{}", begun.body);
    begun.header("location").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_two_requests_do_not_mix() {
    let directory = tempfile::tempdir().unwrap();
    for registry in registries(&directory).await {
        for _ in 0..20 {
            let upload = begin_upload(&registry).await;
            let part = |text: &'static str| registry.request("PATCH", &upload).body(text);
            let (one, other) = (part("hello"), part("world"));
            let sent = tokio::join!(one.to(&registry.ecr), other.to(&registry.ecr));
            let statuses = [sent.0.status(), sent.1.status()];
            // Both are stored if one began after the other had ended.
            let is_expected = [[202, 416], [416, 202], [202, 202]].contains(&statuses);
            assert!(is_expected, "{statuses:?}");
            for digest in [HELLO, WORLD] {
                let put = format!("{upload}?digest={digest}");
                if registry.send("PUT", &put).await.status() == 201 {
                    assert_ne!(statuses, [202, 202]);
                    let blob = format!("/v2/app/blobs/{digest}");
                    let layer = registry.send("GET", &blob).await;
                    let text = if digest == HELLO { "hello" } else { "world" };
                    assert_eq!(layer.body, text);
                    assert_eq!(registry.send("DELETE", &blob).await.status(), 202);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_pushed_while_its_image_is_deleted_names_an_image_or_does_not_exist() {
    let directory = tempfile::tempdir().unwrap();
    for registry in registries(&directory).await {
        for round in 0..20 {
            let tag = format!("t{round}");
            let path = format!("/v2/app/manifests/{tag}");
            let image = format!("/v2/app/manifests/{IMAGE_DIGEST}");
            let push = || {
                let put = registry.request("PUT", &path).body(IMAGE);
                put.with("Content-Type", OCI_MANIFEST)
            };
            assert_eq!(push().to(&registry.ecr).await.status(), 201);
            let (put, delete) = (push(), registry.request("DELETE", &image));
            tokio::join!(put.to(&registry.ecr), delete.to(&registry.ecr));
            let tags = registry.send("GET", "/v2/app/tags/list").await;
            let is_listed = tags.body.contains(&format!("\"{tag}\""));
            let status = registry.send("GET", &path).await.status();
            assert_eq!(status, if is_listed { 200 } else { 404 });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_pushed_while_its_repository_is_deleted_is_kept_or_rejected() {
    let directory = tempfile::tempdir().unwrap();
    for registry in registries(&directory).await {
        for _ in 0..20 {
            let push = registry.request("PUT", "/v2/app/manifests/1.0").body(IMAGE);
            let push = push.with("Content-Type", OCI_MANIFEST);
            let call = |operation: &str| {
                let call = RawRequest::call(operation);
                call.body(r#"{"repositoryName":"app"}"#).signed()
            };
            let delete = call("DeleteRepository");
            let (pushed, deleted) = tokio::join!(push.to(&registry.ecr), delete.to(&registry.ecr));
            let statuses = (pushed.status(), deleted.status());
            // The image is pushed, and the repository is not empty; or the repository is deleted before the push.
            assert!([(201, 400), (404, 200)].contains(&statuses), "{statuses:?}");
            if deleted.status() == 200 {
                let create = call("CreateRepository").to(&registry.ecr).await;
                assert_eq!(create.status(), 200);
            }
            let images = call("ListImages").to(&registry.ecr).await.body;
            assert_eq!(images.contains("1.0"), pushed.status() == 201, "{images}");
            let image = format!("/v2/app/manifests/{IMAGE_DIGEST}");
            registry.send("DELETE", &image).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_ends_after_its_upload_was_completed_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    for registry in registries(&directory).await {
        let upload = begin_upload(&registry).await;
        let late = registry.request("PATCH", &upload).body("late").bytes();
        let mut stream = TcpStream::connect(registry.ecr.address()).await.unwrap();
        let (start, end) = late.split_at(late.len() - 1);
        stream.write_all(start).await.unwrap();
        let put = format!("{upload}?digest={HELLO}");
        let put = registry.request("PUT", &put).body("hello");
        assert_eq!(put.to(&registry.ecr).await.status(), 201);
        stream.write_all(end).await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        let response = Response::parse(&response);
        assert_eq!(response.status(), 404, "{}", response.body);
        let layer = registry
            .send("GET", &format!("/v2/app/blobs/{HELLO}"))
            .await;
        assert_eq!(layer.body, "hello");
    }
}

#[tokio::test]
async fn an_upload_after_a_restart_has_another_id() {
    let directory = tempfile::tempdir().unwrap();
    let mut uploads = Vec::new();
    for _ in 0..2 {
        let [_, registry] = registries(&directory).await;
        uploads.push(begin_upload(&registry).await);
        let status = registry.send("GET", &uploads[0]).await.status();
        assert_eq!(status, 204, "an unfinished upload is kept");
    }
    assert_ne!(uploads[0], uploads[1]);
}
