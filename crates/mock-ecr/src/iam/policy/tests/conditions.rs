//! Conditions. Sources: "Condition operators", "Conditions with multiple context keys or values" and "AWS global condition context keys" in
//! AWS's IAM user guide.

use super::{ROLE, ROOT, SESSION, USER, caller, policy, with_context};
use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::condition_key::ConditionKey;
use crate::iam::policy::repository_policy::Verdict;
use crate::iam::principal::{Caller, Principal};

/// Returns whether a request of a caller meets the conditions.
fn is_met(conditions: &str, caller: &Caller, ingress: Ingress) -> bool {
    let statement = format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":"*","Condition":{{{conditions}}}}}"#
    );
    let request = AccessRequest {
        caller,
        action: Action::ecr("PutImage"),
        ingress,
    };
    policy(&statement).verdict(&request) == Verdict::Allowed
}

#[track_caller]
fn assert_met(conditions: &str, caller: &Caller, expected: bool) {
    let found = is_met(conditions, caller, Ingress::Https);
    assert_eq!(found, expected, "{conditions}");
}

fn user() -> Caller {
    let principal = Principal::from_arn(USER).unwrap();
    with_context(principal.context(ConditionKey::PrincipalOrgId, "o-Example"))
}

#[test]
fn operators_compare_as_documented() {
    let org =
        |operator: &str, value: &str| format!(r#""{operator}":{{"aws:PrincipalOrgID":{value}}}"#);
    for (operator, value, expected) in [
        ("StringEquals", r#""o-Example""#, true),
        ("StringEquals", r#""o-example""#, false),
        ("StringEquals", r#""o-*""#, false),
        ("StringEquals", r#"["o-1","o-Example"]"#, true),
        ("StringNotEquals", r#""o-example""#, true),
        // Several values of a negated operator: none of them may match.
        ("StringNotEquals", r#"["o-1","o-Example"]"#, false),
        ("StringEqualsIgnoreCase", r#""O-EXAMPLE""#, true),
        ("StringNotEqualsIgnoreCase", r#""O-EXAMPLE""#, false),
        ("StringLike", r#""o-E?ample""#, true),
        ("StringLike", r#""o-*""#, true),
        ("StringLike", r#""O-*""#, false),
        ("StringNotLike", r#""o-*""#, false),
        ("StringNotLike", r#""x-*""#, true),
        ("StringEqualsIfExists", r#""o-2""#, false),
        ("StringEqualsIfExists", r#""o-Example""#, true),
        ("Null", r#""false""#, true),
        ("Null", r#""true""#, false),
        ("Null", "true", false),
        ("Bool", r#""true""#, false),
        ("ForAnyValue:StringEquals", r#"["o-1","o-Example"]"#, true),
        ("ForAllValues:StringEquals", r#"["o-1","o-Example"]"#, true),
        ("ForAllValues:StringEquals", r#""o-1""#, false),
        ("ForAnyValue:StringNotLike", r#""x-*""#, true),
    ] {
        assert_met(&org(operator, value), &user(), expected);
    }
}

#[test]
fn an_absent_key_meets_negated_operators_and_if_exists() {
    let vpce = |operator: &str| format!(r#""{operator}":{{"aws:SourceVpce":"true"}}"#);
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringLike", false),
        ("StringNotLike", true),
        ("ArnEquals", false),
        ("ArnNotLike", true),
        ("Bool", false),
        ("BoolIfExists", true),
        ("StringEqualsIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("Null", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAllValues:StringEquals", true),
        ("ForAnyValue:StringEqualsIfExists", true),
    ] {
        assert_met(&vpce(operator), &user(), expected);
    }
}

#[test]
fn the_parts_of_an_arn_are_compared_separately() {
    let source =
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
    let principal = Principal::from_arn(USER).unwrap();
    let caller = with_context(principal.context(ConditionKey::SourceArn, source));
    let pattern = "arn:aws:someservice:*:111122223333:finance/*";
    let test =
        |operator: &str, value: &str| format!(r#""{operator}":{{"aws:SourceArn":"{value}"}}"#);
    assert_met(&test("StringLike", pattern), &caller, true);
    for operator in ["ArnLike", "ArnEquals"] {
        assert_met(&test(operator, pattern), &caller, false);
        assert_met(
            &test(operator, "arn:aws:some*:us-east-?:*:store/*"),
            &caller,
            true,
        );
        assert_met(&test(operator, "*"), &caller, false);
    }
    assert_met(&test("ArnNotEquals", pattern), &caller, true);
    assert_met(&test("ArnNotLike", "arn:aws:*:*:*:*"), &caller, false);
}

#[test]
fn all_operators_and_keys_must_be_met() {
    let org = r#""StringEquals":{"aws:PrincipalOrgID":"o-Example","aws:PrincipalAccount":"210987654321"}"#;
    assert_met(org, &user(), true);
    assert_met(&org.replace("2109", "1209"), &user(), false);
    assert_met(
        &format!(r#"{org},"Null":{{"aws:SourceArn":"true"}}"#),
        &user(),
        true,
    );
    assert_met(
        &format!(r#"{org},"Null":{{"aws:SourceArn":"false"}}"#),
        &user(),
        false,
    );
}

#[test]
fn the_principal_of_a_session_is_its_role() {
    for (arn, principal, account) in [
        (SESSION, ROLE, "210987654321"),
        (USER, USER, "210987654321"),
        (ROOT, ROOT, "210987654321"),
    ] {
        let conditions = format!(
            r#""ArnEquals":{{"AWS:principalarn":"{principal}"}},"StringEquals":{{"aws:PrincipalAccount":"{account}"}}"#
        );
        assert_met(&conditions, &caller(arn), true);
    }
    let session = format!(r#""ArnEquals":{{"aws:PrincipalArn":"{SESSION}"}}"#);
    assert_met(&session, &caller(SESSION), false);
    let with_path = "arn:aws:iam::210987654321:role/ci/Deploy";
    let principal = Principal::from_arn(SESSION).unwrap();
    let caller = with_context(principal.context(ConditionKey::PrincipalArn, with_path));
    let conditions = format!(r#""ArnEquals":{{"aws:PrincipalArn":"{with_path}"}}"#);
    assert_met(&conditions, &caller, true);
}

#[test]
fn a_request_over_tls_or_in_process_has_secure_transport() {
    let secure = r#""Bool":{"aws:SecureTransport":"true"}"#;
    for (ingress, expected) in [
        (Ingress::Http, false),
        (Ingress::Https, true),
        (Ingress::Connect, true),
        (Ingress::InProcess, true),
    ] {
        assert_eq!(is_met(secure, &user(), ingress), expected, "{ingress:?}");
        let insecure = secure.replace(r#""true""#, "false");
        assert_eq!(
            is_met(&insecure, &user(), ingress),
            !expected,
            "{ingress:?}"
        );
    }
    let principal = Principal::from_arn(USER).unwrap();
    let caller = with_context(principal.context(ConditionKey::SecureTransport, "true"));
    assert!(is_met(secure, &caller, Ingress::Http));
}

#[test]
fn a_condition_that_is_not_evaluated_is_named_and_never_met() {
    for (condition, name) in [
        (
            r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#,
            "condition operator IpAddress",
        ),
        (
            r#""StringEquals":{"aws:SourceVpc":"vpc-1"}"#,
            "condition key aws:SourceVpc",
        ),
        (
            r#""NullIfExists":{"aws:SourceArn":"true"}"#,
            "condition operator NullIfExists",
        ),
        (
            r#""ForAnyValue:Null":{"aws:SourceArn":"true"}"#,
            "condition operator ForAnyValue:Null",
        ),
        (
            r#""ForSome:Bool":{"aws:SourceArn":"true"}"#,
            "condition operator ForSome:Bool",
        ),
        (
            r#""StringNotEquals":{"aws:PrincipalOrgID":"${aws:username}"}"#,
            "policy variable in ${aws:username}",
        ),
    ] {
        let statement = |effect: &str| {
            format!(
                r#"{{"Effect":"{effect}","Principal":"*","Action":"*","Condition":{{{condition}}}}}"#
            )
        };
        let unsupported = policy(&statement("Deny")).unsupported();
        let unsupported: Vec<_> = unsupported.iter().map(ToString::to_string).collect();
        assert_eq!(unsupported, [format!("{name} in statement 1")]);
        for effect in ["Allow", "Deny"] {
            let found = super::verdict(&statement(effect), &user(), "PutImage");
            assert_eq!(found, Verdict::NoMatch, "{condition}");
        }
    }
}

#[test]
fn every_unsupported_part_is_named_and_a_misspelled_operator_is_corrected() {
    let conditions = [
        r#""StringEqual":{"aws:SourceArn":"a"},"Bool":{"aws:SourceIp":"true"}"#,
        r#""StringLike":{"aws:PrincipalOrgId":"o","aws:SourceVpc":"v"}"#,
    ];
    let statement = |condition| {
        format!(r#"{{"Effect":"Deny","Principal":"*","Action":"*","Condition":{{{condition}}}}}"#)
    };
    let unsupported = policy(&format!("[{}]", conditions.map(statement).join(","))).unsupported();
    let unsupported: Vec<_> = unsupported.iter().map(ToString::to_string).collect();
    let expected = [
        "condition operator StringEqual in statement 1 (did you mean StringEquals?)",
        "condition key aws:SourceIp in statement 1",
        "condition key aws:SourceVpc in statement 2",
    ];
    assert_eq!(unsupported, expected);
}
