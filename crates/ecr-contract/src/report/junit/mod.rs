//! Writes a report as JUnit XML, with one `testcase` for each case. Only the elements that CI systems have in common are used.

#[cfg(test)]
mod reader;

use std::fmt::{self, Write};

use crate::report::{CaseReport, Report, ScenarioReport, Strictness, Verdict};
use crate::report::{sanitize, timeline};

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let cases = report.scenarios.iter().flat_map(|scenario| {
        let cases = scenario.cases.iter();
        cases.map(move |case| TestCase::new(scenario, case, strictness))
    });
    let mut text = String::new();
    let written = write(&mut text, report, &cases.collect::<Vec<_>>());
    written.expect("writing to a string does not fail");
    text
}

fn write(text: &mut String, report: &Report, cases: &[TestCase]) -> fmt::Result {
    let count = |state| cases.iter().filter(|case| case.state == state).count();
    let numbers = format!(
        r#"name="mock-ecr contract" tests="{}" failures="{}" errors="{}" skipped="{}" time="{}""#,
        cases.len(),
        count(State::Failure),
        count(State::Error),
        count(State::Skipped),
        seconds(report.took_ms)
    );
    writeln!(text, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    // `skipped` is an attribute of `testsuite` only.
    let all = numbers.replace(&format!(r#" skipped="{}""#, count(State::Skipped)), "");
    writeln!(text, "<testsuites {all}>\n<testsuite {numbers}>")?;
    write_properties(text, report)?;
    for case in cases {
        case.write(text, report)?;
    }
    writeln!(text, "</testsuite>\n</testsuites>")
}

fn write_properties(text: &mut String, report: &Report) -> fmt::Result {
    let sandbox = if report.sandboxed { "yes" } else { "no" };
    let mut properties = vec![
        ("version", report.version.clone()),
        ("suite", report.suite.to_string()),
        ("client_type", report.client_type.to_string()),
        ("client", report.client.join(" ")),
        ("redirect", report.redirect.clone()),
        ("sandboxed", sandbox.to_owned()),
        ("seed", report.seed.clone()),
    ];
    let missing = report.skipped.iter();
    properties.extend(missing.map(|one| ("skipped", format!("{}: {}", one.id, one.reason))));
    writeln!(text, "<properties>")?;
    for (name, value) in properties {
        let value = attribute(&value);
        writeln!(text, r#"<property name="{name}" value="{value}"/>"#)?;
    }
    writeln!(text, "</properties>")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Passed,
    Failure,
    Error,
    Skipped,
}

struct TestCase<'a> {
    scenario: &'a ScenarioReport,
    case: &'a CaseReport,
    state: State,
}

impl<'a> TestCase<'a> {
    fn new(scenario: &'a ScenarioReport, case: &'a CaseReport, strictness: Strictness) -> Self {
        let state = match case.verdict {
            Verdict::NotApplicable => State::Skipped,
            Verdict::SetUpError => State::Error,
            // JUnit has no state for a known failure. A skipped test case is not a failure.
            verdict if verdict.fails(strictness) && scenario.known => State::Skipped,
            verdict if verdict.fails(strictness) => State::Failure,
            _ => State::Passed,
        };
        TestCase {
            scenario,
            case,
            state,
        }
    }

    fn write(&self, text: &mut String, report: &Report) -> fmt::Result {
        let name = format!(
            "{}: {}",
            self.case.full_id(self.scenario),
            self.scenario.title
        );
        writeln!(
            text,
            r#"<testcase classname="contract.{}" name="{}" time="{}">"#,
            report.client_type,
            attribute(&name),
            seconds(self.case.took_ms)
        )?;
        self.write_state(text)?;
        writeln!(text, "<system-out>{}</system-out>", content(&self.output()))?;
        writeln!(text, "</testcase>")
    }

    fn write_state(&self, text: &mut String) -> fmt::Result {
        let (element, message) = match self.state {
            State::Passed => return Ok(()),
            State::Failure => ("failure", self.failure()),
            State::Error => ("error", self.reason("the scenario could not be set up")),
            State::Skipped if self.scenario.known => {
                ("skipped", format!("known failure: {}", self.failure()))
            }
            State::Skipped => ("skipped", self.reason("not applicable")),
        };
        let message = attribute(&message);
        if self.state == State::Skipped {
            return writeln!(text, r#"<{element} message="{message}"/>"#);
        }
        let verdict = self.case.verdict.name();
        write!(text, r#"<{element} message="{message}" type="{verdict}">"#)?;
        writeln!(text, "{}</{element}>", content(&self.evidence()))
    }

    fn reason(&self, otherwise: &str) -> String {
        let reason = self.case.reason.as_deref();
        reason.unwrap_or(otherwise).to_owned()
    }

    /// Returns the first failed finding on one line.
    fn failure(&self) -> String {
        match self.case.failed_findings().first() {
            Some(found) => format!(
                "{}: expected {}, observed {}",
                found.expectation, found.expected, found.observed
            ),
            None => self.reason("failed"),
        }
    }

    fn evidence(&self) -> String {
        let mut text = String::new();
        for found in self.case.failed_findings() {
            let (step, expectation) = (found.step, &found.expectation);
            let (expected, observed) = (&found.expected, &found.observed);
            text.push_str(&format!(
                "step {step}, {expectation}:\n  expected {expected}\n  observed {observed}\n"
            ));
        }
        for why in &self.scenario.why {
            text.push_str(&format!("why: {why}\n"));
        }
        text + &format!("repeat: {}\n", self.case.repeat)
    }

    /// Returns the timeline and the output of the client.
    fn output(&self) -> String {
        let mut text = timeline::lines(self.case).join("\n");
        for run in &self.case.runs {
            text.push_str(&format!("\n\n$ {}\n", run.command));
            for (name, output) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
                if !output.is_empty() {
                    text.push_str(&format!("{name}:\n{}\n", output.trim_end()));
                }
            }
            text.push_str(&run.end);
        }
        text + "\n"
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Returns an escaped attribute on one line, since XML parsers replace line breaks in attributes.
fn attribute(text: &str) -> String {
    sanitize::entities(&sanitize::line(text))
}

fn content(text: &str) -> String {
    sanitize::entities(&sanitize::lines(text).join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::junit::reader::{elements, named};
    use crate::report::sample;

    #[test]
    fn an_xml_parser_reads_what_was_written() {
        let elements = elements(&text(&sample::report(), Strictness::Must));
        let suite = named(&elements, "testsuite")[0];
        let numbers = ["tests", "failures", "errors", "skipped", "time"].map(|key| suite.get(key));
        assert_eq!(numbers, ["10", "3", "1", "2", "23.412"]);
        assert_eq!(named(&elements, "testcase").len(), 10);
        assert_eq!(named(&elements, "failure").len(), 3);
        assert_eq!(named(&elements, "error").len(), 1);
        assert_eq!(named(&elements, "skipped").len(), 2);
        assert!(named(&elements, "script").is_empty());
    }

    #[test]
    fn hostile_text_creates_no_element() {
        let text = text(&sample::report(), Strictness::Must);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!text.contains("]]>") && !text.contains('\u{fffe}'));
        let elements = elements(&text);
        let shown = sanitize::line(sample::HOSTILE);
        let cases = named(&elements, "testcase");
        assert_eq!(
            cases[2].get("name"),
            format!("TOK-02/in-the-middle: {shown}")
        );
        let failure = named(&elements, "failure")[1];
        assert!(
            failure
                .get("message")
                .starts_with(&format!("exit: expected {shown}, observed"))
        );
        assert!(failure.text.contains("\nnot ok 99 - forged\n"));
    }

    #[test]
    fn a_known_failure_is_skipped_with_its_findings() {
        let elements = elements(&text(&sample::report(), Strictness::Must));
        let skipped = named(&elements, "skipped");
        let message = "known failure: exit: expected not 0, observed 0";
        assert_eq!(skipped[0].get("message"), message);
        assert_eq!(skipped[1].get("message"), "requires client type kubelet");
    }

    #[test]
    fn the_output_contains_the_timeline_and_the_clients_output() {
        let elements = elements(&text(&sample::report(), Strictness::Must));
        let output = &named(&elements, "system-out")[1].text;
        let event = "   0.180 s  api       GetAuthorizationToken -> 500 (4 ms)\n";
        assert!(output.contains(event), "{output}");
        assert!(output.contains("\n$ docker-credential-ecr-login get\nstdout:\n{\"ServerURL"));
    }
}
