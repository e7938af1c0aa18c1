//! The dialect `oci`, which follows OCI Distribution 1.1. Each test is named after a section of the specification.

use super::{HELLO, Registry};
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_INDEX};

#[tokio::test]
async fn pushing_a_blob_in_chunks() {
    let registry = Registry::oci().await;
    let upload = registry.begin().await;
    for (part, sent, range) in [("he", "0-1", "0-1"), ("llo", "2-4", "0-4")] {
        let request = registry
            .request("PATCH", &upload)
            .with("Content-Range", sent);
        let accepted = request.body(part).to(&registry.ecr).await;
        assert_eq!((accepted.status(), accepted.header("range")), (202, range));
        let status = registry.send("GET", &upload).await;
        assert_eq!((status.status(), status.header("range")), (204, range));
        assert!(status.has("location"));
    }
    let out_of_order = registry
        .request("PATCH", &upload)
        .with("Content-Range", "9-10");
    assert_eq!(
        out_of_order.body("xy").to(&registry.ecr).await.status(),
        416
    );
    let done = registry
        .send("PUT", &format!("{upload}?digest={HELLO}"))
        .await;
    assert_eq!(
        (done.status(), done.header("location")),
        (201, &format!("/v2/app/blobs/{HELLO}")[..])
    );
}

#[tokio::test]
async fn pulling_blobs() {
    let registry = Registry::oci().await;
    let layer = format!("/v2/app/blobs/{HELLO}");
    let absent = registry.send("GET", &layer).await;
    assert_eq!(
        (absent.status(), absent.error()),
        (404, "BLOB_UNKNOWN".to_owned())
    );
    registry.push_hello().await;
    let whole = registry.send("GET", &layer).await;
    assert_eq!((whole.status(), &whole.body[..]), (200, "hello"));
    assert_eq!(whole.header("docker-content-digest"), HELLO);
}

#[tokio::test]
async fn pulling_a_part_of_a_blob() {
    let registry = Registry::oci().await;
    registry.push_hello().await;
    let layer = format!("/v2/app/blobs/{HELLO}");
    for (range, body, content_range) in [
        ("bytes=1-3", "ell", "bytes 1-3/5"),
        ("bytes=1-", "ello", "bytes 1-4/5"),
        ("bytes=-2", "lo", "bytes 3-4/5"),
        ("bytes=3-9", "lo", "bytes 3-4/5"),
    ] {
        let part = registry.request("GET", &layer).with("Range", range);
        let part = part.to(&registry.ecr).await;
        assert_eq!((part.status(), &part.body[..]), (206, body), "{range}");
        assert_eq!(part.header("content-range"), content_range);
        assert_eq!(part.header("content-length"), body.len().to_string());
    }
    for range in ["bytes=3-1", "bytes=5-9"] {
        let part = registry.request("GET", &layer).with("Range", range);
        assert_eq!(part.to(&registry.ecr).await.status(), 416, "{range}");
    }
}

#[tokio::test]
async fn pushing_and_pulling_manifests() {
    let registry = Registry::oci().await;
    let pushed = registry.put("latest", IMAGE).await;
    let location = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    assert_eq!(
        (pushed.status(), pushed.header("location")),
        (201, &location[..])
    );
    let pulled = registry.send("GET", &location).await;
    assert_eq!(pulled.header("docker-content-digest"), IMAGE_DIGEST);
    assert!(!registry.send("HEAD", &location).await.has("sizes"));
}

#[tokio::test]
async fn deleting_tags_manifests_and_blobs() {
    let registry = Registry::oci().await;
    registry.push_hello().await;
    registry.put("latest", IMAGE).await;
    for path in [
        "/v2/app/manifests/latest".to_owned(),
        format!("/v2/app/manifests/{IMAGE_DIGEST}"),
        format!("/v2/app/blobs/{HELLO}"),
    ] {
        assert_eq!(registry.send("DELETE", &path).await.status(), 202, "{path}");
        assert_eq!(registry.send("GET", &path).await.status(), 404, "{path}");
        assert_eq!(registry.send("DELETE", &path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn listing_tags() {
    let registry = Registry::oci().await;
    for tag in ["b", "a", "c"] {
        registry.put(tag, IMAGE).await;
    }
    for (query, tags, link) in [
        ("", r#"["a","b","c"]"#, None),
        (
            "?n=2",
            r#"["a","b"]"#,
            Some("</v2/app/tags/list?n=2&last=b>; rel=\"next\""),
        ),
        ("?n=2&last=b", r#"["c"]"#, None),
        ("?last=a", r#"["b","c"]"#, None),
        ("?n=0", "[]", None),
    ] {
        let list = registry
            .send("GET", &format!("/v2/app/tags/list{query}"))
            .await;
        assert_eq!(list.body, format!("{{\"name\":\"app\",\"tags\":{tags}}}\n"));
        assert!(list.header("content-type").starts_with("application/json"));
        assert_eq!(list.has("link").then(|| list.header("link")), link);
    }
}

#[tokio::test]
async fn mounting_a_blob_from_another_repository() {
    let builder = mock_ecr::MockEcr::builder().dialect(mock_ecr::config::Dialect::Oci);
    let registry = Registry::from_builder(builder.create_on_push()).await;
    registry.push_hello().await;
    let mount = async |to: &str, query: &str| {
        let target = format!("/v2/{to}/blobs/uploads/?mount={query}");
        registry.send("POST", &target).await
    };
    let named = format!("{HELLO}&from=app");
    for (to, query) in [("named", &named[..]), ("unnamed", HELLO), ("app", &named)] {
        let mounted = mount(to, query).await;
        let location = format!("/v2/{to}/blobs/{HELLO}");
        assert_eq!(
            (mounted.status(), mounted.header("location")),
            (201, &location[..])
        );
        assert_eq!(registry.send("GET", &location).await.body, "hello");
    }
    for query in [IMAGE_DIGEST, &format!("{IMAGE_DIGEST}&from=app")] {
        assert_eq!(mount("app", query).await.status(), 202, "{query}");
    }
}

#[tokio::test]
async fn a_blob_that_the_caller_may_not_read_is_not_mounted() {
    let config = mock_ecr::Config::parse(
        r#"
dialect = "oci"
[[repositories]]
name = "other"
[[principals]]
arn = "arn:aws:iam::123456789012:user/writer"
access_key_id = "A"
secret_access_key = "S"
allow = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"]
"#,
    );
    let registry = Registry::from_builder(mock_ecr::MockEcr::from_config(config.unwrap())).await;
    registry.push_hello().await;
    for from in ["", "&from=app"] {
        let target = format!("/v2/other/blobs/uploads/?mount={HELLO}{from}");
        assert_eq!(registry.send("POST", &target).await.status(), 202, "{from}");
    }
}

#[tokio::test]
async fn listing_referrers_where_there_is_no_repository() {
    let registry = Registry::oci().await;
    let path = format!("/v2/none/referrers/{HELLO}");
    let list = registry.send("GET", &path).await;
    assert_eq!((list.status(), &list.body[..]), (200, NO_REFERRERS));
    assert_eq!(list.header("content-type"), OCI_INDEX);
    let filtered = registry
        .send("GET", &format!("{path}?artifactType=a/b"))
        .await;
    assert_eq!(filtered.body, NO_REFERRERS);
    assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
}

#[tokio::test]
async fn error_codes() {
    let registry = Registry::oci().await;
    for (method, path, status, code) in [
        ("GET", "/v2/A/manifests/latest", 400, "NAME_INVALID"),
        ("GET", "/v2/app/manifests/sha256:x", 400, "DIGEST_INVALID"),
        ("GET", "/v2/app/manifests/latest", 404, "MANIFEST_UNKNOWN"),
        ("GET", "/v2/app/manifests/.x", 404, "MANIFEST_UNKNOWN"),
        ("DELETE", "/v2/app/manifests/.x", 404, "MANIFEST_UNKNOWN"),
        ("PUT", "/v2/app/manifests/.x", 400, "MANIFEST_INVALID"),
        ("PUT", "/v2/app/manifests/latest", 400, "MANIFEST_INVALID"),
        ("GET", "/v2/app/blobs/sha256:x", 400, "DIGEST_INVALID"),
        ("GET", "/v2/none/tags/list", 404, "NAME_UNKNOWN"),
        ("GET", "/v2/app/tags/list?n=x", 400, "SIZE_INVALID"),
        ("PUT", "/v2/app/blobs/uploads/x", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PATCH", "/v2/app/tags/list", 405, "UNSUPPORTED"),
    ] {
        let response = registry.send(method, path).await;
        assert_eq!(
            (response.status(), response.error()),
            (status, code.to_owned()),
            "{path}"
        );
    }
    let head = registry.send("HEAD", "/v2/app/manifests/.x").await;
    assert_eq!(head.status(), 404);
    let long = format!(
        "{{\"annotations\":{{\"a\":\"{}\"}}}}",
        "x".repeat(4_194_304)
    );
    assert_eq!(registry.put("latest", &long).await.status(), 413);
}

#[tokio::test]
async fn a_single_quirk_can_be_enabled() {
    let config = "dialect = 'oci'\n[quirks]\npatch_created = true\n";
    let registry = Registry::from_builder(mock_ecr::MockEcr::from_config(
        mock_ecr::Config::parse(config).unwrap(),
    ))
    .await;
    let upload = registry.begin().await;
    let accepted = registry
        .request("PATCH", &upload)
        .body("hello")
        .to(&registry.ecr)
        .await;
    assert_eq!((accepted.status(), accepted.header("range")), (201, "0-4"));
}

const NO_REFERRERS: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
