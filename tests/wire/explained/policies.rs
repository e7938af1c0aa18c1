//! Explanations of actions that policies deny.

use mock_ecr::request_log::Explanation;
use mock_ecr::{AccountId, Config, MockEcr, Principal, Region};

use super::check_all;
use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

pub(super) async fn explained() -> Vec<Explanation> {
    let mut explained = of_identities().await;
    explained.extend(of_a_repository().await);
    explained.extend(of_all_repositories().await);
    explained
}

async fn of_identities() -> Vec<Explanation> {
    let denied = example().deny(["ecr:GetAuthorizationToken"]);
    let call = RawRequest::token_call().signed_by(&Signer::new(&denied));
    let builder = MockEcr::builder().frozen().principal(denied);
    let ecr = builder.start().await.unwrap();
    check_all(&ecr, &[(call, "denied", "arn:aws:iam::123456789012:user/developer is not allowed to perform ecr:GetAuthorizationToken on *: its identity policy denies it.")]).await
}

fn example() -> Principal {
    Principal::example(AccountId::EXAMPLE, &Region::default())
}

/// The explanation names the statement by its Sid, if it has one.
async fn of_a_repository() -> Vec<Explanation> {
    let denied = "arn:aws:iam::123456789012:user/developer is not allowed to perform ecr:BatchGetImage on arn:aws:ecr:us-east-1:123456789012:repository/app: ";
    let mut explained = Vec::new();
    for (sid, because) in [
        (
            r#""Sid":"NoPulls","#,
            "statement NoPulls of the policy of the repository denies it.",
        ),
        ("", "a statement of the policy of the repository denies it."),
    ] {
        let ecr = frozen_mock().await;
        set_policy(&ecr, sid).await;
        let pull = RawRequest::new("GET", "/v2/app/manifests/1").with_token(&ecr.issue_token());
        explained.extend(check_all(&ecr, &[(pull, "denied", &format!("{denied}{because}"))]).await);
        let facts = &explained.last().unwrap().facts;
        assert_eq!(
            facts.statement.as_deref(),
            (!sid.is_empty()).then_some("NoPulls")
        );
        assert_eq!(
            (facts.policy, facts.explicit),
            (Some("repository"), Some(true))
        );
    }
    explained
}

/// Creates the repository `app` with a policy that denies pulls.
async fn set_policy(ecr: &MockEcr, sid: &str) {
    let statement =
        format!(r#"{{{sid}"Effect":"Deny","Principal":"*","Action":"ecr:BatchGetImage"}}"#);
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let create = serde_json::json!({"repositoryName": "app"});
    let set = serde_json::json!({"repositoryName": "app", "policyText": policy});
    for (operation, body) in [("CreateRepository", create), ("SetRepositoryPolicy", set)] {
        let call = RawRequest::call(operation).body(body.to_string());
        assert_eq!(call.signed().to(ecr).await.status(), 200, "{operation}");
    }
}

/// The policies of repositories do not apply to all repositories of the registry of another account.
async fn of_all_repositories() -> Vec<Explanation> {
    let config = "clock = 'frozen'\n[[repositories]]\nname = 'theirs'\naccount = '210987654321'\n";
    let ecr = MockEcr::from_config(Config::parse(config).unwrap());
    let ecr = ecr.start().await.unwrap();
    let catalog = RawRequest::new("GET", "/v2/_catalog").with_token(&ecr.issue_token());
    let catalog = catalog.on_host("210987654321.dkr.ecr.us-east-1.amazonaws.com");
    let explained = check_all(&ecr, &[(catalog, "denied", "arn:aws:iam::123456789012:user/developer is not allowed to perform ecr:DescribeRepositories on arn:aws:ecr:us-east-1:210987654321:repository/*: the policy of the registry does not allow it.")]).await;
    assert_eq!(explained[0].facts.policy, Some("registry"));
    explained
}
