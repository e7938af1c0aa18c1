//! The policies of repositories: their form, the principals that they name, their conditions, and `force`.

use super::Api;
use crate::log::Log;
use crate::raw::RawRequest;

const DEVELOPER: &str = "arn:aws:iam::123456789012:user/developer";
const READER: &str = "arn:aws:iam::123456789012:user/reader";
const SESSION: &str = "arn:aws:sts::210987654321:assumed-role/Deploy/ci";
const GUEST: &str = "arn:aws:iam::210987654321:user/guest";

/// Two accounts: the example user and a user without permissions in one, a session of a role and a user in the other.
const CONFIG: &str = "
[[repositories]]
name = 'app'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/developer'
access_key_id = 'AKIAIOSFODNN7EXAMPLE'
secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/reader'
access_key_id = 'R'
secret_access_key = 'S'
allow = []

[[principals]]
arn = 'arn:aws:sts::210987654321:assumed-role/Deploy/ci'
access_key_id = 'D'
secret_access_key = 'S'
context = { 'aws:PrincipalOrgID' = 'o-example' }

[[principals]]
arn = 'arn:aws:iam::210987654321:user/guest'
access_key_id = 'G'
secret_access_key = 'S'
";

/// Returns an input with a policy.
fn input(policy: &str) -> String {
    let text = policy.replace('\\', "\\\\").replace('"', "\\\"");
    format!(r#"{{"repositoryName":"app","policyText":"{text}"}}"#)
}

/// Returns a policy of one statement.
fn policy(effect: &str, principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{principal},"Action":"ecr:ListImages"}}]}}"#
    )
}

async fn api() -> Api {
    Api::with_config(CONFIG).await
}

/// Returns the status of a list of tags that a principal requests from the registry.
async fn list_tags(api: &Api, principal: &str) -> u16 {
    let region = "us-east-1".parse().unwrap();
    let token = api.0.issue_token_for(principal.parse().unwrap(), region);
    let request = RawRequest::new("GET", "/v2/app/tags/list").with_token(&token);
    let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    request.on_host(host).to(&api.0).await.status()
}

async fn assert_invalid(api: &Api, policy: &str, constraint: &str) {
    let text =
        format!("Invalid parameter at 'PolicyText' failed to satisfy constraint: '{constraint}'");
    let code = "InvalidParameterException";
    api.assert_error("SetRepositoryPolicy", &input(policy), code, &text)
        .await;
}

#[tokio::test]
async fn a_role_in_a_policy_stands_for_its_sessions() {
    // Sources: aws/aws-sdk-go#3921, terraform-aws-modules/terraform-aws-ecr#44.
    let api = api().await;
    assert_eq!(list_tags(&api, SESSION).await, 403);
    let role = r#"{"AWS":"arn:aws:iam::210987654321:role/Deploy"}"#;
    api.output("SetRepositoryPolicy", &input(&policy("Allow", role)))
        .await;
    assert_eq!(list_tags(&api, SESSION).await, 200);
    assert_eq!(list_tags(&api, GUEST).await, 403);
    let allow_all_and_deny_the_role = format!(
        r#"{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"ecr:*"}},{{"Effect":"Deny","Principal":{role},"Action":"ecr:ListImages"}}]}}"#
    );
    api.output("SetRepositoryPolicy", &input(&allow_all_and_deny_the_role))
        .await;
    assert_eq!(list_tags(&api, SESSION).await, 403);
    assert_eq!(list_tags(&api, GUEST).await, 200);
}

#[tokio::test]
async fn an_account_in_a_policy_only_delegates() {
    // Source: "Principal" in AWS's IAM user guide.
    let api = api().await;
    for account in ["arn:aws:iam::123456789012:root", "123456789012"] {
        let named = format!(r#"{{"AWS":"{account}"}}"#);
        api.output("SetRepositoryPolicy", &input(&policy("Allow", &named)))
            .await;
        assert_eq!(list_tags(&api, READER).await, 403, "{account}");
        assert_eq!(list_tags(&api, DEVELOPER).await, 200, "{account}");
    }
    let named = format!(r#"{{"AWS":"{READER}"}}"#);
    api.output("SetRepositoryPolicy", &input(&policy("Allow", &named)))
        .await;
    assert_eq!(list_tags(&api, READER).await, 200);
}

#[tokio::test]
async fn a_policy_that_is_not_by_the_grammar_is_rejected() {
    // Sources: awsdocs/amazon-ecr-user-guide#20 (2019), terraform-aws-modules/terraform-aws-ecr#19 (2023).
    let api = api().await;
    let allow = r#""Effect":"Allow","Principal":"*""#;
    for elements in [
        format!(r#"{allow},"Action":"ecr:*","Resource":"*""#),
        format!(r#"{allow},"Action":"ecr:*","NotAction":"ecr:PutImage""#),
        r#""Effect":"Allow","Principal":{"AWS":"123456789012","AWS":"210987654321"},"Action":"ecr:*""#
            .to_owned(),
        r#""Effect":"Allow","Principal":{"AWS":"arn:aws-cn:iam::123456789012:root"},"Action":"ecr:*""#
            .to_owned(),
        r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:*"},"Action":"ecr:*""#
            .to_owned(),
    ] {
        let policy = format!(r#"{{"Statement":[{{{elements}}}]}}"#);
        assert_invalid(&api, &policy, "Invalid repository policy provided").await;
    }
    let not_action = r#"{"Statement":[{"Effect":"Allow","Principal":"*","NotAction":"ecr:Put*"}]}"#;
    api.output("SetRepositoryPolicy", &input(not_action)).await;
    assert_eq!(list_tags(&api, READER).await, 200);
    let others = r#"["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:user/developer"]"#;
    let not_principal = format!(
        r#"{{"Statement":[{{"Effect":"Deny","NotPrincipal":{{"AWS":{others}}},"Action":"ecr:ListImages"}}]}}"#
    );
    api.output("SetRepositoryPolicy", &input(&not_principal))
        .await;
    assert_eq!(list_tags(&api, READER).await, 403);
    assert_eq!(list_tags(&api, DEVELOPER).await, 200);
}

#[tokio::test]
async fn a_principal_that_does_not_exist_is_rejected() {
    // Source: hashicorp/terraform-provider-aws#39064 (2024).
    let api = api().await;
    for name in [
        "arn:aws:iam::123456789012:user/nobody",
        "arn:aws:iam::123456789012:role/Deploy",
        "arn:aws:iam::999999999999:root",
        "999999999999",
    ] {
        let named = policy("Allow", &format!(r#"{{"AWS":["{READER}","{name}"]}}"#));
        assert_invalid(&api, &named, "Principal not found").await;
    }
    let lenient = Api::with_config(&format!("auth = 'lenient'\n{CONFIG}")).await;
    let named = policy("Allow", r#"{"AWS":"999999999999"}"#);
    lenient.output("SetRepositoryPolicy", &input(&named)).await;
}

#[tokio::test]
async fn a_policy_is_returned_normalised() {
    // Source: cloud-custodian/cloud-custodian, `test_ecr_image_modify_policy` (2021).
    let api = api().await;
    let sent = r#"{"Statement":[{"Action":["ecr:BatchGetImage"],"Principal":"*","Effect":"Allow","Sid":"a"}],"Version":"2008-10-17"}"#;
    let text = r#"{\n  \"Version\" : \"2008-10-17\",\n  \"Statement\" : [ {\n    \"Sid\" : \"a\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : \"*\",\n    \"Action\" : \"ecr:BatchGetImage\"\n  } ]\n}"#;
    let output =
        format!(r#"{{"policyText":"{text}","registryId":"123456789012","repositoryName":"app"}}"#);
    let app = r#"{"repositoryName":"app"}"#;
    assert_eq!(
        api.output("SetRepositoryPolicy", &input(sent)).await,
        output
    );
    assert_eq!(api.output("GetRepositoryPolicy", app).await, output);
    assert_eq!(api.output("DeleteRepositoryPolicy", app).await, output);
}

#[tokio::test]
async fn conditions_are_evaluated() {
    // Source: "AWS global condition context keys" in AWS's IAM user guide.
    let api = api().await;
    let with = |effect: &str, condition: &str| {
        let statement = format!(
            r#"{{"Effect":"{effect}","Principal":"*","Action":"ecr:ListImages","Condition":{{{condition}}}}}"#
        );
        format!(
            r#"{{"Statement":[{statement},{{"Effect":"Allow","Principal":{{"AWS":"{GUEST}"}},"Action":"ecr:ListImages"}}]}}"#
        )
    };
    let org = r#""StringEquals":{"aws:PrincipalOrgID":"o-example"}"#;
    for (effect, condition, session, guest) in [
        ("Allow", org, 200, 200),
        ("Deny", org, 403, 200),
        (
            "Deny",
            r#""StringNotEquals":{"aws:PrincipalOrgID":"o-example"}"#,
            403,
            403,
        ),
        (
            "Deny",
            r#""Bool":{"aws:SecureTransport":"false"}"#,
            403,
            403,
        ),
        ("Deny", r#""Bool":{"aws:SecureTransport":"true"}"#, 403, 200),
        (
            "Allow",
            r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Dep*"}"#,
            200,
            200,
        ),
    ] {
        api.output("SetRepositoryPolicy", &input(&with(effect, condition)))
            .await;
        let found = (list_tags(&api, SESSION).await, list_tags(&api, GUEST).await);
        assert_eq!(found, (session, guest), "{effect} {condition}");
    }
}

#[tokio::test]
async fn a_condition_that_is_not_evaluated_is_not_implemented() {
    let condition = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}"#;
    let response = api()
        .await
        .call("SetRepositoryPolicy", &input(condition))
        .await;
    let text = r#"mock-ecr does not evaluate condition operator IpAddress in statement 1. To accept the policy, set unknown_conditions = \"ignore\" in the configuration of the mock"#;
    let body = format!(r#"{{"__type":"NotImplemented","message":"{text}"}}"#);
    assert_eq!((response.status(), response.body), (501, body));
    let api = Api::with_config(&format!("unknown_conditions = 'ignore'\n{CONFIG}")).await;
    let log = Log::default();
    let guards = log.capture();
    api.output("SetRepositoryPolicy", &input(condition)).await;
    assert_eq!(list_tags(&api, DEVELOPER).await, 200);
    drop(guards);
    assert_eq!(
        warnings(&log),
        ["condition operator IpAddress in statement 1"]
    );
}

#[tokio::test]
async fn a_condition_of_an_initial_policy_is_logged_once_if_it_is_ignored() {
    let condition = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"ecr:*","Condition":{"Null":{"aws:SourceVpc":true}}}}"#;
    let name = "name = 'app'\n";
    let config = CONFIG.replacen(name, &format!("{name}policy = '{condition}'\n"), 1);
    let error = mock_ecr::Config::parse(&config).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    let expected = "mock-ecr does not evaluate condition key aws:SourceVpc in statement 1. To accept the policy, set unknown_conditions = \"ignore\" in the configuration of the mock";
    assert_eq!(cause, expected);
    let log = Log::default();
    let guards = log.capture();
    let api = Api::with_config(&format!("unknown_conditions = 'ignore'\n{config}")).await;
    assert_eq!(list_tags(&api, DEVELOPER).await, 200);
    drop(guards);
    assert_eq!(
        warnings(&log),
        ["condition key aws:SourceVpc in statement 1"]
    );
}

/// Returns the conditions in the warnings of a log.
fn warnings(log: &Log) -> Vec<String> {
    let text = log.text();
    let warnings = text.lines().filter(|line| line.contains("WARN"));
    let condition = |line: &str| {
        let (_, rest) = line.split_once("unsupported=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    warnings.map(condition).collect()
}

/// Source: crossplane-contrib/provider-aws#700 (2021).
#[tokio::test]
async fn the_id_of_an_account_is_returned_as_an_arn_which_can_be_set_again() {
    let api = api().await;
    let named = policy("Allow", r#"{"AWS":"123456789012"}"#);
    let output = api.output("SetRepositoryPolicy", &input(&named)).await;
    let parsed: serde_json::Value = serde_json::from_str(&output).unwrap();
    let text = parsed["policyText"].as_str().unwrap();
    assert!(
        text.contains(r#""AWS" : "arn:aws:iam::123456789012:root""#),
        "{text}"
    );
    let again = serde_json::json!({"repositoryName": "app", "policyText": text});
    let again = api.output("SetRepositoryPolicy", &again.to_string()).await;
    assert_eq!(again, output);
    let stored = api
        .output("GetRepositoryPolicy", r#"{"repositoryName":"app"}"#)
        .await;
    assert_eq!(stored, output);
}

/// The error of ECR does not contain the reason.
#[tokio::test]
async fn the_reason_of_a_rejected_policy_is_logged() {
    let api = api().await;
    let log = Log::default();
    let guards = log.capture();
    let unknown = policy("Allow", r#"{"AWS":"999999999999"}"#);
    assert_invalid(&api, &unknown, "Principal not found").await;
    drop(guards);
    let text = log.text();
    for part in [
        "repository=arn:aws:ecr:us-east-1:123456789012:repository/app",
        "caller=arn:aws:iam::123456789012:user/developer",
        "statement 1: the principal 999999999999 does not exist",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_policy_that_locks_out_the_caller_requires_force() {
    // Source: the documentation of `force` in the service model. The text is [ASSUME].
    let api = api().await;
    let lock_out = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*"}]}"#;
    let text = "The policy would prevent you from setting another policy in the future. Use force to set it";
    assert_invalid(&api, lock_out, text).await;
    let text = input(lock_out);
    let unforced = format!(r#"{},"force":false}}"#, text.strip_suffix('}').unwrap());
    let response = api.call("SetRepositoryPolicy", &unforced).await;
    assert_eq!(response.status(), 400);
    assert_eq!(list_tags(&api, DEVELOPER).await, 200);
    let forced = input(lock_out);
    let forced = format!(r#"{},"force":true}}"#, forced.strip_suffix('}').unwrap());
    api.output("SetRepositoryPolicy", &forced).await;
    assert_eq!(list_tags(&api, DEVELOPER).await, 403);
    let denied = api.call("SetRepositoryPolicy", &forced).await;
    assert!(denied.body.contains("AccessDeniedException"));
    let other_action =
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}"#;
    let api = self::api().await;
    api.output("SetRepositoryPolicy", &input(other_action))
        .await;
}

#[tokio::test]
async fn an_initial_repository_can_have_a_policy() {
    let named = policy("Allow", &format!(r#"{{"AWS":"{READER}"}}"#));
    let config = CONFIG.replacen(
        "name = 'app'\n",
        &format!("name = 'app'\npolicy = '{named}'\n"),
        1,
    );
    let api = Api::with_config(&config).await;
    assert_eq!(list_tags(&api, READER).await, 200);
    for (wrong, reason) in [
        ("{}", "missing field `Statement`"),
        (
            &policy("Allow", r#"{"AWS":"999999999999"}"#),
            "the principal 999999999999 does not exist",
        ),
    ] {
        let config = config.replace(&named, wrong);
        let error = mock_ecr::Config::parse(&config).unwrap_err();
        assert_eq!(error.key(), "repositories[0].policy");
        assert_eq!(error.line(), Some(4));
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(reason), "{cause}");
    }
}
