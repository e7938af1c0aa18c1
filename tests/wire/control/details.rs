//! `/_mock/image` and `/_mock/repository`, with contents.

use mock_ecr::MockEcr;
use mock_ecr::repository::Image;
use serde_json::{Value, json};

use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::image::{OCI_INDEX, OCI_MANIFEST};
use crate::raw::{RawRequest, frozen_mock};

async fn get(ecr: &MockEcr, resource: &str) -> Value {
    fetch_json(&control_request("GET", resource), ecr).await
}

async fn call(ecr: &MockEcr, operation: &str, input: Value) -> Value {
    let call = RawRequest::call(operation).body(input.to_string());
    let response = call.signed().to(ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
    serde_json::from_str(&response.body).unwrap()
}

/// Pushes a manifest with `PutImage`, and returns its digest.
async fn put(ecr: &MockEcr, media_type: &str, manifest: &Value, tag: &str) -> String {
    let input = json!({
        "repositoryName": "app", "imageTag": tag,
        "imageManifest": manifest.to_string(), "imageManifestMediaType": media_type,
    });
    let put = call(ecr, "PutImage", input).await;
    let digest = put["image"]["imageId"]["imageDigest"].as_str();
    digest.unwrap().to_owned()
}

/// Starts a mock with an image of two layers, tagged `1.0`. Returns its digest, too.
async fn mock_with_image() -> (MockEcr, String) {
    let ecr = frozen_mock().await;
    let image = Image::new().layer("base").layer("program").tag("1.0");
    let digest = ecr.repository("app").push(image).await.unwrap();
    (ecr, digest.to_string())
}

const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

fn descriptor(media_type: &str, digest: &str) -> Value {
    json!({ "mediaType": media_type, "digest": digest, "size": 100 })
}

#[tokio::test]
async fn an_index_is_returned_with_its_children_and_their_platforms() {
    let (ecr, digest) = mock_with_image().await;
    let mut children = Vec::new();
    for platform in [
        json!({ "os": "linux", "architecture": "arm64", "variant": "v8" }),
        json!({ "os": "linux", "architecture": "amd64" }),
        json!({ "os": "linux" }),
    ] {
        let mut child = descriptor(OCI_MANIFEST, &digest);
        child["platform"] = platform;
        children.push(child);
    }
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children });
    let index = put(&ecr, OCI_INDEX, &index, "all").await;
    let found = get(&ecr, &format!("image?repository=app&digest={index}")).await;
    let child = |platform: Value| json!({ "digest": digest, "media_type": OCI_MANIFEST, "size": 100, "platform": platform });
    let expected = [json!("linux/arm64/v8"), json!("linux/amd64"), Value::Null].map(child);
    assert_eq!(found["children"], json!(expected));
    let others = json!([
        found["tags"],
        found["config"],
        found["layers"],
        found["scan"]
    ]);
    assert_eq!(others, json!([["all"], null, [], null]));
}

#[tokio::test]
async fn an_image_is_returned_with_its_referrers() {
    let (ecr, digest) = mock_with_image().await;
    let whole = get(&ecr, &format!("image?repository=app&digest={digest}")).await;
    let layer = &whole["layers"][0]["digest"];
    let mut referrers = Vec::new();
    for (kind, tag) in [("application/vnd.a", "a"), ("application/vnd.b", "b")] {
        let artifact = json!({
            "schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": kind,
            "config": descriptor("application/vnd.oci.empty.v1+json", layer.as_str().unwrap()),
            "layers": [descriptor("application/octet-stream", layer.as_str().unwrap())], "subject": descriptor(OCI_MANIFEST, &digest),
        });
        let referrer = put(&ecr, OCI_MANIFEST, &artifact, tag).await;
        referrers
            .push(json!({ "digest": referrer, "artifact_type": kind, "size": 200, "tags": [tag] }));
    }
    referrers.sort_by_key(|one| one["digest"].to_string());
    let found = get(&ecr, &format!("image?repository=app&digest={digest}")).await;
    assert_eq!(found["referrers"], json!(referrers));
    let first = referrers[0]["digest"].as_str().unwrap();
    let referrer = get(&ecr, &format!("image?repository=app&digest={first}")).await;
    assert_eq!(referrer["subject"], json!(digest));
}

#[tokio::test]
async fn an_image_is_returned_with_the_counts_of_its_scan() {
    let (ecr, digest) = mock_with_image().await;
    let image = format!("image?repository=app&digest={digest}");
    let input = json!({ "repositoryName": "app", "imageId": { "imageTag": "1.0" } });
    call(&ecr, "StartImageScan", input).await;
    let running = get(&ecr, &image).await["scan"].clone();
    assert_eq!(
        json!([running["status"], running["counts"]]),
        json!([null, {}])
    );
    let finding = |name: &str, severity: &str| json!({ "name": name, "severity": severity, "package": "p", "version": "1" });
    let findings = [
        finding("A", "HIGH"),
        finding("B", "HIGH"),
        finding("C", "LOW"),
    ];
    let result = json!({ "repository": "app", "image": "1.0", "findings": findings });
    fetch_json(&post("scan-results", &result.to_string()), &ecr).await;
    fetch_json(&post("background/run", r#"{ "kinds": ["scan"] }"#), &ecr).await;
    let scan = get(&ecr, &image).await["scan"].clone();
    let expected = json!(["COMPLETE", { "HIGH": 2, "LOW": 1 }]);
    assert_eq!(json!([scan["status"], scan["counts"]]), expected);
}

/// Source of the order: the specification of schema 1, whose first layer is the last one.
#[tokio::test]
async fn the_layers_of_schema_1_are_returned_from_the_base_on() {
    let (ecr, digest) = mock_with_image().await;
    let whole = get(&ecr, &format!("image?repository=app&digest={digest}")).await;
    let layers = whole["layers"].as_array().unwrap();
    let sums: Vec<Value> = layers
        .iter()
        .rev()
        .map(|layer| json!({ "blobSum": layer["digest"] }))
        .collect();
    let manifest = json!({ "schemaVersion": 1, "name": "app", "tag": "old", "fsLayers": sums });
    let old = put(&ecr, SCHEMA_1, &manifest, "old").await;
    let found = get(&ecr, &format!("image?repository=app&digest={old}")).await;
    let expected = layers
        .iter()
        .map(|layer| json!({ "digest": layer["digest"], "media_type": "", "size": 0 }));
    assert_eq!(found["layers"], json!(expected.collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_repository_is_returned_with_its_policies_and_tags() {
    let (ecr, digest) = mock_with_image().await;
    let app = ecr.repository("app");
    app.push(Image::new().layer("other").tag("2.0"))
        .await
        .unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage" }] });
    let input = json!({ "repositoryName": "app", "policyText": policy.to_string() });
    call(&ecr, "SetRepositoryPolicy", input).await;
    let rule = json!({
        "rulePriority": 3, "action": { "type": "expire" },
        "selection": { "tagStatus": "tagged", "tagPatternList": ["x*"], "countType": "imageCountMoreThan", "countNumber": 1 },
    });
    let mut second = rule.clone();
    second["rulePriority"] = json!(5);
    second["selection"]["tagPatternList"] = json!(["*"]);
    let lifecycle = json!({ "rules": [rule, second] }).to_string();
    app.set_lifecycle_policy(&lifecycle).await.unwrap();
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let tags = json!([{ "Key": "team", "Value": "a" }, { "Key": "cost", "Value": "1" }]);
    call(
        &ecr,
        "TagResource",
        json!({ "resourceArn": arn, "tags": tags }),
    )
    .await;

    let found = get(&ecr, "repository?name=app").await;
    let parsed: Value = serde_json::from_str(found["policy"].as_str().unwrap()).unwrap();
    assert_eq!(parsed["Statement"][0]["Action"], "ecr:BatchGetImage");
    let parsed: Value = serde_json::from_str(found["lifecycle_policy"].as_str().unwrap()).unwrap();
    assert_eq!(parsed["rules"][1]["rulePriority"], 5);
    let [expiring] = &found["would_expire"].as_array().unwrap()[..] else {
        panic!("{found}");
    };
    assert_eq!(
        json!([expiring["rule"], expiring["action"]]),
        json!([5, "EXPIRE"])
    );
    assert!([&json!(digest), &found["would_expire"][0]["digest"]].contains(&&expiring["digest"]));
    let tags = json!([{ "key": "cost", "value": "1" }, { "key": "team", "value": "a" }]);
    assert_eq!(found["resource_tags"], tags);
    let listed = &get(&ecr, "repositories").await["repositories"][0];
    for member in [
        "name",
        "account",
        "region",
        "uri",
        "created",
        "images",
        "mutability",
    ] {
        assert_eq!(found[member], listed[member], "{member}");
    }
}

#[tokio::test]
async fn the_place_of_a_registry_is_that_of_the_list_of_repositories() {
    let (ecr, digest) = mock_with_image().await;
    let image = format!("image?repository=app&digest={digest}");
    for place in ["us-east-1", "us-east-1&account=123456789012"] {
        let found = get(&ecr, &format!("{image}&region={place}")).await;
        assert_eq!(found["digest"], json!(digest));
    }
    for (resource, at) in [
        (image.as_str(), "repository"),
        ("repository?name=app", "name"),
    ] {
        let public = control_request("GET", &format!("{resource}&region=public!x1y2z3a4"));
        let (code, text) = ("REPOSITORY_NOT_FOUND", "arn:aws:ecr-public::123456789012");
        assert_rejected(&public.to(&ecr).await, 404, code, Some(at), text);
        let invalid = control_request("GET", &format!("{resource}&region=US"));
        let text = "invalid region \"US\": expected";
        assert_rejected(
            &invalid.to(&ecr).await,
            400,
            "BAD_QUERY",
            Some("region"),
            text,
        );
    }
}
