//! Writes a report as SARIF 2.1.0, for code hosts. The scenarios are the rules. The results are the cases that failed or have a warning.
//!
//! Code hosts require a location in a file for each result. A client has no file to point at, and a path of this machine would not mean
//! anything there, so the location is the name of the scenario in a directory that does not exist.

use serde_json::{Value, json};

use crate::report::{CaseReport, Report, ScenarioReport, Severity, Strictness, Verdict, sanitize};
use crate::untrusted_text::sanitize_json;

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [run(report, strictness)],
    });
    sanitize_json(&format!("{log:#}\n"))
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

fn run(report: &Report, strictness: Strictness) -> Value {
    let rules: Vec<Value> = report.scenarios.iter().map(rule).collect();
    let client_type = report.client_type;
    json!({
        "tool": { "driver": {
            "name": "mock-ecr contract",
            "version": sanitize::line(&report.version),
            "rules": rules,
        } },
        // The last part is empty, because it would be the ID of a single run.
        "automationDetails": { "id": format!("mock-ecr-contract/{client_type}/") },
        "invocations": [invocation(report)],
        "results": results(report, strictness),
        "properties": {
            "suite": report.suite,
            "clientType": client_type,
            "redirect": sanitize::line(&report.redirect),
            "sandboxed": report.sandboxed,
            "seed": sanitize::line(&report.seed),
        },
    })
}

fn rule(scenario: &ScenarioReport) -> Value {
    let mut rule = json!({
        "id": sanitize::line(&scenario.id),
        "shortDescription": { "text": message(&scenario.title) },
        "help": { "text": message(&help(scenario)) },
        "defaultConfiguration": { "level": level(scenario.severity) },
        "properties": { "severity": scenario.severity.name(), "suite": scenario.suite },
    });
    if let Some(link) = scenario.why.iter().find(|why| is_uri(why)) {
        rule["helpUri"] = json!(link);
    }
    rule
}

fn help(scenario: &ScenarioReport) -> String {
    let fix = scenario.fix.iter().flatten().map(String::as_str);
    let why = format!("Why: {}", scenario.why.join(", "));
    fix.chain([&*why]).collect::<Vec<_>>().join(" ")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Must => "error",
        Severity::Should => "warning",
        Severity::Info => "note",
    }
}

/// Returns whether a text is a URL without characters that a URI must not contain.
fn is_uri(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    text.starts_with("https://") && text.chars().all(is_plain)
}

/// Returns the run of the suite. Each set-up error is a notification, because it is no result of the client.
fn invocation(report: &Report) -> Value {
    let errors = report.scenarios.iter().enumerate();
    let errors = errors.flat_map(|(index, scenario)| {
        let cases = scenario.cases.iter();
        let failed = cases.filter(|case| case.verdict == Verdict::SetUpError);
        failed.map(move |case| {
            let reason = case.reason.as_deref().unwrap_or("no reason given");
            let id = case.full_id(scenario);
            json!({
                "level": "error",
                "message": { "text": message(&format!("{id} could not be set up: {reason}")) },
                "associatedRule": { "id": sanitize::line(&scenario.id), "index": index },
            })
        })
    });
    let errors: Vec<Value> = errors.collect();
    json!({
        "executionSuccessful": errors.is_empty(),
        "toolExecutionNotifications": errors,
    })
}

fn results(report: &Report, strictness: Strictness) -> Vec<Value> {
    let scenarios = report.scenarios.iter().enumerate();
    let results = scenarios.flat_map(|(index, scenario)| {
        let cases = scenario.cases.iter();
        // With this strictness, warnings count as failed.
        let failing = cases.filter(|case| case.verdict.fails(Strictness::Should));
        failing.map(move |case| result(report, strictness, (index, scenario), case))
    });
    results.collect()
}

fn result(
    report: &Report,
    strictness: Strictness,
    (index, scenario): (usize, &ScenarioReport),
    case: &CaseReport,
) -> Value {
    let name = sanitize::line(&format!(
        "{}/{}",
        report.client_type,
        case.full_id(scenario)
    ));
    let fails = case.verdict.fails(strictness);
    let mut result = json!({
        "ruleId": sanitize::line(&scenario.id),
        "ruleIndex": index,
        "level": if fails { "error" } else { "warning" },
        "message": { "text": message(&findings(case)) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": location(report, scenario) },
                "region": { "startLine": 1 },
            },
            "logicalLocations": [{ "fullyQualifiedName": name }],
        }],
        "partialFingerprints": { "mockEcrContractCase/v1": name },
    });
    if fails && scenario.known {
        let why = "known failure: it is in the baseline";
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    result
}

/// Returns a relative URI of characters that need no escapes.
fn location(report: &Report, scenario: &ScenarioReport) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let id: String = scenario.id.chars().filter(|c| is_name(*c)).collect();
    format!("mock-ecr-contract/{}/{id}", report.client_type)
}

fn findings(case: &CaseReport) -> String {
    let failed = case.failed_findings().into_iter().map(|found| {
        let (step, expectation) = (found.step, &found.expectation);
        let (expected, observed) = (&found.expected, &found.observed);
        format!("Step {step}, {expectation}: expected {expected}, observed {observed}.")
    });
    let failed: Vec<String> = failed.collect();
    match failed.is_empty() {
        true => "The case failed.".to_owned(),
        false => failed.join(" "),
    }
}

/// Returns a text for a message of SARIF, on one line. `[` and `]` are escaped, because they would enclose the text of a link.
fn message(text: &str) -> String {
    let text = sanitize::line(text);
    text.replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn log(strictness: Strictness) -> Value {
        serde_json::from_str(&text(&sample::report(), strictness)).unwrap()
    }

    /// Asserts that an object has the required members, and no others than these and the optional ones. In the schema, most objects permit
    /// no additional members.
    #[track_caller]
    fn has(object: &Value, required: &[&str], optional: &[&str]) {
        let object = object.as_object().unwrap();
        for member in required {
            assert!(
                object.contains_key(*member),
                "{member} is missing: {object:?}"
            );
        }
        for member in object.keys() {
            let member = member.as_str();
            assert!(
                required.contains(&member) || optional.contains(&member),
                "{member}"
            );
        }
    }

    #[track_caller]
    fn is_message(message: &Value) {
        has(message, &["text"], &[]);
        assert!(!message["text"].as_str().unwrap().is_empty());
    }

    fn all(values: &Value) -> &Vec<Value> {
        values.as_array().unwrap()
    }

    #[test]
    fn the_log_has_the_members_of_the_schema() {
        let log = log(Strictness::Must);
        has(&log, &["$schema", "version", "runs"], &[]);
        assert_eq!(log["version"], "2.1.0");
        assert!(is_uri(log["$schema"].as_str().unwrap()));
        let run = &log["runs"][0];
        let members = [
            "tool",
            "automationDetails",
            "invocations",
            "results",
            "properties",
        ];
        has(run, &members, &[]);
        has(&run["tool"], &["driver"], &[]);
        has(&run["tool"]["driver"], &["name", "version", "rules"], &[]);
        has(&run["automationDetails"], &["id"], &[]);
        let invocation = &run["invocations"][0];
        has(
            invocation,
            &["executionSuccessful", "toolExecutionNotifications"],
            &[],
        );
        assert_eq!(invocation["executionSuccessful"], false);
        for notification in all(&invocation["toolExecutionNotifications"]) {
            has(notification, &["message", "level", "associatedRule"], &[]);
            is_message(&notification["message"]);
        }
    }

    #[test]
    fn each_rule_is_a_scenario_with_help() {
        let log = log(Strictness::Must);
        let rules = all(&log["runs"][0]["tool"]["driver"]["rules"]);
        assert_eq!(rules.len(), sample::report().scenarios.len());
        let mut ids: Vec<&str> = rules
            .iter()
            .map(|rule| rule["id"].as_str().unwrap())
            .collect();
        for rule in rules {
            let members = [
                "id",
                "shortDescription",
                "help",
                "defaultConfiguration",
                "properties",
            ];
            has(rule, &members, &["helpUri"]);
            is_message(&rule["shortDescription"]);
            is_message(&rule["help"]);
            let help = rule["help"]["text"].as_str().unwrap();
            let fix = "The client does not read expiresAt. Compare expiresAt with the current time. Why: ";
            assert!(help.starts_with(fix) || rule["id"] == "TOK-02", "{help}");
            let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
            assert!(["none", "note", "warning", "error"].contains(&level));
            assert!(
                rule.get("helpUri")
                    .is_none_or(|uri| is_uri(uri.as_str().unwrap()))
            );
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rules.len());
    }

    #[test]
    fn each_result_refers_to_its_rule_and_contains_no_path() {
        let log = log(Strictness::Must);
        let run = &log["runs"][0];
        let results = all(&run["results"]);
        for result in results {
            let members = [
                "ruleId",
                "ruleIndex",
                "level",
                "message",
                "locations",
                "partialFingerprints",
            ];
            has(result, &members, &["suppressions"]);
            let index = result["ruleIndex"].as_u64().unwrap();
            let index = usize::try_from(index).unwrap();
            assert_eq!(
                run["tool"]["driver"]["rules"][index]["id"],
                result["ruleId"]
            );
            is_message(&result["message"]);
            let location = &result["locations"][0];
            has(location, &["physicalLocation", "logicalLocations"], &[]);
            let uri = location["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap();
            assert!(
                uri.starts_with("mock-ecr-contract/docker-credential/"),
                "{uri}"
            );
            assert!(
                uri.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-/".contains(c))
            );
        }
        let of = |key: &str| results.iter().filter(|one| one.get(key).is_some()).count();
        assert_eq!((results.len(), of("suppressions")), (5, 1));
    }

    #[test]
    fn the_level_depends_on_the_verdict_and_the_strictness() {
        let levels = |strictness| {
            let log = log(strictness);
            let results = all(&log["runs"][0]["results"]).iter();
            let levels = results.map(|one| one["level"].as_str().unwrap().to_owned());
            levels.collect::<Vec<_>>()
        };
        let must = levels(Strictness::Must);
        assert_eq!(must, ["error", "error", "error", "error", "warning"]);
        assert_eq!(levels(Strictness::Should), ["error"; 5]);
    }

    #[test]
    fn hostile_text_creates_no_link() {
        let text = text(&sample::report(), Strictness::Must);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        let log: Value = serde_json::from_str(&text).unwrap();
        let message = log["runs"][0]["results"][1]["message"]["text"]
            .as_str()
            .unwrap();
        assert!(message.contains(r"##vso\[task.complete\]") || message.contains(r"\x23#vso\["));
    }
}
