//! Writes a report as JUnit XML, with one `testcase` for each case and for each skipped scenario. Only the elements that CI systems have in
//! common are used.

#[cfg(test)]
mod reader;

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::report::{CaseReport, Report, ScenarioReport, SkippedScenario, Strictness, Verdict};
use crate::report::{sanitize, timeline};

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let mut junit = quick_junit::Report::new(NAME);
    junit.set_time(Duration::from_millis(report.took_ms));
    junit.add_test_suite(test_suite(report, strictness));
    let text = junit.to_string();
    text.expect("writing to a string does not fail")
}

const NAME: &str = "mock-ecr contract";

fn test_suite(report: &Report, strictness: Strictness) -> TestSuite {
    let mut suite = TestSuite::new(NAME);
    suite.set_time(Duration::from_millis(report.took_ms));
    for (name, value) in properties(report) {
        suite.add_property((name.to_owned(), sanitize::line(&value)));
    }
    for scenario in &report.scenarios {
        for case in &scenario.cases {
            let result = CaseResult {
                scenario,
                case,
                strictness,
            };
            suite.add_test_case(result.test_case(report));
        }
    }
    let skipped = report.skipped.iter();
    suite.add_test_cases(skipped.map(|one| skipped_scenario(report, one)));
    suite
}

fn properties(report: &Report) -> [(&'static str, String); 8] {
    let sandbox = if report.sandboxed { "yes" } else { "no" };
    [
        ("version", report.version.clone()),
        ("suite", report.suite.to_string()),
        ("client_type", report.client_type.to_string()),
        ("client", report.client.join(" ")),
        ("redirect", report.redirect.clone()),
        ("sandboxed", sandbox.to_owned()),
        ("seed", report.seed.clone()),
        ("measured", report.calibration.describe()),
    ]
}

fn skipped_scenario(report: &Report, scenario: &SkippedScenario) -> TestCase {
    let status = skipped(&scenario.reason);
    test_case(report, &scenario.id, &scenario.title, status)
}

fn test_case(report: &Report, id: &str, title: &str, status: TestCaseStatus) -> TestCase {
    let name = sanitize::line(&format!("{id}: {title}"));
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("contract.{}", report.client_type));
    case
}

struct CaseResult<'a> {
    scenario: &'a ScenarioReport,
    case: &'a CaseReport,
    strictness: Strictness,
}

impl CaseResult<'_> {
    fn test_case(&self, report: &Report) -> TestCase {
        let id = self.case.full_id(self.scenario);
        let mut case = test_case(report, &id, &self.scenario.title, self.status());
        case.set_time(Duration::from_millis(self.case.took_ms));
        case.set_system_out(content(&self.output()));
        case
    }

    fn status(&self) -> TestCaseStatus {
        match self.case.verdict {
            Verdict::NotApplicable => skipped(&self.reason("not applicable")),
            Verdict::SetUpError => {
                let message = self.reason("the scenario could not be set up");
                self.non_success(NonSuccessKind::Error, &message)
            }
            // JUnit has no state for a known failure. A skipped test case is not a failure.
            verdict if verdict.fails(self.strictness) && self.scenario.known => {
                skipped(&format!("known failure: {}", self.failure()))
            }
            verdict if verdict.fails(self.strictness) => {
                self.non_success(NonSuccessKind::Failure, &self.failure())
            }
            _ => TestCaseStatus::success(),
        }
    }

    fn non_success(&self, kind: NonSuccessKind, message: &str) -> TestCaseStatus {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(sanitize::line(message));
        status.set_type(self.case.verdict.name());
        status.set_description(content(&self.evidence()));
        status
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
        for fix in self.scenario.advice() {
            text.push_str(&format!("fix: {fix}\n"));
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

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(sanitize::line(message));
    status
}

fn content(text: &str) -> String {
    sanitize::lines(text).join("\n")
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
        assert_eq!(numbers, ["11", "3", "1", "3", "23.412"]);
        assert_eq!(named(&elements, "testcase").len(), 11);
        assert_eq!(named(&elements, "failure").len(), 3);
        assert_eq!(named(&elements, "error").len(), 1);
        assert_eq!(named(&elements, "skipped").len(), 3);
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
        let text = &named(&elements, "failure")[0].text;
        assert!(text.contains("\nfix: The client does not read expiresAt.\nfix: Compare"));
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
    fn a_skipped_scenario_is_a_skipped_test_case() {
        let elements = elements(&text(&sample::report(), Strictness::Must));
        let case = named(&elements, "testcase")[10];
        assert_eq!(case.get("name"), "HST-05: Logs in to ECR Public.");
        let message = named(&elements, "skipped")[2].get("message");
        assert!(message.starts_with("ECR Public <script>"), "{message}");
        assert!(
            named(&elements, "property")
                .iter()
                .all(|one| one.get("name") != "skipped")
        );
    }

    #[test]
    fn the_output_contains_the_timeline_and_the_clients_output() {
        let elements = elements(&text(&sample::report(), Strictness::Must));
        let output = &named(&elements, "system-out")[1].text;
        let event = "   0.180 s  api       GetAuthorizationToken -> 500 (4 ms)\n            Fault 0 returned ServerException.\n";
        assert!(output.contains(event), "{output}");
        assert!(output.contains("\n$ docker-credential-ecr-login get\nstdout:\n{\"ServerURL"));
    }
}
