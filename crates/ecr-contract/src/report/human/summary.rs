//! Writes the summary of a run, which fits on one screen.

use std::collections::BTreeSet;
use std::fmt;

use crate::report::human::colour::Style;
use crate::report::human::failures::Failures;
use crate::report::human::layout::ids;
use crate::report::human::screen::Screen;
use crate::report::{
    CaseReport, Outcome, Report, ScenarioReport, Stale, Strictness, Verdict, sanitize,
};

/// The summary of a run: the failures with their findings, one line for each scenario with the verdict `warning` or `info`, and the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    /// The report.
    pub report: &'a Report,
    /// The lowest severity of a failed expectation that fails the run.
    pub strictness: Strictness,
    /// The entries of the baseline that no longer apply.
    pub stale: &'a [Stale],
    /// Where the summary is shown.
    pub screen: Screen,
}

/// The text ends with a line break.
impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = Failures {
            report: self.report,
            strictness: self.strictness,
            screen: self.screen,
        };
        let sections = [
            failures.set_up_errors(),
            failures.new_failures(),
            self.known(),
            self.lines_for(Verdict::Warning, "warning"),
            self.lines_for(Verdict::Info, "info"),
            self.not_run(),
            self.stale(),
        ];
        let mut lines = self.screen.header(self.report);
        for section in sections.into_iter().filter(|section| !section.is_empty()) {
            lines.push(String::new());
            lines.extend(section);
        }
        lines.push(String::new());
        lines.extend(self.verdict());
        f.write_str(&sanitize::disarm(&lines.join("\n")))
    }
}

impl<'a> Summary<'a> {
    fn known(&self) -> Vec<String> {
        let known = self.report.failed(self.strictness);
        let known: Vec<_> = known.filter(|scenario| scenario.known).collect();
        match known.as_slice() {
            [] => Vec::new(),
            known => self.uncoloured(
                "known failures",
                &format!("{}: {}", known.len(), ids(known)),
            ),
        }
    }

    /// Returns one line for each scenario with the given verdict, up to a maximum number of lines.
    fn lines_for(&self, verdict: Verdict, word: &str) -> Vec<String> {
        let shown = self
            .with(verdict)
            .filter(|one| !one.verdict.fails(self.strictness));
        let shown: Vec<_> = shown.collect();
        let (shown, others) = shown.split_at(shown.len().min(MAX_LISTED));
        let mut lines: Vec<_> = shown.iter().map(|one| self.line_for(one, word)).collect();
        if !others.is_empty() {
            let more = format!("{} more: {}", others.len(), ids(others));
            lines.extend(self.uncoloured(word, &more));
        }
        lines
    }

    fn line_for(&self, scenario: &ScenarioReport, word: &str) -> String {
        let observed = scenario.worst().map_or(String::new(), observations);
        let half = self.screen.columns / 2 - 4;
        let title = sanitize::clip(&sanitize::line(&scenario.title), half);
        let text = format!("{} {title} | {observed}", sanitize::line(&scenario.id));
        let text = sanitize::clip(&text, self.screen.columns - word.len() - 1);
        format!(
            "{} {text}",
            self.screen.colour.verdict(scenario.verdict, word)
        )
    }

    fn not_run(&self) -> Vec<String> {
        let not_applicable: Vec<_> = self.with(Verdict::NotApplicable).collect();
        let mut lines = Vec::new();
        if !not_applicable.is_empty() {
            let text = format!("{}: {}", not_applicable.len(), ids(&not_applicable));
            lines.extend(self.uncoloured("n/a", &text));
        }
        let missing: Vec<_> = self
            .report
            .skipped
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        if !missing.is_empty() {
            let text = format!("{}: {}", missing.len(), missing.join(" "));
            lines.extend(self.uncoloured("skipped", &text));
        }
        if !self.report.later.is_empty() {
            let (n, ids) = (self.report.later.len(), self.report.later.join(" "));
            lines.extend(self.uncoloured("in later suites", &format!("{n}: {ids}")));
        }
        if self.report.scenarios.is_empty() {
            lines.extend(self.reasons());
        }
        lines
    }

    /// Returns a line for each reason why scenarios were skipped.
    fn reasons(&self) -> Vec<String> {
        let skipped = self.report.skipped.iter();
        let reasons: BTreeSet<&str> = skipped.map(|one| one.reason.as_str()).collect();
        let lines = reasons.into_iter();
        lines
            .flat_map(|reason| self.uncoloured("reason", &sanitize::line(reason)))
            .collect()
    }

    fn stale(&self) -> Vec<String> {
        let shown = self.stale.iter();
        shown
            .flat_map(|stale| self.uncoloured("stale", &stale.to_string()))
            .collect()
    }

    fn verdict(&self) -> Vec<String> {
        let outcome = self.report.outcome(self.strictness);
        let verdict = match outcome {
            Outcome::Passed => Verdict::Passed,
            Outcome::Failed { .. } => Verdict::Failed,
            Outcome::SetUpError => Verdict::SetUpError,
        };
        let (word, counts) = (
            format!("{}:", outcome.word()),
            self.report.counts(self.strictness),
        );
        let mut lines = self.screen.titled(
            |word| self.screen.colour.verdict(verdict, word),
            &word,
            &counts.summary(),
        );
        let more = "Full details: --open or --report html=FILE. One scenario: --scenario ID.";
        let more = sanitize::fold(more, self.screen.columns);
        let more = more.iter();
        lines.extend(more.map(|line| self.screen.colour.paint(Style::Dim, line)));
        lines
    }

    /// Returns a word and a text in one or more lines. The word is not coloured.
    fn uncoloured(&self, word: &str, text: &str) -> Vec<String> {
        self.screen.titled(str::to_owned, word, text)
    }

    fn with(&self, verdict: Verdict) -> impl Iterator<Item = &'a ScenarioReport> {
        let scenarios = self.report.scenarios.iter();
        scenarios.filter(move |scenario| scenario.verdict == verdict)
    }
}

const MAX_LISTED: usize = 8;

/// Returns the failed findings of a case, or all findings if none failed.
fn observations(case: &CaseReport) -> String {
    let failed = case.failed_findings();
    let shown: Vec<_> = match failed.is_empty() {
        true => case
            .findings
            .iter()
            .map(|found| format!("{}: {}", found.expectation, found.observed))
            .collect(),
        false => failed
            .iter()
            .map(|found| {
                let (expected, observed) = (&found.expected, &found.observed);
                format!("{}: {observed}; expected {expected}", found.expectation)
            })
            .collect(),
    };
    sanitize::line(&shown.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::human::colour::Colour;
    use crate::report::sample;

    fn summary(report: &Report, strictness: Strictness, screen: Screen) -> String {
        let stale = [Stale::sample("kubelet", "KCP-02")];
        let stale = &stale;
        Summary {
            report,
            strictness,
            stale,
            screen,
        }
        .to_string()
    }

    #[track_caller]
    fn assert_fits(text: &str, columns: usize) {
        assert!(
            !text.chars().any(|c| c.is_control() && c != '\n'),
            "{text:?}"
        );
        for line in text.lines() {
            // A link or a word of a command is not broken.
            let words = line.trim().trim_end_matches(" \\");
            let is_whole = line.contains("https://github") || words.starts_with('\'');
            // The escape of a command at the start of a line is three columns longer.
            let columns = columns + if words.starts_with("\\x") { 3 } else { 0 };
            assert!(is_whole || sanitize::width(line) <= columns, "{line}");
        }
    }

    #[test]
    fn every_line_fits_the_screen() {
        for strictness in [Strictness::Must, Strictness::Should] {
            for columns in [60, 80, 160] {
                let screen = Screen::new(Colour::Plain, columns);
                assert_fits(&summary(&sample::report(), strictness, screen), columns);
            }
        }
    }

    #[test]
    fn a_wider_screen_shows_more_of_a_line() {
        let line = |columns| {
            let screen = Screen::new(Colour::Plain, columns);
            let text = summary(&sample::report(), Strictness::Must, screen);
            let line = text.lines().find(|line| line.starts_with("warning"));
            line.unwrap().to_owned()
        };
        assert_eq!(
            line(160),
            "warning EXP-05 Returns no expired token while the API is down. | exit: 0; expected not 0; \
             secret: the secret of step 1, which had expired 24 h before; expected…"
        );
        assert_eq!(line(9), line(60));
    }

    #[test]
    fn the_summary_contains_failures_warnings_and_counts() {
        let text = summary(&sample::report(), Strictness::Must, Screen::default());
        let expected = "\
FAIL EXP-04 Returns no expired token while the API is down.
  exit         expected not 0                   observed 0
  secret       expected none                    observed the secret of step 1,
                                                which had expired 24 h before
  fix    The client does not read expiresAt. Compare expiresAt with the current
         time.
  why    https://github.com/awslabs/amazon-ecr-credential-helper/issues/679
  repeat mock-ecr contract --client-type docker-credential --redirect env \\
           --seed contract --scenario EXP-04 -- docker-credential-ecr-login
";
        assert!(text.contains(expected), "{text}");
        for part in [
            "docker-credential: docker-credential-ecr-login",
            "mock-ecr 0.1.0, suite 1, --redirect env, sandboxed, seed contract, 23.4 s",
            "\nstart-up 120 ms, limits + 300 ms, 5 attempts in 7.5 s, 16 jobs on 2 cores\n",
            "  case   in-the-middle; also at its <end>\n",
            "\nknown failures 1: EXP-06\n",
            "\nwarning EXP-05 Returns no expired token while the… | exit: 0; expected not 0; s…\n",
            "\ninfo EXP-11 Returns no expired token while the… | requests: 3 calls; exit: 1; s…\n",
            "\nn/a 1: KCP-01\nskipped 1: HST-05\nin later suites 2: NEW-01 NEW-02\n",
            "\nSET-UP ERROR NET-04: cannot start the client: No such file or directory\n",
            "\nstale kubelet KCP-02",
            "\nFAILED: 2 failed, 1 set-up error, 1 known failure, 1 warning, 1 passed",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }

    #[test]
    fn a_summary_without_results_contains_each_reason_once() {
        let mut report = sample::report();
        report.scenarios.clear();
        report.skipped[0].reason = "the system has no shell".to_owned();
        let mut another = report.skipped[0].clone();
        another.id = "HST-06".to_owned();
        report.skipped.push(another);
        let text = summary(&report, Strictness::Must, Screen::default());
        assert!(text.contains("\nskipped 2: HST-05 HST-06\n"), "{text}");
        let reason = "\nreason the system has no shell\n";
        assert_eq!(text.matches(reason).count(), 1, "{text}");
        assert!(text.contains("\nPASSED: 2 skipped"), "{text}");
    }

    #[test]
    fn many_failures_are_shown_up_to_a_limit_and_then_listed() {
        let text = summary(
            &sample::with_failures(40),
            Strictness::Must,
            Screen::default(),
        );
        assert_fits(&text, 80);
        assert!(text.lines().count() <= 55, "{text}");
        assert!(text.contains("BAD-04 Returns") && !text.contains("BAD-07 Returns"));
        assert!(text.contains("BAD-40"));
        assert!(text.contains("\nFAILED: 40 failed, 1 passed"));
    }

    #[test]
    fn failures_with_the_same_findings_are_shown_once() {
        let mut report = sample::report();
        report.scenarios = (1..=30)
            .map(|i| sample::scenario(&format!("BAD-{i:02}"), Verdict::Failed))
            .collect();
        let text = summary(&report, Strictness::Must, Screen::default());
        assert_eq!(text.matches("Returns no expired token").count(), 1);
        assert!(text.contains("\n  also   BAD-02 BAD-03"));
    }

    #[test]
    fn colours_do_not_change_the_columns() {
        let plain = summary(&sample::report(), Strictness::Must, Screen::default());
        let ansi = summary(
            &sample::report(),
            Strictness::Must,
            Screen::new(Colour::Ansi, 80),
        );
        assert!(ansi.contains("\x1b[1;31mFAIL\x1b[0m EXP-04"));
        let mut stripped = ansi;
        for code in ["0", "1", "2", "32", "33", "1;31", "1;35"] {
            stripped = stripped.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(stripped, plain);
    }

    #[test]
    fn a_run_passes_when_the_baseline_lists_every_failure() {
        let mut report = sample::report();
        report
            .scenarios
            .retain(|one| one.verdict != Verdict::SetUpError);
        report.scenarios.iter_mut().for_each(|one| one.known = true);
        let text = summary(&report, Strictness::Must, Screen::default());
        assert!(
            text.contains("\nPASSED: 3 known failures, 1 warning"),
            "{text}"
        );
        assert!(!text.contains("\nFAIL"));
    }
}
