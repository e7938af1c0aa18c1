//! Lifecycle policies: their outputs, errors and previews, and the expiry of images by the mock's clock.

use std::time::Duration;

use serde_json::Value;

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OTHER_IMAGE};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Source: cloud-custodian/cloud-custodian, `test_ecr_set_lifecycle` (2018).
const POLICY: &str = r#"{"rules":[{"rulePriority":1,"description":"Expire images older than 14 days","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}"#;

const APP: &str = r#"{"repositoryName":"app"}"#;

fn input(policy: &str) -> String {
    let text = serde_json::to_string(policy).unwrap();
    format!(r#"{{"repositoryName":"app","lifecyclePolicyText":{text}}}"#)
}

/// Returns the members of outputs that name the policy and the repository.
fn of_app(policy: &str) -> String {
    let text = serde_json::to_string(policy).unwrap();
    format!(r#""lifecyclePolicyText":{text},"registryId":"123456789012","repositoryName":"app""#)
}

/// Returns a policy with one rule.
fn policy(selection: &str, action: &str) -> String {
    format!(
        r#"{{"rules":[{{"rulePriority":10,"description":"a rule of a test","selection":{{{selection}}},"action":{{{action}}}}}]}}"#
    )
}

fn older(days: u32, action: &str) -> String {
    let selection = format!(
        r#""tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":{days}"#
    );
    policy(&selection, action)
}

const EXPIRE: &str = r#""type":"expire""#;
const ARCHIVE: &str = r#""type":"transition","targetStorageClass":"archive""#;

#[tokio::test]
async fn a_policy_is_stored_and_returned_as_recorded() {
    let api = Api::start().await;
    let sent: Value = serde_json::from_str(POLICY).unwrap();
    let sent = format!("{sent:#}");
    let put = api.output("PutLifecyclePolicy", &input(&sent)).await;
    assert_eq!(put, format!("{{{}}}", of_app(POLICY)));
    let stored = format!(r#"{{"lastEvaluatedAt":0.0,{}}}"#, of_app(POLICY));
    // The recorded content length.
    assert_eq!(stored.len(), 339);
    assert_eq!(api.output("GetLifecyclePolicy", APP).await, stored);
    api.0.clock().advance(2 * DAY + DAY / 2);
    let evaluated = stored.replace(":0.0,", ":1.449005453241E9,");
    assert_eq!(api.output("GetLifecyclePolicy", APP).await, evaluated);
    assert_eq!(api.output("DeleteLifecyclePolicy", APP).await, evaluated);
    let text = "Lifecycle policy does not exist for the repository with name 'app' in the registry with id '123456789012'";
    for operation in [
        "GetLifecyclePolicy",
        "DeleteLifecyclePolicy",
        "StartLifecyclePolicyPreview",
    ] {
        let code = "LifecyclePolicyNotFoundException";
        api.assert_error(operation, APP, code, text).await;
    }
}

#[tokio::test]
async fn a_missing_repository_is_reported() {
    let api = Api::start().await;
    let text =
        "The repository with name 'none' does not exist in the registry with id '123456789012'";
    for operation in [
        "GetLifecyclePolicy",
        "PutLifecyclePolicy",
        "DeleteLifecyclePolicy",
        "StartLifecyclePolicyPreview",
        "GetLifecyclePolicyPreview",
    ] {
        let input = input(POLICY).replace("app", "none");
        let code = "RepositoryNotFoundException";
        api.assert_error(operation, &input, code, text).await;
    }
}

/// Sources of the texts: `lifecycle/invalid.rs`.
#[tokio::test]
async fn an_invalid_policy_is_rejected_with_the_recorded_texts() {
    let api = Api::start().await;
    let padding = " ".repeat(100);
    let null = "instance type (null) does not match any allowed primitive type (allowed: [\\\"array\\\"])\\n";
    let lists = r#""tagStatus":"tagged","tagPatternList":null,"tagPrefixList":null,"countType":"imageCountMoreThan","countNumber":1"#;
    let unit =
        r#""tagStatus":"any","countType":"imageCountMoreThan","countUnit":null,"countNumber":1"#;
    for (policy, error) in [
        (
            "not JSON".to_owned(),
            "Could not map policyString into LifecyclePolicy.".to_owned(),
        ),
        (
            "{}".to_owned(),
            "object has missing required properties ([\\\"rules\\\"])\\n".to_owned(),
        ),
        (policy(lists, EXPIRE), null.repeat(2)),
        (
            policy(unit, EXPIRE),
            "instance failed to match exactly one schema (matched 0 out of 2)\\n".to_owned(),
        ),
        (
            policy(
                r#""tagStatus":"tagged","countType":"imageCountMoreThan","countNumber":1"#,
                EXPIRE,
            ),
            "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.".to_owned(),
        ),
    ] {
        let text = format!(
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: {error}'"
        );
        let input = input(&format!("{policy}{padding}"));
        for operation in ["PutLifecyclePolicy", "StartLifecyclePolicyPreview"] {
            api.assert_error(operation, &input, "InvalidParameterException", &text)
                .await;
        }
    }
    let text = "Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: 'must have length greater than or equal to 100'";
    api.assert_error(
        "PutLifecyclePolicy",
        &input("{}"),
        "InvalidParameterException",
        text,
    )
    .await;
}

async fn tags(api: &Api) -> String {
    let listed = api.output("ListImages", APP).await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let ids = listed["imageIds"].as_array().unwrap().iter();
    let mut tags: Vec<&str> = ids.map(|id| id["imageTag"].as_str().unwrap()).collect();
    tags.sort_unstable();
    tags.join(" ")
}

#[tokio::test]
async fn images_expire_when_the_clock_is_moved() {
    let api = Api::start().await;
    api.put("old", IMAGE).await;
    api.put("older", IMAGE).await;
    api.output("PutLifecyclePolicy", &input(&older(1, EXPIRE)))
        .await;
    api.0.clock().advance(DAY);
    api.put("young", OTHER_IMAGE).await;
    assert_eq!(tags(&api).await, "old older young");
    api.0.clock().advance(DAY);
    assert_eq!(tags(&api).await, "young");
    let app = api.0.repository("app");
    api.0.clock().advance(DAY);
    assert_eq!(app.tags().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn images_are_archived_by_a_rule() {
    let api = Api::start().await;
    api.put("a", IMAGE).await;
    api.output("PutLifecyclePolicy", &input(&older(3, ARCHIVE)))
        .await;
    api.0.clock().advance(30 * DAY);
    assert_eq!(tags(&api).await, "");
    let archived = r#"{"repositoryName":"app","filter":{"imageStatus":"ARCHIVED"}}"#;
    let described = api.output("DescribeImages", archived).await;
    // Four days after the policy was set.
    let time = r#""lastArchivedAt":1.449178253241E9"#;
    assert!(described.contains(time), "{described}");
}

#[tokio::test]
async fn a_preview_is_started_and_read() {
    let api = Api::start().await;
    let text = "Lifecycle policy preview does not exist for the repository with name 'app' in the registry with id '123456789012'";
    let code = "LifecyclePolicyPreviewNotFoundException";
    let get = "GetLifecyclePolicyPreview";
    api.assert_error(get, APP, code, text).await;

    api.put("a", IMAGE).await;
    api.0.clock().advance(9 * DAY);
    api.put("b", OTHER_IMAGE).await;
    let policy = older(3, EXPIRE).replace(",\"selection\"", ",\n\"selection\"");
    let of_app = of_app(&policy);
    let started = api
        .output("StartLifecyclePolicyPreview", &input(&policy))
        .await;
    assert_eq!(started, format!(r#"{{{of_app},"status":"IN_PROGRESS"}}"#));
    let running = |results: &str, status: &str, summary: &str| {
        let text = of_app.replacen(
            r#","registryId""#,
            &format!(r#","previewResults":[{results}],"registryId""#),
            1,
        );
        format!(r#"{{{text},"status":"{status}"{summary}}}"#)
    };
    assert_eq!(api.output(get, APP).await, running("", "IN_PROGRESS", ""));
    let text =
        "The previous lifecycle policy preview request has not completed. Wait and try again.";
    let code = "LifecyclePolicyPreviewInProgressException";
    api.assert_error("StartLifecyclePolicyPreview", &input(&policy), code, text)
        .await;

    api.0.clock().advance(Duration::from_secs(1));
    let result = format!(
        r#"{{"action":{{"type":"EXPIRE"}},"appliedRulePriority":10,"imageDigest":"{IMAGE_DIGEST}","imagePushedAt":1.448832653241E9,"imageTags":["a"],"storageClass":"STANDARD"}}"#
    );
    let summary = r#","summary":{"expiringImageTotalCount":1}"#;
    assert_eq!(
        api.output(get, APP).await,
        running(&result, "COMPLETE", summary)
    );
    for (members, expected) in [
        (r#""filter":{"tagStatus":"TAGGED"}"#, &result[..]),
        (r#""filter":{"tagStatus":"UNTAGGED"}"#, ""),
        (r#""imageIds":[{"imageTag":"a"}]"#, &result),
        (r#""imageIds":[{"imageTag":"b"}]"#, ""),
    ] {
        let input = format!(r#"{{"repositoryName":"app",{members}}}"#);
        let output = api.output(get, &input).await;
        assert_eq!(output, running(expected, "COMPLETE", summary), "{members}");
    }
    assert_eq!(tags(&api).await, "a b");
}

#[tokio::test]
async fn a_preview_of_a_transition_counts_the_archived_images() {
    let api = Api::with_config(
        "[background]\nlifecycle_preview_duration = '0s'\n[[repositories]]\nname = 'app'\n",
    )
    .await;
    api.put("a", IMAGE).await;
    api.put("b", OTHER_IMAGE).await;
    api.0.clock().advance(2 * DAY);
    api.output("PutLifecyclePolicy", &input(&older(1, ARCHIVE)))
        .await;
    api.output("StartLifecyclePolicyPreview", APP).await;
    let first = r#"{"repositoryName":"app","maxResults":1}"#;
    let output = api.output("GetLifecyclePolicyPreview", first).await;
    let page: Value = serde_json::from_str(&output).unwrap();
    let summary = r#""summary":{"expiringImageTotalCount":0,"transitioningImageTotalCounts":[{"imageTotalCount":2,"targetStorageClass":"ARCHIVE"}]}"#;
    assert!(output.contains(summary), "{output}");
    let action = r#"{"action":{"targetStorageClass":"ARCHIVE","type":"TRANSITION"},"#;
    assert!(output.contains(action), "{output}");
    let token = page["nextToken"].as_str().unwrap();
    let second = format!(r#"{{"repositoryName":"app","maxResults":1,"nextToken":"{token}"}}"#);
    let second = api.output("GetLifecyclePolicyPreview", &second).await;
    let second: Value = serde_json::from_str(&second).unwrap();
    assert_eq!(second.get("nextToken"), None);
    let digest = |page: &Value| page["previewResults"][0]["imageDigest"].clone();
    assert_ne!(digest(&page), digest(&second));
    let both = r#"{"repositoryName":"app","maxResults":1,"imageIds":[{"imageTag":"a"}]}"#;
    let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'cannot be used with imageIds'";
    api.assert_error(
        "GetLifecyclePolicyPreview",
        both,
        "InvalidParameterException",
        text,
    )
    .await;
    let many = r#"{"repositoryName":"app","maxResults":101}"#;
    let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 100'";
    api.assert_error(
        "GetLifecyclePolicyPreview",
        many,
        "InvalidParameterException",
        text,
    )
    .await;
}

#[tokio::test]
async fn a_token_of_an_earlier_preview_is_invalid() {
    let api = Api::with_config(
        "[background]\nlifecycle_preview_duration = '0s'\n[[repositories]]\nname = 'app'\n",
    )
    .await;
    api.put("a", IMAGE).await;
    api.put("b", OTHER_IMAGE).await;
    api.0.clock().advance(2 * DAY);
    let (start, get) = ("StartLifecyclePolicyPreview", "GetLifecyclePolicyPreview");
    api.output(start, &input(&older(1, EXPIRE))).await;
    let first = r#"{"repositoryName":"app","maxResults":1}"#;
    let page: Value = serde_json::from_str(&api.output(get, first).await).unwrap();
    let token = page["nextToken"].as_str().unwrap();
    let second = format!(r#"{{"repositoryName":"app","nextToken":"{token}"}}"#);
    api.output(get, &second).await;
    // The clock has not moved.
    api.output(start, &input(&older(1, ARCHIVE))).await;
    let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
    api.assert_error(get, &second, "InvalidParameterException", text)
        .await;
}

#[tokio::test]
async fn a_policy_of_the_configuration_is_evaluated_also_after_a_reset() {
    let policy = older(1, EXPIRE);
    let config = format!("[[repositories]]\nname = 'app'\nlifecycle_policy = '{policy}'\n");
    let api = Api::with_config(&config).await;
    for _ in 0..2 {
        api.put("a", IMAGE).await;
        api.0.clock().advance(2 * DAY);
        assert_eq!(tags(&api).await, "");
        let stored = api.output("GetLifecyclePolicy", APP).await;
        assert!(stored.contains("a rule of a test"), "{stored}");
        api.0.reset(mock_ecr::Preserve::Nothing).await.unwrap();
    }
    let error = mock_ecr::Config::parse(&config.replace("\"any\"", "\"some\"")).unwrap_err();
    assert_eq!(error.key(), "repositories[0].lifecycle_policy");
}
