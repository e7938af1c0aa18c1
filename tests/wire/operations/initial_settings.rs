//! The initial settings of registries.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mock_ecr::config::{
    CreationCause, CreationTemplate, Encryption, EncryptionType, ImageTagMutability,
    InitialRegistry, SigningRule, StoreLocation,
};
use mock_ecr::repository::Image;
use mock_ecr::{Config, MockEcr, MockEcrBuilder, Preserve};
use serde_json::{Value, json};

use super::Api;
use crate::image::IMAGE;
use crate::raw::RawRequest;
use crate::signer::Signer;

const PROFILE: &str = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/ecr_a";
const ROLE: &str = "arn:aws:iam::123456789012:role/ci";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const REGISTRY_POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:ReplicateImage","Resource":"*"}]}"#;
const POLICY: &str =
    r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}"#;
const LIFECYCLE_POLICY: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

/// The settings in a file.
fn file() -> MockEcrBuilder {
    let config = format!(
        "
[[registries]]
policy = '{REGISTRY_POLICY}'
pull_time_update_exclusions = ['{ROLE}']

[registries.account_settings]
BLOB_MOUNTING = 'ENABLED'
REGISTRY_POLICY_SCOPE = 'V1'

[[registries.creation_templates]]
prefix = 'team/'
description = 'for the team'
applied_for = ['CREATE_ON_PUSH', 'REPLICATION']
image_tag_mutability = 'IMMUTABLE'
image_tag_mutability_exclusion_filters = ['dev-*']
encryption = {{ encryption_type = 'KMS', kms_key = '{KEY}' }}
resource_tags = {{ team = 'a' }}
repository_policy = '{POLICY}'
lifecycle_policy = '{LIFECYCLE_POLICY}'
custom_role_arn = '{ROLE}'

[[registries.signing.rules]]
signing_profile_arn = '{PROFILE}'
filters = ['app']
"
    );
    MockEcr::from_config(Config::parse(&config).unwrap())
}

/// The same settings in code.
fn code() -> MockEcrBuilder {
    let template = CreationTemplate::new(
        "team/",
        [CreationCause::CreateOnPush, CreationCause::Replication],
    );
    let filter = "dev-*".parse().unwrap();
    let template = template
        .description("for the team")
        .image_tag_mutability(ImageTagMutability::Immutable, [filter])
        .encryption(Encryption::new(EncryptionType::Kms).kms_key(KEY))
        .resource_tag("team", "a")
        .repository_policy(POLICY)
        .lifecycle_policy(LIFECYCLE_POLICY)
        .custom_role_arn(ROLE);
    MockEcr::builder()
        .registry_policy(REGISTRY_POLICY)
        .pull_time_update_exclusion(ROLE)
        .account_setting("BLOB_MOUNTING", "ENABLED")
        .account_setting("REGISTRY_POLICY_SCOPE", "V1")
        .creation_template(template)
        .signing_rule(SigningRule::new(PROFILE).filters(["app"]))
}

impl Api {
    /// Returns the outputs of all operations that read the settings of the registry.
    async fn registry_settings(&self) -> Vec<Value> {
        let mut settings = Vec::new();
        for (operation, input) in [
            ("GetRegistryPolicy", json!({})),
            ("DescribeRepositoryCreationTemplates", json!({})),
            ("ListPullTimeUpdateExclusions", json!({})),
            ("GetSigningConfiguration", json!({})),
            ("GetAccountSetting", json!({"name": "BLOB_MOUNTING"})),
            (
                "GetAccountSetting",
                json!({"name": "REGISTRY_POLICY_SCOPE"}),
            ),
        ] {
            let output = self.output(operation, &input.to_string()).await;
            settings.push(serde_json::from_str(&output).unwrap());
        }
        settings
    }

    async fn put_signing_rules(&self, rules: &Value) {
        let input = json!({ "signingConfiguration": { "rules": rules } });
        self.output("PutSigningConfiguration", &input.to_string())
            .await;
    }

    /// Returns the status of the only signature of the image with a tag, and the number of images of the repository.
    async fn signing(&self, tag: &str) -> (Value, usize) {
        let input = json!({"repositoryName": "app", "imageId": {"imageTag": tag}}).to_string();
        let output = self.output("DescribeImageSigningStatus", &input).await;
        let output: Value = serde_json::from_str(&output).unwrap();
        let images = self.output("ListImages", r#"{"repositoryName":"app"}"#);
        let images = images.await.matches("imageDigest").count();
        (output["signingStatuses"][0]["status"].clone(), images)
    }
}

fn expected_template() -> Value {
    let policy = "{\n  \"Statement\" : [ {\n    \"Effect\" : \"Allow\",\n    \"Principal\" : \"*\",\n    \"Action\" : \"ecr:BatchGetImage\"\n  } ]\n}";
    json!({
        "appliedFor": ["CREATE_ON_PUSH", "REPLICATION"],
        "customRoleArn": ROLE, "description": "for the team",
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": KEY},
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev-*"}],
        "lifecyclePolicy": LIFECYCLE_POLICY, "prefix": "team/", "repositoryPolicy": policy,
        "resourceTags": [{"Key": "team", "Value": "a"}],
    })
}

#[tokio::test]
async fn the_settings_exist_at_the_start_and_after_a_reset() {
    for builder in [file(), code()] {
        let api = Api(builder.frozen().start().await.unwrap());
        let initial = api.registry_settings().await;
        let policy = initial[0]["policyText"].as_str().unwrap();
        assert!(policy.contains("ecr:ReplicateImage"), "{policy}");
        let mut templates = initial[1]["repositoryCreationTemplates"].clone();
        for time in ["createdAt", "updatedAt"] {
            let time = templates[0].as_object_mut().unwrap().remove(time);
            assert_eq!(time.unwrap(), 1.448_832_653_241e9);
        }
        assert_eq!(templates, json!([expected_template()]));
        assert_eq!(initial[2], json!({"pullTimeUpdateExclusions": [ROLE]}));
        let rule = json!({"signingProfileArn": PROFILE,
            "repositoryFilters": [{"filter": "app", "filterType": "WILDCARD_MATCH"}]});
        assert_eq!(initial[3]["signingConfiguration"]["rules"], json!([rule]));
        assert_eq!(initial[4]["value"], "ENABLED");
        assert_eq!(initial[5]["value"], "V1");

        api.output("DeleteRegistryPolicy", "{}").await;
        let prefix = r#"{"prefix":"team"}"#;
        api.output("DeleteRepositoryCreationTemplate", prefix).await;
        let other = r#"{"prefix":"other","appliedFor":["REPLICATION"]}"#;
        api.output("CreateRepositoryCreationTemplate", other).await;
        api.output("DeleteSigningConfiguration", "{}").await;
        let disabled = r#"{"name":"BLOB_MOUNTING","value":"DISABLED"}"#;
        api.output("PutAccountSetting", disabled).await;
        api.0.clock().advance(Duration::from_secs(1));
        api.0.reset(Preserve::Nothing).await.unwrap();
        assert_eq!(api.registry_settings().await, initial);
    }
}

#[tokio::test]
async fn a_repository_has_an_encryption_and_resource_tags() {
    let config = format!(
        "[[repositories]]\nname = 'app'\nencryption = {{ encryption_type = 'KMS', kms_key = '{KEY}' }}\nresource_tags = {{ team = 'a', cost = '' }}\n"
    );
    let file = MockEcr::from_config(Config::parse(&config).unwrap());
    let encryption = Encryption::new(EncryptionType::Kms).kms_key(KEY);
    let builder = MockEcr::builder().encryption("app", encryption);
    let code = builder
        .resource_tag("app", "team", "a")
        .resource_tag("app", "cost", "");
    for builder in [file, code] {
        let api = Api(builder.frozen().start().await.unwrap());
        let arn = r#"{"resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/app"}"#;
        for _ in 0..2 {
            let tags = api.output("ListTagsForResource", arn).await;
            let expected = r#"{"tags":[{"Key":"cost","Value":""},{"Key":"team","Value":"a"}]}"#;
            assert_eq!(tags, expected);
            let described = api.output("DescribeRepositories", "{}").await;
            let expected = format!(r#"{{"encryptionType":"KMS","kmsKey":"{KEY}"}}"#);
            assert!(described.contains(&expected), "{described}");
            let untag = arn.replace('}', r#","tagKeys":["team"]}"#);
            api.output("UntagResource", &untag).await;
            api.0.reset(Preserve::Nothing).await.unwrap();
        }
    }
    // The key that AWS manages is the default.
    let builder = MockEcr::builder().encryption("app", Encryption::new(EncryptionType::KmsDsse));
    let api = Api(builder.start().await.unwrap());
    let described = api.output("DescribeRepositories", "{}").await;
    let managed =
        r#""encryptionType":"KMS_DSSE","kmsKey":"arn:aws:kms:us-east-1:123456789012:key/"#;
    assert!(described.contains(managed), "{described}");
}

#[tokio::test]
async fn the_settings_are_those_of_their_account_and_region() {
    let ireland = "eu-west-1";
    let registry = InitialRegistry::new()
        .region(ireland.parse().unwrap())
        .account_setting("BLOB_MOUNTING", "ENABLED");
    let api = Api(MockEcr::builder()
        .registry(registry)
        .frozen()
        .start()
        .await
        .unwrap());
    let input = r#"{"name":"BLOB_MOUNTING"}"#;
    let own = api.output("GetAccountSetting", input).await;
    assert!(own.contains("DISABLED"), "{own}");
    let signer = Signer::default().in_region(ireland);
    let call = crate::raw::RawRequest::call("GetAccountSetting").body(input);
    let other = call.signed_by(&signer).to(&api.0).await;
    assert!(other.body.contains("ENABLED"), "{}", other.body);
}

#[tokio::test]
async fn initial_images_are_signed_by_the_initial_rules_also_after_a_reset() {
    let image = Image::new().layer("a").tag("1.0");
    let builder = code().frozen().image("app", image);
    let api = Api(builder.start().await.unwrap());
    let (status, images) = api.signing("1.0").await;
    assert_eq!((status, images), (json!("IN_PROGRESS"), 1));
    api.0.clock().advance(Duration::from_secs(1));
    let complete = (json!("COMPLETE"), 2);
    assert_eq!(api.signing("1.0").await, complete);
    // Neither this configuration nor its deletion applies to the images of a reset.
    api.put_signing_rules(&json!([])).await;
    api.0.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(api.signing("1.0").await, (json!("IN_PROGRESS"), 1));
    api.0.clock().advance(Duration::from_secs(1));
    assert_eq!(api.signing("1.0").await, complete);
}

#[tokio::test]
async fn an_initial_template_applies_to_a_push_but_not_to_initial_repositories() {
    let api = Api(file()
        .frozen()
        .repository("team/old")
        .start()
        .await
        .unwrap());
    let push = crate::raw::RawRequest::new("POST", "/v2/team/new/blobs/uploads/");
    let push = push.with_token(&api.0.issue_token());
    assert_eq!(push.to(&api.0).await.status(), 202);
    let described = api.output("DescribeRepositories", "{}").await;
    let described: Value = serde_json::from_str(&described).unwrap();
    let mutability = |index: usize| described["repositories"][index]["imageTagMutability"].clone();
    assert_eq!(mutability(0), "IMMUTABLE_WITH_EXCLUSION");
    assert_eq!(mutability(1), "MUTABLE");
}

#[tokio::test]
async fn the_settings_of_a_used_store_are_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |builder: MockEcrBuilder| {
        let store = StoreLocation::Directory(folder.path().to_owned());
        Api(builder.frozen().store(store).start().await.unwrap())
    };
    let api = start(code()).await;
    api.put_signing_rules(&json!([])).await;
    api.output("DeleteRegistryPolicy", "{}").await;
    let before = api.registry_settings_without_policy().await;
    drop(api);
    let template = CreationTemplate::new("team", [CreationCause::Replication]);
    let changed = MockEcr::builder()
        .account_setting("BLOB_MOUNTING", "DISABLED")
        .creation_template(template)
        .registry_policy(REGISTRY_POLICY)
        .signing_rule(SigningRule::new(PROFILE));
    let image = Image::new().layer("a").tag("1.0");
    let api = start(changed.image("app", image)).await;
    assert_eq!(api.registry_settings_without_policy().await, before);
    // As a deleted cache rule, the policy exists again.
    api.output("GetRegistryPolicy", "{}").await;
    // The stored signing configuration applies to the images that are created.
    assert_eq!(api.signing("1.0").await, (Value::Null, 1));
}

impl Api {
    async fn registry_settings_without_policy(&self) -> Vec<Value> {
        let policy = r#"{"policyText":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:ReplicateImage\",\"Resource\":\"*\"}]}"}"#;
        if self.call("GetRegistryPolicy", "{}").await.status() == 200 {
            return self.registry_settings().await.split_off(1);
        }
        self.output("PutRegistryPolicy", policy).await;
        let settings = self.registry_settings().await.split_off(1);
        self.output("DeleteRegistryPolicy", "{}").await;
        settings
    }
}

#[tokio::test]
async fn a_repository_has_the_lifecycle_policy_of_the_builder() {
    let builder = MockEcr::builder().lifecycle_policy("app", LIFECYCLE_POLICY);
    let api = Api(builder.frozen().start().await.unwrap());
    api.put("1.0", IMAGE).await;
    let image = Image::new().layer("b").tag("2.0");
    api.0.repository("app").push(image).await.unwrap();
    assert_eq!(api.0.run_lifecycle().await.unwrap()[0].expired, 1);
    let invalid = MockEcr::builder().lifecycle_policy("app", "{}");
    let error = invalid.start().await.unwrap_err().to_string();
    assert!(error.contains("lifecycle_policy"), "{error}");
}

/// A request that begins before the reset has a later time than the initial state.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_during_a_reset_do_not_carry_out_the_work_of_the_initial_state() {
    let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 5}, "action": {"type": "expire"}}]}"#;
    let names: Vec<String> = (0..20).map(|number| format!("app-{number}")).collect();
    let mut builder = code().frozen();
    for name in &names {
        let image = Image::new().layer("a").tag("1.0");
        builder = builder.image(name, image).lifecycle_policy(name, policy);
    }
    let ecr = Arc::new(builder.start().await.unwrap());
    let is_done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (client, done) = (Arc::clone(&ecr), Arc::clone(&is_done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    let ping = RawRequest::ping("GET").with_token(&client.issue_token());
                    ping.to(&client).await;
                }
            })
        })
        .collect();
    for _ in 0..30 {
        ecr.clock().advance(Duration::from_secs(400 * 24 * 3600));
        ecr.reset(Preserve::Nothing).await.unwrap();
        for name in &names {
            let tags = ecr.repository(name).tags().await.unwrap();
            assert_eq!(tags, ["1.0"], "{name}");
        }
    }
    is_done.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
}
