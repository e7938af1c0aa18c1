//! Writes all details of the result of one scenario.

use std::fmt::{self, Write as _};

use crate::report::human::colour::Style;
use crate::report::human::layout::{INDENT, beside};
use crate::report::human::screen::Screen;
use crate::report::{CaseReport, ClientRun, Finding, ScenarioReport, sanitize, timeline};

/// All details of the result of one scenario: the findings, the calls of the client, and the timeline.
#[derive(Clone, Copy, Debug)]
pub struct Details<'a> {
    /// The result of the scenario.
    pub scenario: &'a ScenarioReport,
    /// Where the details are shown.
    pub screen: Screen,
}

/// The text ends with a line break.
impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text)?;
        f.write_str(&sanitize::disarm(&text))
    }
}

impl Details<'_> {
    fn write(&self, f: &mut String) -> fmt::Result {
        let scenario = self.scenario;
        let title = format!("{} {}", scenario.id, scenario.title);
        for line in sanitize::fold(&sanitize::line(&title), self.screen.columns) {
            writeln!(f, "{}", self.screen.colour.paint(Style::Bold, &line))?;
        }
        let verdict = scenario.verdict;
        let word = self
            .screen
            .colour
            .verdict(verdict, &verdict.name().replace('_', " "));
        let known = if scenario.known {
            ", known failure"
        } else {
            ""
        };
        let (severity, suite) = (scenario.severity.name(), scenario.suite_text());
        writeln!(f, "{word}{known}; severity {severity}{suite}")?;
        write_lines(f, &self.screen.advice(scenario))?;
        write_lines(f, &self.screen.evidence(&scenario.why, ""))?;
        scenario
            .cases
            .iter()
            .try_for_each(|case| self.write_case(f, case))
    }

    fn write_case(&self, f: &mut String, case: &CaseReport) -> fmt::Result {
        writeln!(f)?;
        if let Some(name) = &case.name {
            let verdict = case.verdict.name().replace('_', " ");
            let name = sanitize::clip(&sanitize::line(name), self.screen.columns - 30);
            let name = self.screen.colour.paint(Style::Bold, &name);
            writeln!(
                f,
                "case {name}: {}",
                self.screen.colour.verdict(case.verdict, &verdict)
            )?;
        }
        if let Some(reason) = &case.reason {
            write_lines(f, &self.screen.labelled("reason", reason))?;
        }
        for found in &case.findings {
            self.write_finding(f, found)?;
        }
        for run in &case.runs {
            writeln!(f)?;
            write_lines(f, &self.call(run))?;
        }
        self.write_timeline(f, case)?;
        write_lines(f, &self.screen.evidence(&[], &case.repeat))
    }

    fn write_finding(&self, f: &mut String, found: &Finding) -> fmt::Result {
        let (word, style) = match found.passed {
            true => ("passed", Style::Green),
            false => ("failed", Style::Red),
        };
        let expectation = sanitize::clip(&sanitize::line(&found.expectation), 40);
        let word = self.screen.colour.paint(style, &format!("{word:<INDENT$}"));
        let (step, severity) = (found.step, found.severity.name());
        writeln!(f, "{word}step {step}, {expectation} ({severity})")?;
        write_lines(f, &self.screen.side_by_side(found, usize::MAX))
    }

    fn write_timeline(&self, f: &mut String, case: &CaseReport) -> fmt::Result {
        writeln!(f)?;
        for entry in timeline::entries(case) {
            let event = entry.event.to_string();
            // The second line and later lines are indented.
            let mut lines = sanitize::fold(event.trim_start(), self.screen.columns - 4).into_iter();
            writeln!(
                f,
                "{}",
                lines
                    .next()
                    .map_or(String::new(), |line| indented(&event, &line))
            )?;
            write_lines(
                f,
                &lines.map(|line| format!("    {line}")).collect::<Vec<_>>(),
            )?;
            write_lines(f, &self.explanation(entry.text))?;
        }
        let took = format!("took {}", sanitize::duration(case.took_ms));
        writeln!(f, "{}", self.screen.colour.paint(Style::Dim, &took))
    }

    /// Returns the lines below the event of a rejected request or of a fault.
    fn explanation(&self, text: Option<&str>) -> Vec<String> {
        let columns = self.screen.columns - timeline::INDENT.len();
        let lines = text.map(|text| sanitize::fold(&sanitize::line(text), columns));
        let lines = lines.into_iter().flatten();
        lines
            .map(|line| format!("{}{line}", timeline::INDENT))
            .collect()
    }

    /// Returns the lines of a call: the command, the text of stdin, stdout and stderr, and how the call ended.
    fn call(&self, run: &ClientRun) -> Vec<String> {
        let mut lines = self.screen.labelled("$", &run.command);
        for (name, text) in [
            ("stdin", &run.stdin),
            ("stdout", &run.stdout),
            ("stderr", &run.stderr),
        ] {
            lines.extend(self.block(name, text));
        }
        let (step, end) = (run.step, &run.end);
        let took = sanitize::duration(run.took_ms);
        lines.extend(
            self.screen
                .labelled("end", &format!("{end}, after {took}, in step {step}")),
        );
        lines
    }

    fn block(&self, name: &str, text: &str) -> Vec<String> {
        let lines = sanitize::lines(text);
        let folded = lines
            .iter()
            .flat_map(|line| sanitize::fold(line, self.screen.columns - INDENT));
        beside(name, &folded.collect::<Vec<_>>())
    }
}

/// Restores the spaces at the start of an event, which align the times of the events.
fn indented(event: &str, line: &str) -> String {
    let spaces = event.len() - event.trim_start().len();
    format!("{}{line}", " ".repeat(spaces))
}

fn write_lines(f: &mut String, lines: &[String]) -> fmt::Result {
    lines.iter().try_for_each(|line| writeln!(f, "{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn details(id: &str) -> String {
        let report = sample::report();
        let mut scenarios = report.scenarios.iter();
        let scenario = scenarios.find(|scenario| scenario.id == id).unwrap();
        let screen = Screen::default();
        Details { scenario, screen }.to_string()
    }

    #[test]
    fn all_details_are_shown() {
        let text = details("EXP-04");
        for part in [
            "EXP-04 Returns no expired token while the API is down.\nfailed; severity must, suite 1\n",
            "\n  fix    The client does not read expiresAt. Compare expiresAt with the current\n         time.\n  why    https://github.com/",
            "\npassed   step 2, requests (must)\n",
            "\nfailed   step 2, exit (must)\n               expected not 0                   observed 0\n",
            "\n$        docker-credential-ecr-login get\nstdin    123456789012.dkr.",
            "\nstdout   {\"ServerURL\"",
            "\nend      exit 0, after 950 ms, in step 2\n",
            "\n   0.180 s  api       GetAuthorizationToken -> 500 (4 ms)\n",
            "\n   0.900 s  registry  GET /v2/ -> 401\n            The user is bob; ECR expects AWS.\n   1.100 s",
            "\ntook 1.2 s\n",
            "\n  repeat mock-ecr contract",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }

    #[test]
    fn hostile_text_is_escaped_and_folded() {
        let text = details("TOK-02");
        assert!(
            !text.chars().any(|c| c.is_control() && c != '\n'),
            "{text:?}"
        );
        let is_command = |line: &str| line.trim_start().starts_with("::");
        assert!(
            !text.lines().any(is_command) && !text.contains("##vso["),
            "{text}"
        );
        assert!(text.contains("\n         \\x3a:error::forged"), "{text}");
        assert!(text.contains("\nstdout   <script>alert(1)</script> ]]> \\x1b[31mred"));
        for line in text.lines() {
            let is_whole = line.contains("://") || line.trim().starts_with('\'');
            // The escape of a command at the start of a line is three columns longer.
            let columns = if line.trim().starts_with("\\x") {
                83
            } else {
                80
            };
            assert!(is_whole || sanitize::width(line) <= columns, "{line}");
        }
    }

    #[test]
    fn the_reason_of_a_set_up_error_is_shown() {
        let reason = "\nreason   cannot start the client: No such file or directory\n";
        assert!(details("NET-04").contains(reason));
    }
}
