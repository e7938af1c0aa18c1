//! The principals whose pulls are not recorded.

use mock_ecr::Principal;
use serde_json::json;

use super::Api;
use crate::image::IMAGE;
use crate::raw::RawRequest;
use crate::signer::Signer;

const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/Scanner/job";
const ROLE: &str = "arn:aws:iam::123456789012:role/team/Scanner";
const USER: &str = "arn:aws:iam::123456789012:user/developer";

/// A session of a role and the example user.
const CONFIG: &str = "
[[repositories]]
name = 'app'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/developer'
access_key_id = 'AKIAIOSFODNN7EXAMPLE'
secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

[[principals]]
arn = 'arn:aws:sts::123456789012:assumed-role/Scanner/job'
access_key_id = 'R'
secret_access_key = 'S'
";

fn input(arn: &str) -> String {
    json!({ "principalArn": arn }).to_string()
}

#[tokio::test]
async fn a_principal_is_excluded_and_included_again() {
    // Source: the service model and the user guide of Amazon ECR. The texts are [ASSUME]: the descriptions in the service model.
    let api = Api::start().await;
    let none = r#"{"pullTimeUpdateExclusions":[]}"#;
    let list = "ListPullTimeUpdateExclusions";
    assert_eq!(api.output(list, "{}").await, none);
    let registered = format!(r#"{{"createdAt":1.448832653241E9,"principalArn":"{ROLE}"}}"#);
    let register = "RegisterPullTimeUpdateExclusion";
    assert_eq!(api.output(register, &input(ROLE)).await, registered);
    let exists = "The specified pull time update exclusion already exists for the registry.";
    api.assert_error(
        register,
        &input(ROLE),
        "ExclusionAlreadyExistsException",
        exists,
    )
    .await;
    api.output(register, &input(USER)).await;
    let both = format!(r#"{{"pullTimeUpdateExclusions":["{ROLE}","{USER}"]}}"#);
    assert_eq!(api.output(list, "{}").await, both);
    let first = api.output(list, r#"{"maxResults":1}"#).await;
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["pullTimeUpdateExclusions"], json!([ROLE]));
    let deregister = "DeregisterPullTimeUpdateExclusion";
    let deregistered = api.output(deregister, &input(ROLE)).await;
    assert_eq!(deregistered, input(ROLE));
    let rest = json!({"maxResults": 1, "nextToken": first["nextToken"]}).to_string();
    let last = format!(r#"{{"pullTimeUpdateExclusions":["{USER}"]}}"#);
    assert_eq!(api.output(list, &rest).await, last);
    let unknown = "The specified pull time update exclusion was not found.";
    api.assert_error(
        deregister,
        &input(ROLE),
        "ExclusionNotFoundException",
        unknown,
    )
    .await;
    let session = api.call(register, &input(SESSION)).await;
    assert!(session.body.contains("'principalArn'"), "{}", session.body);
}

#[tokio::test]
async fn a_registry_has_at_most_100_exclusions() {
    // [ASSUME]: the maximum length of the list in the service model.
    let api = Api::start().await;
    let register = "RegisterPullTimeUpdateExclusion";
    for index in 0..100 {
        api.output(register, &input(&format!("{ROLE}{index}")))
            .await;
    }
    let text = "The operation did not succeed because it would have exceeded a service limit for your account.";
    api.assert_error(register, &input(ROLE), "LimitExceededException", text)
        .await;
}

#[tokio::test]
async fn the_pulls_of_an_excluded_principal_are_not_recorded() {
    let api = Api::with_config(CONFIG).await;
    api.put("1.0", IMAGE).await;
    let pull = async |arn: &str| {
        let region = "us-east-1".parse().unwrap();
        let token = api.0.issue_token_for(arn.parse().unwrap(), region);
        let get = RawRequest::new("GET", "/v2/app/manifests/1.0").with_token(&token);
        assert_eq!(get.to(&api.0).await.status(), 200);
    };
    let batch_get = async || {
        let session = Principal::new(SESSION.parse().unwrap(), "R", "S");
        let image = r#"{"repositoryName":"app","imageIds":[{"imageTag":"1.0"}]}"#;
        let call = RawRequest::call("BatchGetImage").body(image);
        let response = call.signed_by(&Signer::new(&session)).to(&api.0).await;
        assert_eq!(response.status(), 200, "{}", response.body);
    };
    let is_recorded = async || {
        let app = r#"{"repositoryName":"app"}"#;
        let images = api.output("DescribeImages", app).await;
        images.contains("lastRecordedPullTime")
    };
    for arn in [ROLE, USER] {
        api.output("RegisterPullTimeUpdateExclusion", &input(arn))
            .await;
        let excluded = if arn == ROLE { SESSION } else { USER };
        pull(excluded).await;
        assert!(!is_recorded().await, "{arn}");
    }
    batch_get().await;
    assert!(!is_recorded().await);
    api.output("DeregisterPullTimeUpdateExclusion", &input(ROLE))
        .await;
    pull(USER).await;
    assert!(!is_recorded().await);
    batch_get().await;
    assert!(is_recorded().await);
}
