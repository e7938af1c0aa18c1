//! `/_mock/lifecycle/run`, and the same methods of the handle.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::repository::{Image, Repository, RepositoryError};
use serde_json::json;

use crate::control::{assert_rejected, fetch_json, post};
use crate::raw::frozen_mock;

const KEEP_ONE: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

/// Pushes two images to a repository with a policy that keeps one.
async fn repository(ecr: &MockEcr, name: &str) -> Repository {
    let repository = ecr.repository(name);
    for tag in ["1", "2"] {
        let image = Image::new().layer(tag).tag(tag);
        repository.push(image).await.unwrap();
        ecr.clock().advance(Duration::from_secs(1));
    }
    repository.set_lifecycle_policy(KEEP_ONE).await.unwrap();
    repository
}

#[tokio::test]
async fn policies_are_evaluated_at_once() {
    let ecr = frozen_mock().await;
    let (a, b) = (repository(&ecr, "aa").await, repository(&ecr, "bb").await);
    ecr.create_repository("without-policy").await.unwrap();
    let view = |name: &str, expired: u32| json!({ "name": name, "account": "123456789012", "region": "us-east-1", "expired": expired, "archived": 0 });
    let one = post("lifecycle/run", r#"{"repository":"aa"}"#);
    let expected = json!({ "repositories": [view("aa", 1)] });
    assert_eq!(fetch_json(&one, &ecr).await, expected);
    assert_eq!(a.tags().await.unwrap(), ["2"]);
    assert_eq!(b.tags().await.unwrap(), ["1", "2"]);
    let all = post("lifecycle/run", "");
    let expected = json!({ "repositories": [view("aa", 0), view("bb", 1)] });
    assert_eq!(fetch_json(&all, &ecr).await, expected);
    assert_eq!(b.tags().await.unwrap(), ["2"]);
}

#[tokio::test]
async fn a_repository_without_a_policy_is_rejected() {
    let ecr = frozen_mock().await;
    ecr.create_repository("app").await.unwrap();
    let run = post("lifecycle/run", r#"{"repository":"app"}"#)
        .to(&ecr)
        .await;
    let text = "no repository app has a lifecycle policy";
    assert_rejected(
        &run,
        404,
        "LIFECYCLE_POLICY_NOT_FOUND",
        Some("repository"),
        text,
    );
    let run = ecr.repository("app").run_lifecycle().await;
    assert!(matches!(
        run,
        Err(RepositoryError::LifecyclePolicyNotFound(_))
    ));
    let invalid = ecr.repository("app").set_lifecycle_policy("{}").await;
    assert!(matches!(invalid, Err(RepositoryError::Argument(_))));
}

#[tokio::test]
async fn the_handle_evaluates_policies_at_once() {
    let ecr = frozen_mock().await;
    let app = repository(&ecr, "app").await;
    let runs = ecr.run_lifecycle().await.unwrap();
    let found = runs.iter().map(|run| (run.repository.name(), run.expired));
    assert_eq!(found.collect::<Vec<_>>(), [("app", 1)]);
    assert_eq!(app.run_lifecycle().await.unwrap().expired, 0);
    assert_eq!(app.tags().await.unwrap(), ["2"]);
}

#[test]
fn a_blocking_test_evaluates_policies() {
    let ecr = MockEcr::start_blocking().unwrap();
    let app = ecr.block_on(repository(&ecr, "app"));
    assert_eq!(ecr.block_on(ecr.run_lifecycle()).unwrap()[0].expired, 1);
    assert_eq!(ecr.block_on(app.tags()).unwrap(), ["2"]);
}
