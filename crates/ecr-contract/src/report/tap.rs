//! Writes a report as TAP 14, with one test point for each case and for each skipped scenario. The findings are in YAML.

use std::fmt::{self, Write};

use crate::report::{CaseReport, Finding, Report, ScenarioReport, Strictness, Verdict};
use crate::report::{sanitize, timeline};

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let mut text = String::new();
    let written = write(&mut text, report, strictness);
    written.expect("writing to a string does not fail");
    text
}

fn write(text: &mut String, report: &Report, strictness: Strictness) -> fmt::Result {
    let points = report.scenarios.iter().flat_map(|scenario| {
        let cases = scenario.cases.iter();
        cases.map(move |case| Point {
            scenario,
            case,
            strictness,
        })
    });
    writeln!(
        text,
        "TAP version 14\n1..{}",
        points.clone().count() + report.skipped.len()
    )?;
    writeln!(text, "# mock-ecr contract, suite {}", report.suite)?;
    let mut number = 0;
    for point in points {
        number += 1;
        point.write(text, number)?;
    }
    for one in &report.skipped {
        number += 1;
        let [id, title, reason] = [&one.id, &one.title, &one.reason].map(|text| description(text));
        writeln!(text, "ok {number} - {id}: {title} # SKIP {reason}")?;
    }
    Ok(())
}

struct Point<'a> {
    scenario: &'a ScenarioReport,
    case: &'a CaseReport,
    strictness: Strictness,
}

impl Point<'_> {
    fn write(&self, text: &mut String, number: usize) -> fmt::Result {
        let id = description(&self.case.full_id(self.scenario));
        let title = description(&self.scenario.title);
        let state = if self.is_ok() { "ok" } else { "not ok" };
        writeln!(text, "{state} {number} - {id}: {title}{}", self.directive())?;
        match self.case.verdict {
            Verdict::Passed | Verdict::NotApplicable => Ok(()),
            _ => self.write_diagnostics(text),
        }
    }

    fn is_ok(&self) -> bool {
        let verdict = self.case.verdict;
        !verdict.fails(self.strictness) && verdict != Verdict::SetUpError
    }

    fn directive(&self) -> String {
        let reason = self.case.reason.as_deref().unwrap_or("not applicable");
        match self.case.verdict {
            Verdict::NotApplicable => format!(" # SKIP {}", description(reason)),
            verdict if verdict.fails(self.strictness) && self.scenario.known => {
                " # TODO known failure".to_owned()
            }
            _ => String::new(),
        }
    }

    fn write_diagnostics(&self, text: &mut String) -> fmt::Result {
        let case = self.case;
        writeln!(text, "  ---\n  verdict: {}", case.verdict.name())?;
        writeln!(text, "  severity: {}", self.scenario.severity.name())?;
        if let Some(suite) = self.scenario.suite {
            writeln!(text, "  suite: {suite}")?;
        }
        if let Some(reason) = &case.reason {
            writeln!(text, "  message: {}", quoted(reason))?;
        }
        write_findings(text, &case.findings)?;
        write_list(text, "fix", self.scenario.advice())?;
        write_list(text, "why", &self.scenario.why)?;
        write_list(text, "timeline", &timeline::lines(case))?;
        writeln!(text, "  repeat: {}", quoted(&case.repeat))?;
        writeln!(text, "  duration_ms: {}\n  ...", case.took_ms)
    }
}

fn write_findings(text: &mut String, findings: &[Finding]) -> fmt::Result {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(text, "  findings:")?;
    for found in findings {
        writeln!(text, "    - step: {}", found.step)?;
        writeln!(text, "      expectation: {}", quoted(&found.expectation))?;
        writeln!(text, "      expected: {}", quoted(&found.expected))?;
        writeln!(text, "      observed: {}", quoted(&found.observed))?;
        writeln!(text, "      passed: {}", found.passed)?;
    }
    Ok(())
}

fn write_list(text: &mut String, key: &str, items: &[String]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(text, "  {key}:")?;
    items
        .iter()
        .try_for_each(|item| writeln!(text, "    - {}", quoted(item)))
}

/// Escapes a text for a test line, in which `#` begins a directive and `\` is the escape character.
fn description(text: &str) -> String {
    let text = sanitize::line(text);
    text.replace('\\', "\\\\").replace('#', "\\#")
}

/// Returns a quoted text. A JSON string without control characters is a valid YAML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(sanitize::line(text)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn points(text: &str) -> Vec<&str> {
        let is_point = |line: &&str| line.starts_with("ok ") || line.starts_with("not ok ");
        text.lines().filter(is_point).collect()
    }

    #[test]
    fn hostile_text_does_not_change_the_plan_or_the_numbers() {
        let text = text(&sample::report(), Strictness::Must);
        assert!(text.starts_with("TAP version 14\n1..11\n# mock-ecr contract, suite 1\n"));
        let points = points(&text);
        assert_eq!(points.len(), 11);
        for (at, point) in points.iter().enumerate() {
            assert!(point.contains(&format!("ok {} - ", at + 1)), "{point}");
        }
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn each_verdict_has_its_state_and_directive() {
        let text = text(&sample::report(), Strictness::Must);
        let shown = |id: &str| {
            let points = points(&text);
            let point = points.into_iter().find(|point| point.contains(id)).unwrap();
            let state = point.split_once(char::is_numeric).unwrap().0.to_owned();
            let directive = point.rsplit_once(" # ").map(|(_, it)| it.to_owned());
            (state, directive)
        };
        let of =
            |state: &str, directive: Option<&str>| (state.to_owned(), directive.map(str::to_owned));
        assert_eq!(shown("TOK-01"), of("ok ", None));
        assert_eq!(shown("EXP-04"), of("not ok ", None));
        assert_eq!(shown("TOK-02/twice"), of("ok ", None));
        assert_eq!(shown("EXP-06"), of("not ok ", Some("TODO known failure")));
        assert_eq!(shown("EXP-05"), of("ok ", None));
        assert_eq!(
            shown("KCP-01"),
            of("ok ", Some("SKIP requires client type kubelet"))
        );
        assert_eq!(shown("NET-04"), of("not ok ", None));
        let (state, directive) = shown("HST-05");
        assert_eq!(state, "ok ");
        assert!(directive.unwrap().starts_with("SKIP ECR Public "));
    }

    #[test]
    fn the_diagnostics_contain_the_suite_and_how_to_correct_the_client() {
        let text = text(&sample::report(), Strictness::Must);
        assert_eq!(text.matches("\n  suite: 1\n").count(), 7, "{text}");
        let fix = "\n  fix:\n    - \"The client does not read expiresAt.\"\n    - \"Compare";
        assert_eq!(text.matches(fix).count(), 3, "{text}");
    }

    #[test]
    fn a_warning_is_not_ok_in_a_strict_run() {
        let text = text(&sample::report(), Strictness::Should);
        assert!(text.contains("\nnot ok 7 - EXP-05"));
    }

    #[test]
    fn diagnostics_are_yaml_with_one_key_per_line() {
        let text = text(&sample::report(), Strictness::Must);
        let blocks: Vec<_> = text.split("  ---\n").skip(1).collect();
        // Cases that passed or are not applicable have no diagnostics.
        assert_eq!(blocks.len(), 7);
        for block in blocks {
            let (yaml, _) = block.split_once("  ...\n").unwrap();
            for line in yaml.lines() {
                let line = line.trim_start().trim_start_matches("- ");
                let value = line.split_once(": ").map_or(line, |(_, value)| value);
                let is_text = serde_json::from_str::<serde_json::Value>(value).is_ok();
                let is_word = value
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || "_:".contains(c));
                assert!(is_text || is_word || line.starts_with('"'), "{line}");
            }
        }
    }
}
