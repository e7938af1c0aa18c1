//! The grammar of policies, and their normalised text.

use super::{USER, caller, policy, verdict};
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::types::Region;

#[track_caller]
fn assert_invalid(text: &str, reason: &str) {
    let error = RepositoryPolicy::parse(text).expect_err(text).to_string();
    assert!(error.contains(reason), "{text}: {error}");
}

#[track_caller]
fn assert_invalid_statement(elements: &str, reason: &str) {
    assert_invalid(&format!(r#"{{"Statement":[{{{elements}}}]}}"#), reason);
}

#[test]
fn a_policy_is_returned_as_it_was_recorded() {
    // Source: cloud-custodian/cloud-custodian, `test_ecr_remove_named` (2017).
    let sent = r#"{"Statement":{"Action":["ecr:Get*","ecr:Batch*"],"Principal":"*","Effect":"Allow","Sid":"WhatIsIt"},"Version":"2008-10-17"}"#;
    let recorded = "{\n  \"Version\" : \"2008-10-17\",\n  \"Statement\" : [ {\n    \"Sid\" : \"WhatIsIt\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : \"*\",\n    \"Action\" : [ \"ecr:Get*\", \"ecr:Batch*\" ]\n  } ]\n}";
    let policy = RepositoryPolicy::parse(sent).unwrap();
    assert_eq!(policy.to_json(), recorded);
    let again = RepositoryPolicy::parse(recorded).unwrap();
    assert_eq!(again.to_json(), recorded);
}

#[test]
fn a_list_of_one_value_is_returned_without_brackets() {
    // Source: cloud-custodian/cloud-custodian, `test_ecr_image_modify_policy` (2021); for other elements than Action, [ANALOG].
    let sent = format!(
        r#"[{{"Effect":"Deny","NotPrincipal":{{"AWS":["{USER}"],"Service":["a.amazonaws.com","b.amazonaws.com"]}},"NotAction":["ecr:PutImage"],"Condition":{{"Bool":{{"aws:SecureTransport":[false]}},"StringLike":{{"aws:SourceVpce":["vpce-1","vpce-2"]}}}}}},{{"Effect":"Allow","Principal":"*","Action":"*"}}]"#
    );
    let expected = r#"{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Deny",
    "NotPrincipal" : {
      "AWS" : "arn:aws:iam::210987654321:user/ci",
      "Service" : [ "a.amazonaws.com", "b.amazonaws.com" ]
    },
    "NotAction" : "ecr:PutImage",
    "Condition" : {
      "Bool" : {
        "aws:SecureTransport" : false
      },
      "StringLike" : {
        "aws:SourceVpce" : [ "vpce-1", "vpce-2" ]
      }
    }
  }, {
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : "*"
  } ]
}"#;
    assert_eq!(policy(&sent).to_json(), expected);
}

#[test]
fn the_id_of_an_account_is_returned_as_an_arn_of_the_partition_of_the_repository() {
    let sent = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["123456789012","*"]},"Action":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"Action":"*"}]}"#;
    let policy = RepositoryPolicy::parse(sent).unwrap();
    for (region, partition) in [("eu-west-1", "aws"), ("cn-north-1", "aws-cn")] {
        let region: Region = region.parse().unwrap();
        let text = policy.normalised(region.partition());
        let root = format!("arn:{partition}:iam::123456789012:root");
        assert!(
            text.contains(&format!(r#""AWS" : [ "{root}", "*" ]"#)),
            "{text}"
        );
        assert!(text.contains(&format!(r#""AWS" : "{root}""#)), "{text}");
    }
}

#[test]
fn texts_by_the_grammar_of_iam_are_accepted() {
    for text in [
        r#"{"Id":"a policy","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}"#,
        r#"{"Statement":{"Sid":"new statement","Effect":"Allow","Principal":"*","Action":"*","Condition":{}}}"#,
        // ECR accepts a Sid twice. Source: getmoto/moto#8933 (2025).
        r#"{"Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"*"},{"Sid":"a","Effect":"Deny","Principal":"*","Action":"*"}]}"#,
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::123456789012:federated-user/Bob"},"NotAction":"ecr:PutImage"}}"#,
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Null":{"aws:SourceArn":true}}}}"#,
    ] {
        RepositoryPolicy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn a_text_that_is_not_a_policy_is_invalid() {
    for (text, reason) in [
        ("", "EOF"),
        ("[]", "invalid type: sequence"),
        ("{}", "missing field `Statement`"),
        (r#"{"Statement":[]}"#, "at least one"),
        (
            r#"{"Version":"2012-10-18","Statement":[]}"#,
            "unknown variant",
        ),
        (r#"{"Version":null,"Statement":[]}"#, "expected value"),
        (r#"{"Rules":[],"Statement":[]}"#, "unknown field `Rules`"),
        (r#"{"Statement":[],"Statement":[]}"#, "at least one"),
        (
            r#"{"Id":"a","Id":"b","Statement":[]}"#,
            "duplicate field `Id`",
        ),
        (
            r#"{"Statement":[["a","Allow","*",null,"*"]]}"#,
            "invalid type: sequence",
        ),
        (r#"{"Statement":7}"#, "invalid type: integer `7`"),
    ] {
        assert_invalid(text, reason);
    }
}

#[test]
fn a_statement_that_is_not_by_the_grammar_is_invalid() {
    let all = r#""Effect":"Allow","Principal":"*","Action":"*""#;
    for (elements, reason) in [
        (
            r#""Effect":"Maybe","Principal":"*","Action":"*""#,
            "unknown variant `Maybe`",
        ),
        (
            r#""Effect":"allow","Principal":"*","Action":"*""#,
            "unknown variant `allow`",
        ),
        (r#""Principal":"*","Action":"*""#, "missing field `Effect`"),
        (
            r#""Effect":"Allow","Action":"*""#,
            "either Principal or NotPrincipal",
        ),
        (
            r#""Effect":"Allow","Principal":"*""#,
            "either Action or NotAction",
        ),
        (
            r#""Effect":"Allow","Principal":"*","Action":[]"#,
            "at least one value",
        ),
        (
            r#""Effect":"Allow","NotPrincipal":"*","Action":"*""#,
            "requires the effect Deny",
        ),
        (
            &format!(r#"{all},"NotAction":"ecr:PutImage""#),
            "either Action or NotAction",
        ),
        (
            &format!(r#"{all},"NotPrincipal":"*""#),
            "requires the effect Deny",
        ),
        (
            &format!(r#"{all},"Action":"*""#),
            "duplicate field `Action`",
        ),
        (&format!(r#"{all},"Sid":null"#), "null"),
        (
            &format!(r#"{all},"Resources":"*""#),
            "unknown field `Resources`",
        ),
        // Source: awsdocs/amazon-ecr-user-guide#20 (2019).
        (
            &format!(r#"{all},"Resource":"*""#),
            "Resource and NotResource",
        ),
        (
            &format!(r#"{all},"NotResource":"*""#),
            "Resource and NotResource",
        ),
    ] {
        assert_invalid_statement(elements, reason);
    }
}

#[test]
fn a_condition_that_is_not_by_the_grammar_is_invalid() {
    let all = r#""Effect":"Allow","Principal":"*","Action":"*""#;
    for (elements, reason) in [
        (
            &format!(r#"{all},"Condition":[]"#),
            "invalid type: sequence",
        ),
        (&format!(r#"{all},"Condition":5"#), "invalid type"),
        (
            &format!(r#"{all},"Condition":{{"Bool":{{}},"Bool":{{}}}}"#),
            "duplicate key `Bool`",
        ),
        (
            &format!(r#"{all},"Condition":{{"Bool":{{"aws:SourceArn":null}}}}"#),
            "invalid type: null",
        ),
        (
            &format!(r#"{all},"Condition":{{"Bool":{{"aws:SourceArn":[{{}}]}}}}"#),
            "neither a text nor a number nor a boolean",
        ),
    ] {
        assert_invalid_statement(elements, reason);
    }
}

#[test]
fn an_action_has_a_vendor_and_a_name() {
    // Source of GetAuthorizationToken: cloudposse/terraform-aws-ecr#67 (2020).
    for action in [
        "",
        "PutImage",
        "ecr:",
        ":PutImage",
        "ecr:a:b",
        "e*:PutImage",
        "ecr:GetAuthorizationToken",
    ] {
        let elements = format!(r#""Effect":"Allow","Principal":"*","Action":["ecr:*","{action}"]"#);
        assert_invalid_statement(&elements, "invalid action");
    }
}

#[test]
fn a_principal_is_one_of_those_in_the_guide() {
    for principal in [
        r#""123456789012""#,
        r#"{}"#,
        r#"{"AWS":[]}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:*"}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:user/*"}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:group/developers"}"#,
        r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/Deploy"}"#,
        r#"{"AWS":"arn:aws:sts::123456789012:root"}"#,
        r#"{"AWS":"12345"}"#,
        r#"{"AWS":7}"#,
        r#"{"AWS":null}"#,
        r#"{"Service":"ecs"}"#,
        r#"{"Users":"*"}"#,
        r#"{"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"}"#,
        r#"{"AWS":"210987654321","AWS":"123456789012"}"#,
    ] {
        let elements = format!(r#""Effect":"Allow","Principal":{principal},"Action":"ecr:*""#);
        assert_invalid_statement(&elements, "");
    }
}

#[test]
fn not_action_applies_to_all_other_actions() {
    let statement = r#"{"Effect":"Allow","Principal":"*","NotAction":["ecr:Put*","ecr:Delete*"]}"#;
    let caller = caller(USER);
    assert_eq!(
        verdict(statement, &caller, "BatchGetImage"),
        Verdict::Allowed
    );
    assert_eq!(verdict(statement, &caller, "PutImage"), Verdict::NoMatch);
}

#[test]
fn deny_has_precedence_over_allow() {
    let statements = r#"[{"Effect":"Allow","Principal":"*","Action":"*"},
        {"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]"#;
    assert_eq!(
        verdict(statements, &caller(USER), "PutImage"),
        Verdict::Denied
    );
    assert_eq!(
        verdict(statements, &caller(USER), "BatchGetImage"),
        Verdict::Allowed
    );
}

#[test]
fn the_error_of_an_invalid_statement_contains_its_number() {
    let valid = r#"{"Effect":"Allow","Principal":"*","Action":"*"}"#;
    let invalid = r#"{"Effect":"Allow","Principal":"*"}"#;
    assert_invalid(
        &format!(r#"{{"Statement":[{valid},{invalid}]}}"#),
        "invalid policy: statement 2: expected either Action or NotAction",
    );
}
