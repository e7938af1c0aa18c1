//! Deletions, which are replicated only by rules with `deleteReplication`.

use super::*;
use crate::image::OTHER_IMAGE;

/// Starts a mock with replicated images: one with the tags `1` and `2`, and one with the tag `3`.
async fn replicated(enabled: Option<bool>) -> Api {
    let api = api().await;
    let mut rule = rule(&[(IRELAND, OWN)]);
    if let Some(enabled) = enabled {
        rule["deleteReplication"] = json!({ "enabled": enabled });
    }
    api.replicate(json!([rule])).await;
    for (tag, manifest) in [("1", IMAGE), ("2", IMAGE), ("3", OTHER_IMAGE)] {
        api.put(tag, manifest).await;
    }
    api.finish();
    assert_eq!(tags(&api).await, ["1", "2", "3"]);
    api
}

/// Returns the tags of the copies.
async fn tags(api: &Api) -> Vec<String> {
    let app = api.0.repository("app").in_region(IRELAND).unwrap();
    app.tags().await.unwrap()
}

async fn delete(api: &Api, tag: &str) {
    let input = json!({"repositoryName": "app", "imageIds": [{"imageTag": tag}]});
    let output = api.json("BatchDeleteImage", &input).await;
    assert_eq!(output["failures"], json!([]));
    api.finish();
}

#[tokio::test]
async fn deletions_are_not_replicated_by_default() {
    for enabled in [None, Some(false)] {
        let api = replicated(enabled).await;
        delete(&api, "2").await;
        delete(&api, "3").await;
        assert_eq!(tags(&api).await, ["1", "2", "3"]);
    }
}

#[tokio::test]
async fn the_removal_of_a_tag_and_the_deletion_of_an_image_are_replicated() {
    let api = replicated(Some(true)).await;
    delete(&api, "2").await;
    assert_eq!(tags(&api).await, ["1", "3"]);
    let app = api.0.repository("app").in_region(IRELAND).unwrap();
    assert_eq!(app.digests().await.unwrap().len(), 2);
    delete(&api, "3").await;
    assert_eq!(tags(&api).await, ["1"]);
    assert_eq!(app.digests().await.unwrap().len(), 1);
    // Over the registry, too.
    let token = api.0.issue_token();
    let path = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    let delete = RawRequest::new("DELETE", path).with_token(&token);
    assert_eq!(delete.to(&api.0).await.status(), 202);
    api.finish();
    assert_eq!(app.digests().await.unwrap(), []);
}

/// A client tags the copy: the tag is not one of the source, and is deleted with the image.
#[tokio::test]
async fn an_image_that_exists_again_is_not_deleted() {
    let api = replicated(Some(true)).await;
    let input = json!({"repositoryName": "app", "imageIds": [{"imageTag": "3"}]});
    api.json("BatchDeleteImage", &input).await;
    api.put("3", OTHER_IMAGE).await;
    api.finish();
    assert_eq!(tags(&api).await, ["1", "2", "3"]);
}

/// `[ASSUME]`: an expiration by a lifecycle policy is a deletion.
#[tokio::test]
async fn an_expiration_is_replicated() {
    let api = replicated(Some(true)).await;
    let policy = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;
    let app = api.0.repository("app");
    app.set_lifecycle_policy(policy).await.unwrap();
    assert_eq!(app.run_lifecycle().await.unwrap().expired, 1);
    api.finish();
    let copy = app.clone().in_region(IRELAND).unwrap();
    assert_eq!(copy.digests().await.unwrap(), app.digests().await.unwrap());
    assert_eq!(copy.digests().await.unwrap().len(), 1);
}
