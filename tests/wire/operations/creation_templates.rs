//! Repository creation templates, and the repositories that a push creates by them.

use mock_ecr::{MockEcr, Principal};
use serde_json::{Value, json};

use super::{Api, HELLO};
use crate::log::Log;
use crate::raw::RawRequest;

const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// Begins an upload to a repository, and returns the status.
async fn push(ecr: &MockEcr, principal: &str, name: &str) -> u16 {
    let region = "us-east-1".parse().unwrap();
    let token = ecr.issue_token_for(principal.parse().unwrap(), region);
    let post = RawRequest::new("POST", format!("/v2/{name}/blobs/uploads/")).with_token(&token);
    post.on_host(HOST).to(ecr).await.status()
}

const DEVELOPER: &str = "arn:aws:iam::123456789012:user/developer";

async fn create(api: &Api, input: Value) -> String {
    api.output("CreateRepositoryCreationTemplate", &input.to_string())
        .await
}

async fn describe(api: &Api, input: Value) -> Value {
    let operation = "DescribeRepositoryCreationTemplates";
    serde_json::from_str(&api.output(operation, &input.to_string()).await).unwrap()
}

#[tokio::test]
async fn a_template_has_default_settings() {
    // Source of the defaults: the tests of aws_ecr_repository_creation_template in hashicorp/terraform-provider-aws.
    let api = Api::start().await;
    let output = r#"{"registryId":"123456789012","repositoryCreationTemplate":{"appliedFor":["PULL_THROUGH_CACHE"],"createdAt":1.448832653241E9,"encryptionConfiguration":{"encryptionType":"AES256"},"imageTagMutability":"MUTABLE","prefix":"prod","updatedAt":1.448832653241E9}}"#;
    let input = json!({"prefix": "prod", "appliedFor": ["PULL_THROUGH_CACHE"]});
    assert_eq!(create(&api, input).await, output);
    let prefix = r#"{"prefix":"prod"}"#;
    let deleted = api.output("DeleteRepositoryCreationTemplate", prefix).await;
    assert_eq!(deleted, output);
    let all = describe(&api, json!({})).await;
    let none = json!({"registryId": "123456789012", "repositoryCreationTemplates": []});
    assert_eq!(all, none);
}

#[tokio::test]
async fn a_template_is_returned_with_all_its_members_and_updated() {
    let api = Api::start().await;
    let key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let role = "arn:aws:iam::123456789012:role/templates";
    let policy =
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":["ecr:BatchGetImage"]}]}"#;
    let input = json!({
        "prefix": "team/", "appliedFor": ["REPLICATION", "CREATE_ON_PUSH"], "customRoleArn": role,
        "description": "for the team", "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": key},
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [
            {"filterType": "WILDCARD", "filter": "latest"}, {"filterType": "WILDCARD", "filter": "dev-*"}],
        "repositoryPolicy": policy, "resourceTags": [{"Key": "team", "Value": "a"}], "lifecyclePolicy": "",
    });
    let text = r#"{\n  \"Statement\" : [ {\n    \"Effect\" : \"Allow\",\n    \"Principal\" : \"*\",\n    \"Action\" : \"ecr:BatchGetImage\"\n  } ]\n}"#;
    let output = format!(
        r#"{{"registryId":"123456789012","repositoryCreationTemplate":{{"appliedFor":["REPLICATION","CREATE_ON_PUSH"],"createdAt":1.448832653241E9,"customRoleArn":"{role}","description":"for the team","encryptionConfiguration":{{"encryptionType":"KMS","kmsKey":"{key}"}},"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{{"filter":"latest","filterType":"WILDCARD"}},{{"filter":"dev-*","filterType":"WILDCARD"}}],"prefix":"team/","repositoryPolicy":"{text}","resourceTags":[{{"Key":"team","Value":"a"}}],"updatedAt":1.448832653241E9}}}}"#
    );
    assert_eq!(create(&api, input).await, output);

    api.0.clock().advance(std::time::Duration::from_secs(1));
    let update = json!({"prefix": "team", "description": "new", "imageTagMutability": "MUTABLE", "repositoryPolicy": ""});
    let updated = api
        .output("UpdateRepositoryCreationTemplate", &update.to_string())
        .await;
    let filters = r#""imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filter":"latest","filterType":"WILDCARD"},{"filter":"dev-*","filterType":"WILDCARD"}]"#;
    let expected = output
        .replace("for the team", "new")
        .replace(filters, r#""imageTagMutability":"MUTABLE""#)
        .replace(&format!(r#""repositoryPolicy":"{text}","#), "")
        .replace(
            r#""updatedAt":1.448832653241E9"#,
            r#""updatedAt":1.448832654241E9"#,
        );
    assert_eq!(updated, expected);
}

#[tokio::test]
async fn an_update_of_the_mutability_is_checked_together_with_the_stored_one() {
    // That the members are independent is [ASSUME].
    let api = Api::start().await;
    let filter = |text: &str| json!([{"filterType": "WILDCARD", "filter": text}]);
    create(
        &api,
        json!({"prefix": "prod", "appliedFor": ["REPLICATION"], "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": filter("dev-*")}),
    )
    .await;
    let operation = "UpdateRepositoryCreationTemplate";
    let update = async |input: Value| {
        let output = api.output(operation, &input.to_string()).await;
        let output: Value = serde_json::from_str(&output).unwrap();
        let template = &output["repositoryCreationTemplate"];
        let filters = template["imageTagMutabilityExclusionFilters"].clone();
        (template["imageTagMutability"].clone(), filters)
    };
    let filters = json!({"prefix": "prod", "imageTagMutabilityExclusionFilters": filter("new-*")});
    let (name, stored) = update(filters).await;
    assert_eq!(name, "IMMUTABLE_WITH_EXCLUSION");
    assert_eq!(stored, filter("new-*"));
    let (name, stored) =
        update(json!({"prefix": "prod", "imageTagMutability": "MUTABLE_WITH_EXCLUSION"})).await;
    assert_eq!(name, "MUTABLE_WITH_EXCLUSION");
    assert_eq!(stored, filter("new-*"));
    let (name, stored) = update(json!({"prefix": "prod", "imageTagMutability": "IMMUTABLE"})).await;
    assert_eq!((name, stored), (json!("IMMUTABLE"), Value::Null));
    let missing = r#"{"prefix":"prod","imageTagMutability":"MUTABLE_WITH_EXCLUSION"}"#;
    let message = "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION'";
    api.assert_error(operation, missing, "InvalidParameterException", message)
        .await;
}

#[tokio::test]
async fn a_template_that_exists_or_does_not_exist_is_an_error() {
    // The texts are [ASSUME]: the descriptions in the service model.
    let api = Api::start().await;
    create(
        &api,
        json!({"prefix": "prod", "appliedFor": ["REPLICATION"]}),
    )
    .await;
    let again = r#"{"prefix":"prod/","appliedFor":["REPLICATION"]}"#;
    let exists =
        "The repository creation template already exists. Specify a unique prefix and try again.";
    let operation = "CreateRepositoryCreationTemplate";
    api.assert_error(operation, again, "TemplateAlreadyExistsException", exists)
        .await;
    let none = "The specified repository creation template can't be found. Verify the registry ID and prefix and try again.";
    for operation in [
        "UpdateRepositoryCreationTemplate",
        "DeleteRepositoryCreationTemplate",
    ] {
        let other = r#"{"prefix":"other"}"#;
        api.assert_error(operation, other, "TemplateNotFoundException", none)
            .await;
    }
}

/// A member, its value, the parameter in the message, and the constraint.
const INVALID: [[&str; 4]; 9] = [
    [
        "appliedFor",
        r#"[]"#,
        "appliedFor",
        "Member must have length greater than or equal to 1",
    ],
    [
        "appliedFor",
        r#"["PUSH"]"#,
        "appliedFor",
        "Member must satisfy constraint: [Member must satisfy enum value set: [REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH]]",
    ],
    [
        "encryptionConfiguration",
        r#"{"encryptionType": "KMS", "kmsKey": "alias/a"}"#,
        "encryptionConfiguration",
        r"must satisfy regular expression '^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\\/[a-z0-9-]+'",
    ],
    [
        "encryptionConfiguration",
        r#"{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}"#,
        "kmsKey",
        "must be the ARN of a key in the Region",
    ],
    [
        "encryptionConfiguration",
        r#"{"encryptionType": "AES256", "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"}"#,
        "kmsKey",
        "cannot be used with AES256",
    ],
    [
        "customRoleArn",
        r#""arn:aws:iam::210987654321:role/templates""#,
        "customRoleArn",
        "must be the ARN of a role in the account of the registry",
    ],
    [
        "repositoryPolicy",
        r#""{}""#,
        "PolicyText",
        "Invalid repository policy provided",
    ],
    [
        "resourceTags",
        r#"[{"Key": "aws:a", "Value": ""}]"#,
        "resourceTags",
        "must have at most 50 tags with keys of 1 to 128 characters and values of at most 256 characters",
    ],
    [
        "imageTagMutability",
        r#""IMMUTABLE_WITH_EXCLUSION""#,
        "imageTagMutabilityExclusionFilters",
        "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as IMMUTABLE_WITH_EXCLUSION",
    ],
];

#[tokio::test]
async fn invalid_members_are_rejected() {
    // [ASSUME]
    let api = Api::start().await;
    for [member, value, parameter, constraint] in INVALID {
        let mut input = json!({"prefix": "prod", "appliedFor": ["REPLICATION"]});
        input[member] = serde_json::from_str(value).unwrap();
        let text = format!(
            "Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
        );
        let operation = "CreateRepositoryCreationTemplate";
        let code = "InvalidParameterException";
        api.assert_error(operation, &input.to_string(), code, &text)
            .await;
    }
    let upper = r#"{"prefix":"Prod","appliedFor":["REPLICATION"]}"#;
    let response = api.call("CreateRepositoryCreationTemplate", upper).await;
    assert!(response.body.contains("'prefix'"), "{}", response.body);
    let lifecycle = r#"{"prefix":"prod","appliedFor":["REPLICATION"],"lifecyclePolicy":"{}"}"#;
    let response = api
        .call("CreateRepositoryCreationTemplate", lifecycle)
        .await;
    assert!(
        response.body.contains("'LifecyclePolicyText'"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn templates_are_listed_in_pages_and_by_prefix() {
    let api = Api::start().await;
    for prefix in ["b", "a/", "ROOT", "a/c"] {
        create(
            &api,
            json!({"prefix": prefix, "appliedFor": ["REPLICATION"]}),
        )
        .await;
    }
    let prefixes = |output: &Value| -> Vec<String> {
        let templates = output["repositoryCreationTemplates"].as_array().unwrap();
        let prefix = |one: &Value| one["prefix"].as_str().unwrap().to_owned();
        templates.iter().map(prefix).collect()
    };
    let all = describe(&api, json!({})).await;
    assert_eq!(prefixes(&all), ["ROOT", "a/", "a/c", "b"]);
    let first = describe(&api, json!({"maxResults": 3})).await;
    assert_eq!(prefixes(&first), ["ROOT", "a/", "a/c"]);
    let delete = r#"{"prefix":"a/c"}"#;
    api.output("DeleteRepositoryCreationTemplate", delete).await;
    let rest = json!({"maxResults": 3, "nextToken": first["nextToken"]});
    let rest = describe(&api, rest).await;
    assert_eq!(prefixes(&rest), ["b"]);
    assert_eq!(rest["nextToken"], Value::Null);
    let named = describe(&api, json!({"prefixes": ["b", "a", "unknown"]})).await;
    assert_eq!(prefixes(&named), ["a/", "b"]);
}

#[tokio::test]
async fn a_push_creates_a_repository_by_the_template_with_the_longest_prefix() {
    let api = Api::start().await;
    for name in ["prod/team/app", "prod", "other"] {
        assert_eq!(push(&api.0, DEVELOPER, name).await, 404, "{name}");
    }
    let role = "arn:aws:iam::123456789012:role/templates";
    let policy = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:ListImages"}]}"#;
    create(&api, json!({"prefix": "prod", "appliedFor": ["CREATE_ON_PUSH"], "imageTagMutability": "IMMUTABLE",
        "customRoleArn": role, "encryptionConfiguration": {"encryptionType": "KMS"},
        "repositoryPolicy": policy, "resourceTags": [{"Key": "team", "Value": "a"}]})).await;
    create(&api, json!({"prefix": "prod/team", "appliedFor": ["REPLICATION"], "imageTagMutability": "MUTABLE"})).await;
    assert_eq!(push(&api.0, DEVELOPER, "prod/team/app").await, 202);
    assert_eq!(push(&api.0, DEVELOPER, "prod/app").await, 202);
    assert_eq!(push(&api.0, DEVELOPER, "prod").await, 404);
    let named = r#"{"repositoryNames":["prod/team/app"]}"#;
    let described = api.output("DescribeRepositories", named).await;
    let described: Value = serde_json::from_str(&described).unwrap();
    let repository = &described["repositories"][0];
    assert_eq!(repository["imageTagMutability"], "IMMUTABLE");
    assert_eq!(
        repository["encryptionConfiguration"]["encryptionType"],
        "KMS"
    );
    let default = api
        .output(
            "CreateRepository",
            r#"{"repositoryName":"kms","encryptionConfiguration":{"encryptionType":"KMS"}}"#,
        )
        .await;
    let default: Value = serde_json::from_str(&default).unwrap();
    let key = &default["repository"]["encryptionConfiguration"]["kmsKey"];
    assert_eq!(&repository["encryptionConfiguration"]["kmsKey"], key);
    let arn = r#"{"resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/prod/app"}"#;
    let tags = api.output("ListTagsForResource", arn).await;
    assert_eq!(tags, r#"{"tags":[{"Key":"team","Value":"a"}]}"#);
    let app = r#"{"repositoryName":"prod/app"}"#;
    let policy = api.output("GetRepositoryPolicy", app).await;
    assert!(policy.contains("ecr:ListImages"), "{policy}");

    create(
        &api,
        json!({"prefix": "ROOT", "appliedFor": ["CREATE_ON_PUSH"]}),
    )
    .await;
    for name in ["prod", "other"] {
        assert_eq!(push(&api.0, DEVELOPER, name).await, 202, "{name}");
    }
}

#[tokio::test]
async fn an_existing_repository_is_not_changed_and_a_manifest_creates_none() {
    let api = Api::start().await;
    create(&api, json!({"prefix": "ROOT", "appliedFor": ["CREATE_ON_PUSH"], "imageTagMutability": "IMMUTABLE"})).await;
    assert_eq!(push(&api.0, DEVELOPER, "app").await, 202);
    let app = r#"{"repositoryNames":["app"]}"#;
    let app = api.output("DescribeRepositories", app).await;
    assert!(app.contains(r#""imageTagMutability":"MUTABLE""#), "{app}");
    let token = api.0.issue_token();
    let put = RawRequest::new("PUT", "/v2/new/manifests/1.0")
        .with_token(&token)
        .body("{}");
    assert_eq!(put.to(&api.0).await.status(), 404);
    let head = RawRequest::new("HEAD", format!("/v2/new/blobs/{HELLO}")).with_token(&token);
    assert_eq!(head.to(&api.0).await.status(), 404);
    let upload = r#"{"repositoryName":"new"}"#;
    assert_eq!(api.call("InitiateLayerUpload", upload).await.status(), 400);
}

#[tokio::test]
async fn the_caller_must_be_allowed_to_create_the_repository() {
    let arn = "arn:aws:iam::123456789012:user/pusher";
    let pusher = Principal::from_arn(arn)
        .unwrap()
        .allow(["ecr:InitiateLayerUpload"]);
    let guest = Principal::from_arn("arn:aws:iam::210987654321:user/guest").unwrap();
    let developer = Principal::example(
        "123456789012".parse().unwrap(),
        &"us-east-1".parse().unwrap(),
    );
    let ecr = MockEcr::builder()
        .frozen()
        .principal(developer)
        .principal(pusher)
        .principal(guest.clone());
    let api = Api(ecr.start().await.unwrap());
    create(
        &api,
        json!({"prefix": "ROOT", "appliedFor": ["CREATE_ON_PUSH"]}),
    )
    .await;
    let log = Log::default();
    let guards = log.capture();
    assert_eq!(push(&api.0, arn, "new").await, 404);
    drop(guards);
    let text = log.text();
    assert!(
        text.contains("is not authorized to perform: ecr:CreateRepository"),
        "{text}"
    );
    assert_eq!(push(&api.0, guest.arn.as_str(), "new").await, 403);

    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": [arn, guest.arn.as_str()]},
        "Action": ["ecr:CreateRepository", "ecr:InitiateLayerUpload"], "Resource": "*"}]});
    let policy = json!({"policyText": policy.to_string()}).to_string();
    api.output("PutRegistryPolicy", &policy).await;
    assert_eq!(push(&api.0, arn, "new").await, 202);
    assert_eq!(push(&api.0, guest.arn.as_str(), "newer").await, 202);
}

#[tokio::test]
async fn tags_and_keys_without_a_role_create_no_repository() {
    // Source: "Creating an IAM role for repository creation templates" in the user guide of Amazon ECR.
    let api = Api::start().await;
    for (prefix, member, value) in [
        (
            "tagged",
            "resourceTags",
            json!([{"Key": "team", "Value": "a"}]),
        ),
        (
            "kms",
            "encryptionConfiguration",
            json!({"encryptionType": "KMS"}),
        ),
    ] {
        let mut input = json!({"prefix": prefix, "appliedFor": ["CREATE_ON_PUSH"]});
        input[member] = value;
        create(&api, input).await;
        let log = Log::default();
        let guards = log.capture();
        assert_eq!(push(&api.0, DEVELOPER, &format!("{prefix}/app")).await, 404);
        drop(guards);
        let text = log.text();
        assert!(text.contains("require customRoleArn"), "{text}");
    }
}

#[tokio::test]
async fn a_template_applies_to_the_repositories_that_create_on_push_of_the_configuration_creates() {
    let api = Api::with_config("create_on_push = true").await;
    create(&api, json!({"prefix": "prod", "appliedFor": ["CREATE_ON_PUSH"], "imageTagMutability": "IMMUTABLE"})).await;
    for (name, mutability) in [("prod/app", "IMMUTABLE"), ("other", "MUTABLE")] {
        assert_eq!(push(&api.0, DEVELOPER, name).await, 202);
        let named = json!({"repositoryNames": [name]}).to_string();
        let found = api.output("DescribeRepositories", &named).await;
        let expected = format!(r#""imageTagMutability":"{mutability}""#);
        assert!(found.contains(&expected), "{found}");
    }
}

#[tokio::test]
async fn a_lifecycle_policy_of_a_template_is_normalised_and_applied() {
    // [ASSUME]: it is normalised like that of a repository.
    let api = Api::start().await;
    let rule = r#"{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}"#;
    let policy = format!(r#"{{"rules": [{rule}]}}"#);
    let normalised = policy.replace(": ", ":").replace(", ", ",");
    let input =
        json!({"prefix": "ROOT", "appliedFor": ["CREATE_ON_PUSH"], "lifecyclePolicy": policy});
    let created: Value = serde_json::from_str(&create(&api, input).await).unwrap();
    let template = &created["repositoryCreationTemplate"];
    assert_eq!(template["lifecyclePolicy"], normalised);
    assert_eq!(push(&api.0, DEVELOPER, "new").await, 202);
    let get = r#"{"repositoryName":"new"}"#;
    let stored = api.output("GetLifecyclePolicy", get).await;
    let stored: Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored["lifecyclePolicyText"], normalised);
    let remove = r#"{"prefix":"ROOT","lifecyclePolicy":""}"#;
    let updated = api.output("UpdateRepositoryCreationTemplate", remove).await;
    assert!(!updated.contains("lifecyclePolicy"), "{updated}");
}
