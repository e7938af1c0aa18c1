//! `ListImageReferrers`.

use serde_json::{Value, json};

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_MANIFEST, image_with};

/// Returns the manifest of a referrer of [`IMAGE`].
fn referrer(artifact_type: &str, name: &str) -> String {
    let subject = format!(
        r#""subject":{{"mediaType":"{OCI_MANIFEST}","digest":"{IMAGE_DIGEST}","size":{}}}"#,
        IMAGE.len()
    );
    image_with(&format!(
        r#""artifactType":"{artifact_type}","annotations":{{"name":"{name}"}},{subject}"#
    ))
}

async fn list(api: &Api, mut input: Value) -> String {
    input["repositoryName"] = json!("app");
    input["subjectId"] = json!({ "imageDigest": IMAGE_DIGEST });
    api.output("ListImageReferrers", &input.to_string()).await
}

/// Returns the names in the annotations of a list.
fn names(output: &str) -> Vec<String> {
    let output: Value = serde_json::from_str(output).unwrap();
    let referrers = output["referrers"].as_array().unwrap();
    let name = |one: &Value| one["annotations"]["name"].as_str().unwrap().to_owned();
    let mut names: Vec<_> = referrers.iter().map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn referrers_are_listed_with_their_annotations() {
    // Source: the service model.
    let api = Api::start().await;
    assert_eq!(list(&api, json!({})).await, r#"{"referrers":[]}"#);
    api.put("1.0", IMAGE).await;
    let manifest = referrer("a/b", "one");
    let put = api.put("signature", &manifest).await;
    let put: Value = serde_json::from_str(&put).unwrap();
    let digest = put["image"]["imageId"]["imageDigest"].as_str().unwrap();
    let expected = format!(
        r#"{{"referrers":[{{"annotations":{{"name":"one"}},"artifactStatus":"ACTIVE","artifactType":"a/b","digest":"{digest}","mediaType":"{OCI_MANIFEST}","size":{}}}]}}"#,
        manifest.len()
    );
    assert_eq!(list(&api, json!({})).await, expected);
}

#[tokio::test]
async fn annotations_are_sorted_and_only_those_that_are_texts_are_returned() {
    // Source: `Annotations` of the service model is a map of strings. That others are omitted is [ASSUME].
    let api = Api::start().await;
    api.put("1.0", IMAGE).await;
    let manifest = referrer("a/b", "one").replace(
        r#""annotations":{"#,
        r#""annotations": { "z" : "last", "number": 1.5, "none": null, "#,
    );
    api.put("signature", &manifest).await;
    let listed = list(&api, json!({})).await;
    let expected = r#"{"referrers":[{"annotations":{"name":"one","z":"last"},"#;
    assert!(listed.starts_with(expected), "{listed}");
}

#[tokio::test]
async fn the_digest_is_checked_before_the_repository() {
    let api = Api::start().await;
    let input = r#"{"repositoryName":"missing","subjectId":{"imageDigest":"sha256:abc"}}"#;
    let message = "Invalid parameter at 'imageDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''";
    api.assert_error(
        "ListImageReferrers",
        input,
        "InvalidParameterException",
        message,
    )
    .await;
}

#[tokio::test]
async fn referrers_are_filtered_by_type_and_status() {
    let api = Api::start().await;
    for (kind, name) in [("a/b", "one"), ("a/c", "two"), ("a/d", "three")] {
        api.put(name, &referrer(kind, name)).await;
    }
    for (filter, expected) in [
        (json!({"artifactTypes": ["a/b", "a/c"]}), vec!["one", "two"]),
        (json!({"artifactTypes": []}), vec!["one", "three", "two"]),
        (json!({"artifactTypes": ["a/x"]}), vec![]),
        (
            json!({"artifactStatus": "ANY"}),
            vec!["one", "three", "two"],
        ),
        (json!({"artifactStatus": "ARCHIVED"}), vec![]),
    ] {
        let found = list(&api, json!({ "filter": filter })).await;
        assert_eq!(names(&found), expected, "{filter}");
    }
    let archive =
        r#"{"repositoryName":"app","imageId":{"imageTag":"two"},"targetStorageClass":"ARCHIVE"}"#;
    api.output("UpdateImageStorageClass", archive).await;
    for (filter, expected) in [
        (json!({}), vec!["one", "three"]),
        (
            json!({"artifactStatus": "ANY"}),
            vec!["one", "three", "two"],
        ),
        (json!({"artifactStatus": "ARCHIVED"}), vec!["two"]),
    ] {
        let found = list(&api, json!({ "filter": filter })).await;
        assert_eq!(names(&found), expected, "{filter}");
    }
    let archived = json!({"filter": {"artifactStatus": "ARCHIVED"}});
    let archived = list(&api, archived).await;
    assert!(
        archived.contains(r#""artifactStatus":"ARCHIVED""#),
        "{archived}"
    );
}

#[tokio::test]
async fn referrers_are_listed_in_pages_of_20() {
    // Source: the documentation of `maxResults` in the service model.
    let api = Api::start().await;
    for index in 0..21 {
        let name = format!("{index:02}");
        api.put(&name, &referrer("a/b", &name)).await;
    }
    let first: Value = serde_json::from_str(&list(&api, json!({})).await).unwrap();
    assert_eq!(first["referrers"].as_array().unwrap().len(), 20);
    let rest = list(&api, json!({"nextToken": first["nextToken"]})).await;
    assert_eq!(names(&rest).len(), 1);
    assert!(!rest.contains("nextToken"), "{rest}");
    let all = list(&api, json!({"maxResults": 50})).await;
    assert_eq!(names(&all).len(), 21);
    let many = r#"{"repositoryName":"app","subjectId":{"imageDigest":"sha256:a"},"maxResults":51}"#;
    let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 50'";
    let code = "InvalidParameterException";
    api.assert_error("ListImageReferrers", many, code, text)
        .await;
}

#[tokio::test]
async fn the_caller_must_be_allowed_to_get_images() {
    // Source: the documentation of the operation in the service model.
    let config = "
[[repositories]]
name = 'app'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/developer'
access_key_id = 'AKIAIOSFODNN7EXAMPLE'
secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
allow = ['ecr:BatchGetImage']
";
    let api = Api::with_config(config).await;
    assert_eq!(list(&api, json!({})).await, r#"{"referrers":[]}"#);
    let config = config.replace("BatchGetImage", "ListImageReferrers");
    let api = Api::with_config(&config).await;
    let input =
        format!(r#"{{"repositoryName":"app","subjectId":{{"imageDigest":"{IMAGE_DIGEST}"}}}}"#);
    let denied = api.call("ListImageReferrers", &input).await;
    assert!(denied.body.contains("ecr:BatchGetImage"), "{}", denied.body);
}
