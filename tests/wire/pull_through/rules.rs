//! The operations on pull-through cache rules.

use mock_ecr::config::{PullThroughCacheRule, SecretAccess, StoredSecret};
use mock_ecr::{MockEcr, Preserve};
use serde_json::{Value, json};

use super::{Cache, SECRET};

async fn start() -> Cache {
    let secret = StoredSecret::new(SECRET, "test");
    Cache::start(MockEcr::builder().frozen().secret(secret)).await
}

fn rule(prefix: &str, url: &str) -> Value {
    json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": url})
}

fn with(mut input: Value, members: Value) -> Value {
    if let Value::Object(members) = members {
        input.as_object_mut().unwrap().extend(members);
    }
    input
}

const ROLE: &str = "arn:aws:iam::123456789012:role/cache";

#[tokio::test]
async fn a_rule_is_created_updated_validated_and_deleted() {
    // Source of the members: ECR's service model. The text of the secret is not that of credentials; the tests of
    // aws_ecr_pull_through_cache_rule in hashicorp/terraform-provider-aws create such a rule.
    let cache = start().await;
    let input = with(
        rule("hub", "registry-1.docker.io"),
        json!({"credentialArn": SECRET}),
    );
    let created = cache.call("CreatePullThroughCacheRule", &input).await;
    assert_eq!(
        created.body,
        format!(
            r#"{{"createdAt":1.448832653241E9,"credentialArn":"{SECRET}","ecrRepositoryPrefix":"hub","registryId":"123456789012","upstreamRegistry":"docker-hub","upstreamRegistryUrl":"registry-1.docker.io","upstreamRepositoryPrefix":"ROOT"}}"#
        )
    );
    let named = json!({"ecrRepositoryPrefix": "hub"});
    let validated = cache.call("ValidatePullThroughCacheRule", &named).await;
    assert_eq!(
        validated.body,
        format!(
            r#"{{"credentialArn":"{SECRET}","ecrRepositoryPrefix":"hub","failure":"The secret is not a JSON object with the keys username and accessToken.","isValid":false,"registryId":"123456789012","upstreamRegistryUrl":"registry-1.docker.io","upstreamRepositoryPrefix":"ROOT"}}"#
        )
    );
    cache.0.clock().advance(std::time::Duration::from_secs(1));
    let update = with(named.clone(), json!({"credentialArn": SECRET}));
    let updated = cache.call("UpdatePullThroughCacheRule", &update).await;
    assert_eq!(
        updated.body,
        format!(
            r#"{{"credentialArn":"{SECRET}","ecrRepositoryPrefix":"hub","registryId":"123456789012","updatedAt":1.448832654241E9,"upstreamRepositoryPrefix":"ROOT"}}"#
        )
    );
    let all = cache
        .call("DescribePullThroughCacheRules", &json!({}))
        .await;
    assert_eq!(
        all.body,
        format!(
            r#"{{"pullThroughCacheRules":[{{"createdAt":1.448832653241E9,"credentialArn":"{SECRET}","ecrRepositoryPrefix":"hub","registryId":"123456789012","updatedAt":1.448832654241E9,"upstreamRegistry":"docker-hub","upstreamRegistryUrl":"registry-1.docker.io","upstreamRepositoryPrefix":"ROOT"}}]}}"#
        )
    );
    let deleted = cache.call("DeletePullThroughCacheRule", &named).await;
    assert_eq!(
        deleted.body,
        format!(
            r#"{{"createdAt":1.448832653241E9,"credentialArn":"{SECRET}","ecrRepositoryPrefix":"hub","registryId":"123456789012","upstreamRegistryUrl":"registry-1.docker.io","upstreamRepositoryPrefix":"ROOT"}}"#
        )
    );
    let none = cache
        .call("DescribePullThroughCacheRules", &json!({}))
        .await;
    assert_eq!(none.body, r#"{"pullThroughCacheRules":[]}"#);
}

#[tokio::test]
async fn the_kind_of_each_upstream_registry_is_derived_from_its_url() {
    let cache = start().await;
    let (secret, role) = (
        json!({"credentialArn": SECRET}),
        json!({"customRoleArn": ROLE}),
    );
    for (prefix, url, members, kind) in [
        ("p1", "public.ecr.aws", json!({}), "ecr-public"),
        ("p2", "registry.k8s.io", json!({}), "k8s"),
        ("p3", "quay.io", json!({"upstreamRegistry": "quay"}), "quay"),
        ("p4", "registry-1.docker.io", secret.clone(), "docker-hub"),
        ("p5", "ghcr.io", secret.clone(), "github-container-registry"),
        (
            "p6",
            "registry.gitlab.com",
            secret.clone(),
            "gitlab-container-registry",
        ),
        (
            "p7",
            "team.azurecr.io",
            secret.clone(),
            "azure-container-registry",
        ),
        ("p8", "cgr.dev", secret.clone(), "chainguard"),
        (
            "p9",
            "210987654321.dkr.ecr.us-east-1.amazonaws.com",
            role,
            "ecr",
        ),
        (
            "ROOT",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            json!({}),
            "ecr",
        ),
    ] {
        let input = with(rule(prefix, url), members);
        let created = cache.output("CreatePullThroughCacheRule", &input).await;
        assert_eq!(created["upstreamRegistry"], kind, "{url}");
        assert_eq!(created["upstreamRegistryUrl"], url);
    }
    let input = with(
        rule("team/", "quay.io"),
        json!({"upstreamRepositoryPrefix": "team"}),
    );
    let created = cache.output("CreatePullThroughCacheRule", &input).await;
    assert_eq!(created["ecrRepositoryPrefix"], "team/");
    assert_eq!(created["upstreamRepositoryPrefix"], "team");
}

const UNSUPPORTED: &str = "UnsupportedUpstreamRegistryException";

#[tokio::test]
async fn an_upstream_registry_that_is_not_supported_is_rejected() {
    let cache = start().await;
    let create = "CreatePullThroughCacheRule";
    // [ASSUME]: the description of the exception in the service model.
    let text = "The specified upstream registry isn't supported.";
    for input in [
        rule("hub", "docker.io"),
        rule("hub", "https://quay.io"),
        with(rule("hub", "quay.io"), json!({"upstreamRegistry": "k8s"})),
        rule("hub", "123456789012.dkr.ecr.us-east-1.amazonaws.com"),
    ] {
        cache.assert_error(create, &input, UNSUPPORTED, text).await;
    }
    // Source: aws-controllers-k8s/community#2589 (2025).
    let text = "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN containing the upstream registry credentials.";
    for url in ["registry-1.docker.io", "ghcr.io", "team.azurecr.io"] {
        let input = rule("hub", url);
        cache.assert_error(create, &input, UNSUPPORTED, text).await;
    }
}

#[tokio::test]
async fn invalid_members_of_a_rule_are_rejected() {
    // The parameters and the texts are [ASSUME].
    let cache = start().await;
    let hub = || rule("hub", "registry-1.docker.io");
    let own = "must be the ARN of a secret in the account and Region of the registry";
    let other = SECRET.replace("123456789012", "210987654321");
    let region = SECRET.replace("us-east-1", "eu-west-1");
    let ecr = || rule("ecr", "210987654321.dkr.ecr.us-east-1.amazonaws.com");
    let role = "arn:aws:iam::210987654321:role/cache";
    for (input, parameter, constraint) in [
        (
            with(hub(), json!({"credentialArn": other})),
            "credentialArn",
            own,
        ),
        (
            with(hub(), json!({"credentialArn": region})),
            "credentialArn",
            own,
        ),
        (
            with(rule("quay", "quay.io"), json!({"credentialArn": SECRET})),
            "credentialArn",
            "cannot be used with this upstream registry",
        ),
        (
            with(rule("quay", "quay.io"), json!({"customRoleArn": ROLE})),
            "customRoleArn",
            "cannot be used with this upstream registry",
        ),
        (
            ecr(),
            "customRoleArn",
            "must be the ARN of a role if the upstream registry is in another account",
        ),
        (
            with(ecr(), json!({"customRoleArn": role})),
            "customRoleArn",
            "must be the ARN of a role in the account of the registry",
        ),
        (
            with(
                rule("ROOT", "quay.io"),
                json!({"upstreamRepositoryPrefix": "a1"}),
            ),
            "upstreamRepositoryPrefix",
            "must be ROOT if ecrRepositoryPrefix is ROOT",
        ),
    ] {
        let text = format!(
            "Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
        );
        let code = "InvalidParameterException";
        let create = "CreatePullThroughCacheRule";
        cache.assert_error(create, &input, code, &text).await;
    }
}

/// [ASSUME]: as for replication.
#[tokio::test]
async fn a_registry_of_another_partition_is_not_supported() {
    let cache = start().await;
    let url = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn";
    let text = "The specified upstream registry isn't supported.";
    let create = "CreatePullThroughCacheRule";
    cache
        .assert_error(create, &rule("china", url), UNSUPPORTED, text)
        .await;
}

#[tokio::test]
async fn an_invalid_prefix_is_rejected() {
    // Source of the form: the pattern of ecrRepositoryPrefix in the service model.
    let cache = start().await;
    for prefix in ["a", "Quay", "quay//a", &"a".repeat(31)] {
        let input = rule(prefix, "quay.io");
        let response = cache.call("CreatePullThroughCacheRule", &input).await;
        assert!(
            response.body.contains("'ecrRepositoryPrefix'"),
            "{prefix}: {}",
            response.body
        );
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_rejected() {
    // [ASSUME]: the texts are the descriptions of the exceptions in the service model.
    let arn = |name: &str| SECRET.replace("hub-AbCdEf", name);
    let stored = |name: &str, access| {
        let mut secret = StoredSecret::new(arn(name), "test");
        secret.access = access;
        secret
    };
    let builder = MockEcr::builder().frozen();
    let builder = builder.secret(stored("readable", SecretAccess::Readable));
    let builder = builder.secret(stored("denied", SecretAccess::Denied));
    let builder = builder.secret(stored("encrypted", SecretAccess::Undecryptable));
    let cache = Cache::start(builder).await;
    let hub = with(
        rule("hub", "registry-1.docker.io"),
        json!({"credentialArn": arn("readable")}),
    );
    cache.output("CreatePullThroughCacheRule", &hub).await;
    for (name, code, text) in [
        (
            "missing",
            "SecretNotFoundException",
            "The ARN of the secret specified in the pull through cache rule was not found. Update the pull through cache rule with a valid secret ARN and try again.",
        ),
        (
            "denied",
            "UnableToAccessSecretException",
            "The secret is unable to be accessed. Verify the resource permissions for the secret and try again.",
        ),
        (
            "encrypted",
            "UnableToDecryptSecretValueException",
            "The secret is accessible but is unable to be decrypted. Verify the resource permissions and try again.",
        ),
    ] {
        let members = json!({"credentialArn": arn(name)});
        let create = with(rule("new", "ghcr.io"), members.clone());
        let operation = "CreatePullThroughCacheRule";
        cache.assert_error(operation, &create, code, text).await;
        let update = with(json!({"ecrRepositoryPrefix": "hub"}), members);
        let operation = "UpdatePullThroughCacheRule";
        cache.assert_error(operation, &update, code, text).await;
    }
}

#[tokio::test]
async fn a_rule_that_exists_or_does_not_exist_is_an_error() {
    // The texts are [ASSUME]: the descriptions in the service model.
    let cache = start().await;
    let create = "CreatePullThroughCacheRule";
    cache.output(create, &rule("quay", "quay.io")).await;
    let exists =
        "A pull through cache rule with these settings already exists for the private registry.";
    let code = "PullThroughCacheRuleAlreadyExistsException";
    cache.assert_error(create, &rule("quay/", "ghcr.io"), UNSUPPORTED, "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN containing the upstream registry credentials.").await;
    for again in [rule("quay/", "quay.io"), rule("quay", "public.ecr.aws")] {
        cache.assert_error(create, &again, code, exists).await;
    }
    let none = "The pull through cache rule was not found. Specify a valid pull through cache rule and try again.";
    let other = json!({"ecrRepositoryPrefix": "other", "credentialArn": SECRET});
    for (operation, input) in [
        ("UpdatePullThroughCacheRule", other.clone()),
        ("DeletePullThroughCacheRule", other.clone()),
        ("ValidatePullThroughCacheRule", other),
        (
            "DescribePullThroughCacheRules",
            json!({"ecrRepositoryPrefixes": ["quay", "other"]}),
        ),
    ] {
        let code = "PullThroughCacheRuleNotFoundException";
        cache.assert_error(operation, &input, code, none).await;
    }
    // Source: pulumi/pulumi-aws#5714 (2025).
    let text =
        "Invalid input: Please set either credential arn or role arn to update the credentials";
    let update = json!({"ecrRepositoryPrefix": "quay"});
    let code = "InvalidParameterException";
    cache
        .assert_error("UpdatePullThroughCacheRule", &update, code, text)
        .await;
    let update = json!({"ecrRepositoryPrefix": "quay", "credentialArn": SECRET});
    let text = "Invalid parameter at 'credentialArn' failed to satisfy constraint: 'cannot be used with this upstream registry'";
    cache
        .assert_error("UpdatePullThroughCacheRule", &update, code, text)
        .await;
}

#[tokio::test]
async fn a_registry_has_at_most_50_rules_which_are_listed_in_pages() {
    // Source of the number: "Amazon ECR service quotas" in the user guide. The text is [ASSUME].
    let cache = start().await;
    let create = "CreatePullThroughCacheRule";
    for index in 0..50 {
        let input = rule(&format!("p{index:02}"), "quay.io");
        cache.output(create, &input).await;
    }
    let text = "The operation did not succeed because it would have exceeded a service limit for your account.";
    let more = rule("more", "quay.io");
    let code = "LimitExceededException";
    cache.assert_error(create, &more, code, text).await;
    let prefixes = |output: &Value| -> Vec<String> {
        let rules = output["pullThroughCacheRules"].as_array().unwrap();
        let prefix = |one: &Value| one["ecrRepositoryPrefix"].as_str().unwrap().to_owned();
        rules.iter().map(prefix).collect()
    };
    let describe = "DescribePullThroughCacheRules";
    let first = cache.output(describe, &json!({"maxResults": 30})).await;
    assert_eq!(prefixes(&first).len(), 30);
    let delete = json!({"ecrRepositoryPrefix": "p29"});
    cache.output("DeletePullThroughCacheRule", &delete).await;
    let next = json!({"maxResults": 30, "nextToken": first["nextToken"]});
    let rest = cache.output(describe, &next).await;
    assert_eq!(prefixes(&rest).len(), 20);
    assert_eq!(prefixes(&rest)[0], "p30");
    assert_eq!(rest["nextToken"], Value::Null);
    let named = json!({"ecrRepositoryPrefixes": ["p07", "p02/"]});
    let named = cache.output(describe, &named).await;
    assert_eq!(prefixes(&named), ["p07", "p02"]);
    let both = json!({"ecrRepositoryPrefixes": ["p07"], "maxResults": 1});
    let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'cannot be used with ecrRepositoryPrefixes'";
    let code = "InvalidParameterException";
    cache.assert_error(describe, &both, code, text).await;
}

#[tokio::test]
async fn the_rules_of_the_configuration_exist_at_the_start_and_after_a_reset() {
    let rule = PullThroughCacheRule::new("quay", "quay.io").upstream_repository_prefix("team");
    let builder = MockEcr::builder().frozen().pull_through_cache_rule(rule);
    let cache = Cache::start(builder).await;
    let describe = async || {
        let all = json!({});
        cache.call("DescribePullThroughCacheRules", &all).await.body
    };
    let initial = describe().await;
    assert!(
        initial.contains(r#""upstreamRepositoryPrefix":"team""#),
        "{initial}"
    );
    let named = json!({"ecrRepositoryPrefix": "quay"});
    cache.output("DeletePullThroughCacheRule", &named).await;
    let other = self::rule("other", "quay.io");
    cache.output("CreatePullThroughCacheRule", &other).await;
    assert_ne!(describe().await, initial);
    cache.0.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(describe().await, initial);
}

#[tokio::test]
async fn the_rules_of_another_registry_need_its_permission() {
    let cache = start().await;
    let input = json!({"registryId": "210987654321"});
    let response = cache.call("DescribePullThroughCacheRules", &input).await;
    let text = "is not authorized to perform: ecr:DescribePullThroughCacheRules on resource: arn:aws:ecr:us-east-1:210987654321:repository/*";
    assert!(response.body.contains(text), "{}", response.body);
    let own = json!({"registryId": "123456789012"});
    cache.output("DescribePullThroughCacheRules", &own).await;
}
