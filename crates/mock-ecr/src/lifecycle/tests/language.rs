//! The errors and the normal form of policies. `invalid.rs` names the sources of the texts.

use super::{parse, rule};
use crate::lifecycle::LifecyclePolicy;
use crate::lifecycle::policy::TagSelection;

#[track_caller]
fn rejects(text: &str, error: &str) {
    let rejected = LifecyclePolicy::parse(text).unwrap_err();
    assert_eq!(rejected.to_string(), error, "{text}");
}

/// Returns a policy whose only rule has this selection.
fn with_selection(selection: &str) -> String {
    format!(r#"{{"rules":[{}]}}"#, rule(1, selection, "expire"))
}

fn with_action(action: &str) -> String {
    format!(r#"{{"rules":[{{"rulePriority":1,"selection":{{{UNTAGGED}}},"action":{action}}}]}}"#)
}

const UNTAGGED: &str =
    r#""tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14"#;

const COUNT: &str = r#""countType":"imageCountMoreThan","countNumber":1"#;

#[test]
fn a_text_that_is_not_a_json_object_is_rejected() {
    for text in ["", "{", "[]", "1", r#""rules""#] {
        rejects(text, "Could not map policyString into LifecyclePolicy.");
    }
}

#[test]
fn a_policy_without_a_list_of_rules_is_rejected() {
    let missing = "object has missing required properties ([\"rules\"])\n";
    for text in [
        "{}",
        r#"{"rules":null}"#,
        r#"{"rules":{}}"#,
        r#"{"other":[]}"#,
    ] {
        rejects(text, missing);
    }
}

#[test]
fn missing_and_unknown_members_are_rejected() {
    rejects(
        r#"{"rules":[{}]}"#,
        "object has missing required properties ([\"action\",\"rulePriority\",\"selection\"])\n",
    );
    rejects(
        &with_selection(""),
        "object has missing required properties ([\"countNumber\",\"countType\",\"tagStatus\"])\n",
    );
    rejects(
        &with_action("{}"),
        "object has missing required properties ([\"type\"])\n",
    );
    rejects(
        &with_selection(&format!(r#"{UNTAGGED},"unknown":1"#)),
        "object instance has properties which are not allowed by the schema: [\"unknown\"]\n",
    );
}

#[test]
fn a_null_is_not_an_absent_member() {
    let no_schema = "instance failed to match exactly one schema (matched 0 out of 2)\n";
    let unit = format!(r#""tagStatus":"untagged",{COUNT},"countUnit":null"#);
    rejects(&with_selection(&unit), no_schema);
    let target = r#"{"type":"expire","targetStorageClass":null}"#;
    rejects(&with_action(target), no_schema);
    let lists = format!(r#"{UNTAGGED},"tagPatternList":null,"tagPrefixList":null"#);
    let null =
        "instance type (null) does not match any allowed primitive type (allowed: [\"array\"])\n";
    rejects(&with_selection(&lists), &null.repeat(2));
}

#[test]
fn a_count_type_that_does_not_match_the_unit_is_rejected() {
    let no_schema = "instance failed to match exactly one schema (matched 0 out of 2)\n";
    for count in [
        r#""countType":"other","countNumber":1"#,
        r#""countType":"imageCountMoreThan","countUnit":"days","countNumber":1"#,
        r#""countType":"sinceImagePushed","countNumber":1"#,
        r#""countType":"sinceImagePushed","countUnit":"hours","countNumber":1"#,
    ] {
        rejects(
            &with_selection(&format!(r#""tagStatus":"any",{count}"#)),
            no_schema,
        );
    }
}

#[test]
fn values_are_checked() {
    rejects(
        &with_action(r#"{"type":"keep"}"#),
        "instance value (\"keep\") not found in enum (possible values: [\"expire\",\"transition\"])\n",
    );
    let zero = r#""tagStatus":"any","countType":"imageCountMoreThan","countNumber":0"#;
    rejects(
        &with_selection(zero),
        "numeric instance is lower than the required minimum (minimum: 1, found: 0)\n",
    );
    let text = r#""tagStatus":"some","countType":"imageCountMoreThan","countNumber":"1""#;
    rejects(
        &with_selection(text),
        "instance value (\"some\") not found in enum (possible values: [\"any\",\"tagged\",\"untagged\"])\n\
        instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])\n",
    );
}

#[test]
fn a_number_that_does_not_fit_into_the_integer_of_the_service_model_is_rejected() {
    for number in ["2147483648", "3000000000", "18446744073709551615"] {
        let selection =
            format!(r#""tagStatus":"any","countType":"imageCountMoreThan","countNumber":{number}"#);
        let error = format!(
            "numeric instance is greater than the required maximum (maximum: 2147483647, found: {number})\n"
        );
        rejects(&with_selection(&selection), &error);
        let rule = rule(1, UNTAGGED, "expire").replacen(":1,", &format!(":{number},"), 1);
        rejects(&format!(r#"{{"rules":[{rule}]}}"#), &error);
    }
    parse(&[rule(2_147_483_647, UNTAGGED, "expire")]).unwrap();
}

#[test]
fn an_error_has_at_most_100_violations() {
    let numbers = vec!["1"; 15_000].join(",");
    let violation =
        "instance type (integer) does not match any allowed primitive type (allowed: [\"object\"])";
    let rules = format!(r#"{{"rules":[{numbers}]}}"#);
    let prefixes = format!(r#""tagStatus":"tagged","tagPrefixList":[{numbers}],{COUNT}"#);
    for (text, expected) in [(rules, "object"), (with_selection(&prefixes), "string")] {
        let error = LifecyclePolicy::parse(&text).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 100);
        assert_eq!(lines[99], violation.replace("object", expected));
    }
}

#[test]
fn names_are_printed_as_json() {
    rejects(
        r#"{"rules":[],"\u007f\n":1}"#,
        "object instance has properties which are not allowed by the schema: [\"\u{7f}\\n\"]\n",
    );
}

/// A repeated entry of a list is evaluated once.
#[test]
fn a_repeated_entry_is_kept_in_the_text_only() {
    let entries = vec![r#""a""#; 7000].join(",");
    for list in ["tagPrefixList", "tagPatternList"] {
        let selection = format!(r#""tagStatus":"tagged","{list}":[{entries}],{COUNT}"#);
        let policy = parse(&[rule(1, &selection, "expire")]).unwrap();
        assert!(policy.normalised().contains(&entries));
        let TagSelection::Tagged(patterns) = &policy.rules[0].tags else {
            unreachable!("the rule selects tagged images")
        };
        assert_eq!(patterns.len(), 1);
    }
}

#[track_caller]
fn rejects_rules(rules: &[(&str, &str)], error: &str) {
    let rules: Vec<String> = (1..)
        .zip(rules)
        .map(|(priority, (selection, action))| rule(priority, selection, action))
        .collect();
    assert_eq!(parse(&rules).unwrap_err().to_string(), error);
}

#[test]
fn rules_that_contradict_each_other_are_rejected() {
    let any = format!(r#""tagStatus":"any",{COUNT}"#);
    rejects_rules(
        &[(UNTAGGED, "expire"), (UNTAGGED, "transition")],
        "Only one rule can select Untagged images per storage class",
    );
    rejects_rules(
        &[(&any, "expire"), (UNTAGGED, "expire")],
        "Rule for tagStatus=ANY must have the lowest priority per storage class",
    );
    let lists = [r#"["a","b"]"#, r#"["b","a","a"]"#];
    let same = lists.map(|list| format!(r#""tagStatus":"tagged","tagPrefixList":{list},{COUNT}"#));
    rejects_rules(
        &[(&same[0], "expire"), (&same[1], "expire")],
        "Only one rule can select the same tagPrefixList or tagPatternList per storage class",
    );
    let same = rule(1, UNTAGGED, "expire");
    let error = parse(&[same.clone(), same]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Each rule must have a unique rulePriority"
    );
    let many: Vec<String> = (1..52)
        .map(|priority| rule(priority, UNTAGGED, "expire"))
        .collect();
    let error = parse(&many).unwrap_err().to_string();
    assert_eq!(error, "A lifecycle policy can have at most 50 rules");
}

#[test]
fn a_rule_that_contradicts_itself_is_rejected() {
    let transitioned = |class: &str, days: u32| {
        format!(
            r#""tagStatus":"any",{class}"countType":"sinceImageTransitioned","countUnit":"days","countNumber":{days}"#
        )
    };
    let archive = r#""storageClass":"archive","#;
    let classes = "countType=sinceImageTransitioned requires storageClass=archive, and the other values of countType require storageClass=standard";
    for (selection, action, error) in [
        (
            format!(r#""tagStatus":"tagged",{COUNT}"#),
            "expire",
            "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
        ),
        (
            format!(r#""tagStatus":"tagged","tagPrefixList":[],{COUNT}"#),
            "expire",
            "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.",
        ),
        (
            format!(r#""tagStatus":"tagged","tagPrefixList":["a"],"tagPatternList":["a"],{COUNT}"#),
            "expire",
            "Must not specify both tagPrefixList and tagPatternList.",
        ),
        (
            format!(r#""tagStatus":"any","tagPrefixList":["a"],{COUNT}"#),
            "expire",
            "Must not specify tagPrefixList or tagPatternList unless tagStatus=TAGGED.",
        ),
        (
            format!(r#""tagStatus":"tagged","tagPatternList":["*a*b*c*d*"],{COUNT}"#),
            "expire",
            "A tag pattern can contain at most 4 wildcards (*)",
        ),
        (transitioned("", 90), "expire", classes),
        (
            format!(r#""tagStatus":"any",{archive}{COUNT}"#),
            "expire",
            classes,
        ),
        (
            transitioned(archive, 90),
            "transition",
            "countType=sinceImageTransitioned requires the action expire",
        ),
        (
            transitioned(archive, 89),
            "expire",
            "countNumber must be at least 90 when countType=sinceImageTransitioned",
        ),
        (
            r#""tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":1"#
                .to_owned(),
            "expire",
            "countType=sinceImagePulled requires the action transition",
        ),
    ] {
        rejects_rules(&[(&selection, action)], error);
    }
}

#[test]
fn a_policy_is_normalised() {
    // Source: cloud-custodian/cloud-custodian, `test_ecr_set_lifecycle` (2018) and #9036 (2023).
    let sent = r#"{"rules": [
        {"action": {"type": "expire"}, "selection": {"countNumber": 3, "countType": "imageCountMoreThan", "tagPrefixList": ["prod"], "tagStatus": "tagged"}, "rulePriority": 7},
        {"rulePriority": 1, "description": "Expire images older than 14 days", "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}, "action": {"type": "expire"}}
    ]}"#;
    let expected = r#"{"rules":[{"rulePriority":1,"description":"Expire images older than 14 days","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}},{"rulePriority":7,"selection":{"tagStatus":"tagged","tagPrefixList":["prod"],"countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}]}"#;
    let policy = LifecyclePolicy::parse(sent).unwrap();
    assert_eq!(policy.normalised(), expected);
}
