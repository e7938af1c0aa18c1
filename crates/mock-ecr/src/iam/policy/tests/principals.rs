//! How statements name callers. Source of the rules: "Principal" and "NotPrincipal" in AWS's IAM user guide.

use super::{ROLE, ROOT, SESSION, USER, caller, statement, verdict};
use crate::iam::policy::repository_policy::Verdict;

#[track_caller]
fn assert_allow(principal: &str, arn: &str, expected: Verdict) {
    let statement = statement("Allow", &format!(r#""Principal":{principal}"#));
    let found = verdict(&statement, &caller(arn), "PutImage");
    assert_eq!(found, expected, "{principal} {arn}");
}

#[test]
fn everyone_a_user_and_a_session_are_allowed_directly() {
    for principal in [
        r#""*""#.to_owned(),
        r#"{"AWS":"*"}"#.to_owned(),
        format!(r#"{{"AWS":["123456789012","{USER}"]}}"#),
        format!(r#"{{"Service":"codebuild.amazonaws.com","AWS":"{USER}"}}"#),
        format!(r#"{{"AWS":["{ROOT}","{USER}"]}}"#),
    ] {
        assert_allow(&principal, USER, Verdict::Allowed);
    }
    assert_allow(
        &format!(r#"{{"AWS":"{SESSION}"}}"#),
        SESSION,
        Verdict::Allowed,
    );
}

#[test]
fn a_role_stands_for_its_sessions() {
    // Sources: aws/aws-sdk-go#3921, terraform-aws-modules/terraform-aws-ecr#44.
    let with_path = "arn:aws:iam::210987654321:role/a/path/Deploy";
    for role in [ROLE, with_path] {
        assert_allow(&format!(r#"{{"AWS":"{role}"}}"#), SESSION, Verdict::Allowed);
        let deny = statement("Deny", &format!(r#""Principal":{{"AWS":"{role}"}}"#));
        assert_eq!(
            verdict(&deny, &caller(SESSION), "PutImage"),
            Verdict::Denied
        );
    }
    for other in [
        "arn:aws:iam::210987654321:role/deploy",
        "arn:aws:iam::210987654321:role/Deploy/Other",
        "arn:aws:iam::123456789012:role/Deploy",
        "arn:aws-cn:iam::210987654321:role/Deploy",
        "arn:aws:sts::210987654321:assumed-role/Deploy/job-2",
        "arn:aws:iam::210987654321:user/Deploy",
    ] {
        assert_allow(
            &format!(r#"{{"AWS":"{other}"}}"#),
            SESSION,
            Verdict::NoMatch,
        );
    }
}

#[test]
fn an_account_delegates_to_its_policies_and_is_denied_as_a_whole() {
    for name in [ROOT, "210987654321"] {
        for arn in [USER, SESSION, ROOT] {
            let principal = format!(r#"{{"AWS":["{name}"]}}"#);
            assert_allow(&principal, arn, Verdict::Delegated);
            let deny = statement("Deny", &format!(r#""Principal":{principal}"#));
            assert_eq!(verdict(&deny, &caller(arn), "PutImage"), Verdict::Denied);
        }
    }
    for other in [
        "123456789012",
        "arn:aws-cn:iam::210987654321:root",
        "arn:aws:iam::123456789012:root",
    ] {
        assert_allow(&format!(r#"{{"AWS":"{other}"}}"#), USER, Verdict::NoMatch);
    }
}

#[test]
fn a_service_or_a_federated_identity_is_no_caller() {
    for principal in [
        r#"{"Service":"codebuild.amazonaws.com"}"#,
        r#"{"Federated":"accounts.google.com"}"#,
    ] {
        assert_allow(principal, USER, Verdict::NoMatch);
    }
}

#[test]
fn not_principal_excludes_a_caller_only_with_its_account_and_its_role() {
    let denied = |names: &[&str], arn: &str| {
        let names = serde_json::to_string(names).unwrap();
        let deny = statement("Deny", &format!(r#""NotPrincipal":{{"AWS":{names}}}"#));
        verdict(&deny, &caller(arn), "PutImage") == Verdict::Denied
    };
    assert!(!denied(&[USER, ROOT], USER));
    assert!(!denied(&[USER, "210987654321"], USER));
    assert!(denied(&[USER], USER));
    assert!(denied(&[ROOT], USER));
    assert!(!denied(&[SESSION, ROLE, ROOT], SESSION));
    assert!(denied(&[SESSION, ROOT], SESSION));
    assert!(denied(&[ROLE, ROOT], SESSION));
    assert!(!denied(&[ROOT], ROOT));
    assert!(denied(&[USER, ROOT], "arn:aws:iam::123456789012:user/ci"));
}
