//! Checks a policy against a JSON schema. ECR's schema is not published; the records of its messages show its form.
//!
//! `[ASSUME]`: the order of the violations, and the messages about the types of members other than lists.

use serde_json::{Map, Value};

use crate::lifecycle::invalid::{MAX_NUMBER, Violation};

/// The number of violations that an error contains. `[ASSUME]`
const MAX_VIOLATIONS: usize = 100;

/// Returns the first violations of a policy.
pub(super) fn violations(policy: &Map<String, Value>) -> Vec<Violation> {
    let mut found = Vec::new();
    // A value of another type is missing, too. Source: getmoto/moto.
    let Some(Value::Array(rules)) = policy.get("rules") else {
        return vec![Violation::Missing(vec!["rules".to_owned()])];
    };
    check_names(policy, &[], &["rules"], &mut found);
    for rule in rules {
        if found.len() >= MAX_VIOLATIONS {
            break;
        }
        if let Some(rule) = object(rule, &mut found) {
            check_rule(rule, &mut found);
        }
    }
    found.truncate(MAX_VIOLATIONS);
    found
}

fn check_rule(rule: &Map<String, Value>, found: &mut Vec<Violation>) {
    let required = ["action", "rulePriority", "selection"];
    check_names(rule, &required, &["description"], found);
    check_number(rule.get("rulePriority"), found);
    if let Some(description) = rule.get("description") {
        check_type(description, "string", found);
    }
    let selection = rule.get("selection");
    if let Some(selection) = selection.and_then(|value| object(value, found)) {
        check_selection(selection, found);
    }
    let action = rule.get("action").and_then(|value| object(value, found));
    if let Some(action) = action {
        check_action(action, found);
    }
}

fn check_selection(selection: &Map<String, Value>, found: &mut Vec<Violation>) {
    let required = ["countNumber", "countType", "tagStatus"];
    let optional = [
        "countUnit",
        "storageClass",
        "tagPatternList",
        "tagPrefixList",
    ];
    check_names(selection, &required, &optional, found);
    check_enum(
        selection.get("tagStatus"),
        &["any", "tagged", "untagged"],
        found,
    );
    for name in ["tagPatternList", "tagPrefixList"] {
        if let Some(list) = selection.get(name) {
            check_list(list, found);
        }
    }
    check_enum(
        selection.get("storageClass"),
        &["archive", "standard"],
        found,
    );
    check_number(selection.get("countNumber"), found);
    if let Some(count_type) = selection.get("countType")
        && !has_matching_unit(count_type, selection.get("countUnit"))
    {
        found.push(Violation::NoSchema);
    }
}

/// The schema has two alternatives: a number of images, and a number of days.
fn has_matching_unit(count_type: &Value, unit: Option<&Value>) -> bool {
    match count_type.as_str() {
        Some("imageCountMoreThan") => unit.is_none(),
        Some("sinceImagePushed" | "sinceImagePulled" | "sinceImageTransitioned") => {
            unit.and_then(Value::as_str) == Some("days")
        }
        _ => false,
    }
}

/// The schema has two alternatives: `expire`, and `transition` with a target.
fn check_action(action: &Map<String, Value>, found: &mut Vec<Violation>) {
    check_names(action, &["type"], &["targetStorageClass"], found);
    let target = action.get("targetStorageClass");
    let matches = match action.get("type").and_then(Value::as_str) {
        Some("expire") => target.is_none(),
        Some("transition") => target.and_then(Value::as_str) == Some("archive"),
        _ => return check_enum(action.get("type"), &["expire", "transition"], found),
    };
    if !matches {
        found.push(Violation::NoSchema);
    }
}

fn check_names(
    object: &Map<String, Value>,
    required: &[&str],
    optional: &[&str],
    found: &mut Vec<Violation>,
) {
    let missing = required.iter().filter(|name| !object.contains_key(**name));
    let missing: Vec<String> = missing.map(|name| (*name).to_owned()).collect();
    if !missing.is_empty() {
        found.push(Violation::Missing(missing));
    }
    let is_known = |name: &str| required.contains(&name) || optional.contains(&name);
    let unknown = object.keys().filter(|name| !is_known(name));
    let mut unknown: Vec<String> = unknown.cloned().collect();
    unknown.sort_unstable();
    if !unknown.is_empty() {
        found.push(Violation::NotAllowed(unknown));
    }
}

fn object<'v>(value: &'v Value, found: &mut Vec<Violation>) -> Option<&'v Map<String, Value>> {
    check_type(value, "object", found);
    value.as_object()
}

fn check_list(list: &Value, found: &mut Vec<Violation>) {
    check_type(list, "array", found);
    for entry in list.as_array().into_iter().flatten() {
        if found.len() >= MAX_VIOLATIONS {
            break;
        }
        check_type(entry, "string", found);
    }
}

/// Checks a number, if it is present.
fn check_number(number: Option<&Value>, found: &mut Vec<Violation>) {
    let Some(number) = number else { return };
    check_type(number, "integer", found);
    if number.as_i64().is_some_and(|number| number < 1) {
        found.push(Violation::Minimum(number.to_string()));
    }
    let fits = |number: u64| i64::try_from(number).is_ok_and(|number| number <= MAX_NUMBER);
    if number.as_u64().is_some_and(|number| !fits(number)) {
        found.push(Violation::Maximum(number.to_string()));
    }
}

/// Checks a text, if it is present.
fn check_enum(value: Option<&Value>, possible: &[&str], found: &mut Vec<Violation>) {
    let Some(value) = value else { return };
    if !value.as_str().is_some_and(|text| possible.contains(&text)) {
        found.push(Violation::Enum {
            value: value.to_string(),
            possible: possible.iter().map(|name| (*name).to_owned()).collect(),
        });
    }
}

fn check_type(value: &Value, allowed: &'static str, found: &mut Vec<Violation>) {
    let type_of = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if type_of != allowed {
        found.push(Violation::Type {
            found: type_of,
            allowed,
        });
    }
}
