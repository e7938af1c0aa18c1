//! The operations on repositories and their settings.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{
    ImageScanningConfiguration, ImageTagMutability, ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType, LifecyclePolicyPreviewStatus, Tag,
};

use super::NOW;

const NAME: &str = "team/settings";

pub(super) async fn call(client: &Client) {
    create_and_tag(client).await;
    put_settings(client).await;
    put_policy(client).await;
    put_lifecycle_policy(client).await;
    let deleted = client.delete_repository().repository_name(NAME);
    let deleted = deleted.send().await.unwrap();
    assert_eq!(deleted.repository().unwrap().repository_name(), Some(NAME));
}

async fn create_and_tag(client: &Client) {
    let tag = |key: &str| Tag::builder().key(key).value("a").build().unwrap();
    let create = client.create_repository().repository_name(NAME);
    let created = create.tags(tag("owner")).send().await.unwrap();
    let arn = created.repository().unwrap().repository_arn().unwrap();
    let all = client.describe_repositories().send().await.unwrap();
    assert_eq!(all.repositories()[0].repository_arn(), Some(arn));
    let at = all.repositories()[0].created_at().unwrap();
    assert_eq!(at.as_secs_f64(), NOW);

    let put = client.tag_resource().resource_arn(arn).tags(tag("stage"));
    put.send().await.unwrap();
    let remove = client.untag_resource().resource_arn(arn);
    remove.tag_keys("owner").send().await.unwrap();
    let tags = client.list_tags_for_resource().resource_arn(arn);
    assert_eq!(tags.send().await.unwrap().tags(), [tag("stage")]);
}

async fn put_settings(client: &Client) {
    let filter = ImageTagMutabilityExclusionFilter::builder()
        .filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
        .filter("dev-*")
        .build()
        .unwrap();
    let put = client.put_image_tag_mutability().repository_name(NAME);
    let put = put.image_tag_mutability(ImageTagMutability::ImmutableWithExclusion);
    let put = put.image_tag_mutability_exclusion_filters(filter.clone());
    let put = put.send().await.unwrap();
    assert_eq!(put.image_tag_mutability_exclusion_filters(), [filter]);

    let scanning = ImageScanningConfiguration::builder().scan_on_push(true);
    let put = client
        .put_image_scanning_configuration()
        .repository_name(NAME);
    let put = put.image_scanning_configuration(scanning.build());
    let put = put.send().await.unwrap();
    assert!(put.image_scanning_configuration().unwrap().scan_on_push());
    let get = client.batch_get_repository_scanning_configuration();
    let got = get.repository_names(NAME).send().await.unwrap();
    assert!(got.scanning_configurations()[0].scan_on_push());
}

async fn put_policy(client: &Client) {
    let text =
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":["ecr:BatchGetImage"]}]}"#;
    let set = client.set_repository_policy().repository_name(NAME);
    let set = set.policy_text(text).send().await.unwrap();
    let stored = set.policy_text();
    assert!(stored.unwrap().contains("ecr:BatchGetImage"));
    let get = client.get_repository_policy().repository_name(NAME);
    assert_eq!(get.send().await.unwrap().policy_text(), stored);
    let delete = client.delete_repository_policy().repository_name(NAME);
    assert_eq!(delete.send().await.unwrap().policy_text(), stored);
}

async fn put_lifecycle_policy(client: &Client) {
    let text = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}"#;
    let put = client.put_lifecycle_policy().repository_name(NAME);
    let put = put.lifecycle_policy_text(text).send().await.unwrap();
    assert_eq!(put.lifecycle_policy_text(), Some(text));
    let got = client.get_lifecycle_policy().repository_name(NAME);
    let got = got.send().await.unwrap();
    // A policy that was not evaluated has the time 0.
    assert_eq!(got.last_evaluated_at().unwrap().as_secs_f64(), 0.0);
    let start = client
        .start_lifecycle_policy_preview()
        .repository_name(NAME);
    let started = start.send().await.unwrap();
    let in_progress = Some(&LifecyclePolicyPreviewStatus::InProgress);
    assert_eq!(started.status(), in_progress);
    let get = client.get_lifecycle_policy_preview().repository_name(NAME);
    assert_eq!(get.send().await.unwrap().status(), in_progress);
    let delete = client.delete_lifecycle_policy().repository_name(NAME);
    let deleted = delete.send().await.unwrap();
    assert_eq!(deleted.lifecycle_policy_text(), Some(text));
}
