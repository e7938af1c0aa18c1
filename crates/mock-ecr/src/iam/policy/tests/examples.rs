//! The examples of evaluation in AWS's IAM user guide and in the user guide of Amazon ECR, with actions of ECR.

use std::sync::Arc;

use super::{SESSION, with_context};
use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::authorization::{CrossAccount, authorize};
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::iam::principal::{Caller, Principal};
use crate::types::{Region, RepositoryId};

/// Returns whether a caller is allowed to read an image of a repository of the account 111122223333.
fn is_allowed(policy: &str, caller: &Caller) -> bool {
    let account = "111122223333".parse().unwrap();
    let id = RepositoryId::private(account, Region::default(), "app".parse().unwrap());
    let request = AccessRequest {
        caller,
        action: Action::ecr("BatchGetImage"),
        ingress: Ingress::Https,
    };
    let verdict = RepositoryPolicy::parse(policy).unwrap().verdict(&request);
    authorize(&request, &id, verdict, CrossAccount::Policy).is_ok()
}

fn caller(arn: &str, allow: &[&str], deny: &[&str]) -> Caller {
    let principal = Principal::from_arn(arn).unwrap();
    let principal = principal.allow(allow.iter().copied());
    with_context(principal.deny(deny.iter().copied()))
}

fn statement(effect: &str, principal: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Effect":"{effect}","Principal":{principal},"Action":"ecr:BatchGetImage"}}]}}"#
    )
}

/// "Policy evaluation for requests within a single account", `reference_policies_evaluation-logic_policy-eval-basics.html`: "If either the
/// identity-based policy or the resource-based policy within the same account allows the request and the other doesn't, the request is still
/// allowed." "An explicit deny in any of the policies overrides the allow."
#[test]
fn within_an_account_either_policy_allows_and_each_denies() {
    let carlos = "arn:aws:iam::111122223333:user/carlossalazar";
    let named = format!(r#"{{"AWS":"{carlos}"}}"#);
    let other = r#"{"AWS":"arn:aws:iam::111122223333:user/other"}"#;
    let (allows, silent, denies) = (
        caller(carlos, &["ecr:*"], &[]),
        caller(carlos, &["ecr:Put*"], &[]),
        caller(carlos, &["ecr:*"], &["ecr:BatchGetImage"]),
    );
    for (effect, principal, expected) in [
        ("Allow", named.as_str(), [true, true, false]),
        ("Allow", other, [true, false, false]),
        ("Deny", named.as_str(), [false, false, false]),
        ("Deny", other, [true, false, false]),
    ] {
        let policy = statement(effect, principal);
        let found = [&allows, &silent, &denies].map(|caller| is_allowed(&policy, caller));
        assert_eq!(found, expected, "{effect} {principal}");
    }
}

/// "Policy evaluation logic", `reference_policies_evaluation-logic_policy-eval-denyallow.html`: the types of principals of the same account,
/// with an implicit deny in the identity-based policy.
#[test]
fn a_role_a_session_and_a_user_are_granted_directly_and_an_account_is_not() {
    let session = "arn:aws:sts::111122223333:assumed-role/examplerole/examplerolesessionname";
    let user = "arn:aws:iam::111122223333:user/exampleuser";
    let federated = "arn:aws:sts::111122223333:federated-user/exampleuser";
    for (arn, named, expected) in [
        (session, session, true),
        (session, "arn:aws:iam::111122223333:role/examplerole", true),
        (user, user, true),
        (federated, federated, true),
        (federated, user, false),
        (user, "arn:aws:iam::111122223333:root", false),
        (session, "111122223333", false),
        (user, "*", true),
    ] {
        let policy = statement("Allow", &format!(r#"{{"AWS":"{named}"}}"#));
        let found = is_allowed(&policy, &caller(arn, &[], &[]));
        assert_eq!(found, expected, "{arn} {named}");
    }
}

/// "Cross-account policy evaluation logic", `reference_policies_evaluation-logic-cross-account.html`: "The request is allowed only if both
/// evaluations return a decision of Allow."
#[test]
fn across_accounts_both_policies_must_allow() {
    let (allows, silent) = (caller(SESSION, &["ecr:*"], &[]), caller(SESSION, &[], &[]));
    for (principal, expected) in [
        (r#"{"AWS":"210987654321"}"#, true),
        (r#"{"AWS":"arn:aws:iam::210987654321:role/Deploy"}"#, true),
        (r#""*""#, true),
        (r#"{"AWS":"111122223333"}"#, false),
    ] {
        let policy = statement("Allow", principal);
        assert_eq!(is_allowed(&policy, &allows), expected, "{principal}");
        assert!(!is_allowed(&policy, &silent), "{principal}");
    }
}

/// "NotPrincipal", `reference_policies_elements_notprincipal.html`: all principals except Bob, and except a session of a role.
#[test]
fn the_examples_of_not_principal_exclude_one_user_and_one_session() {
    let allow = r#"{"Effect":"Allow","Principal":"*","Action":"ecr:*"}"#;
    let except = |names: &str| {
        let deny =
            format!(r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":[{names}]}},"Action":"ecr:*"}}"#);
        format!(r#"{{"Statement":[{allow},{deny}]}}"#)
    };
    let may = |policy: &str, arn: &str| is_allowed(policy, &caller(arn, &["*"], &[]));
    let bob = except(r#""arn:aws:iam::444455556666:user/Bob","arn:aws:iam::444455556666:root""#);
    assert!(may(&bob, "arn:aws:iam::444455556666:user/Bob"));
    assert!(!may(&bob, "arn:aws:iam::444455556666:user/Alice"));
    let audit = except(
        r#""arn:aws:sts::444455556666:assumed-role/cross-account-read-only-role/cross-account-audit-app","arn:aws:iam::444455556666:role/cross-account-read-only-role","arn:aws:iam::444455556666:root""#,
    );
    let role = "arn:aws:sts::444455556666:assumed-role/cross-account-read-only-role";
    assert!(may(&audit, &format!("{role}/cross-account-audit-app")));
    assert!(!may(&audit, &format!("{role}/another-session")));
}

/// "Principal", `reference_policies_elements_principal.html`: the example `UsePrincipalArnInsteadOfNotPrincipalWithDeny`.
#[test]
fn a_condition_on_the_principal_denies_all_others() {
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":"*","Action":"ecr:*"},
        {"Sid":"UsePrincipalArnInsteadOfNotPrincipalWithDeny","Effect":"Deny","Action":"ecr:*","Principal":"*",
         "Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/user-name"}}}]}"#;
    let may = |arn: &str| is_allowed(policy, &caller(arn, &["*"], &[]));
    assert!(may("arn:aws:iam::444455556666:user/user-name"));
    assert!(!may("arn:aws:iam::444455556666:user/other"));
    assert!(!may("arn:aws:iam::111122223333:root"));
}

/// "Private repository policy examples" in the user guide of Amazon ECR, `repository-policy-examples.html`: CodeBuild may pull on behalf of
/// one project. A caller of a mock is no service.
#[test]
fn a_service_with_a_source_is_no_user() {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"CodeBuildAccess","Effect":"Allow",
        "Principal":{"Service":"codebuild.amazonaws.com"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"],
        "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:codebuild:region:123456789012:project/project-name"},
                     "StringEquals":{"aws:SourceAccount":"123456789012"}}}]}"#;
    let user = caller("arn:aws:iam::111122223333:user/a", &[], &[]);
    assert!(!is_allowed(policy, &user));
}

/// The root user of an account has full access in its account. Source: `reference_policies_evaluation-logic_policy-eval-denyallow.html`.
#[test]
fn the_root_user_is_allowed_unless_it_is_denied() {
    let account = "111122223333".parse().unwrap();
    let root = Arc::new(Principal::root(account, &Region::default()));
    let root = Caller::new(root, Region::default());
    let nobody = statement("Allow", r#"{"AWS":"444455556666"}"#);
    assert!(is_allowed(&nobody, &root));
    assert!(!is_allowed(&statement("Deny", r#""*""#), &root));
}
