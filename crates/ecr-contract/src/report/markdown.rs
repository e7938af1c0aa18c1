//! Writes a report as Markdown, for a comment on a pull request.

use std::fmt::{self, Write};

use crate::report::{CaseReport, Report, ScenarioReport, Strictness, Verdict};
use crate::report::{sanitize, timeline};

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let mut text = String::new();
    let written = write(&mut text, report, strictness);
    written.expect("writing to a string does not fail");
    text
}

fn write(text: &mut String, report: &Report, strictness: Strictness) -> fmt::Result {
    write_head(text, report, strictness)?;
    let (known, new_failures): (Vec<_>, _) = report.failed(strictness).partition(|one| one.known);
    write_failures(text, &new_failures)?;
    write_list(text, "Known failures", &known)?;
    let with = |verdict: Verdict| {
        let scenarios = report.scenarios.iter();
        let shown = scenarios.filter(|one| one.verdict == verdict && !verdict.fails(strictness));
        shown.collect::<Vec<_>>()
    };
    write_list(text, "Set-up errors", &with(Verdict::SetUpError))?;
    write_list(text, "Warnings", &with(Verdict::Warning))?;
    write_list(text, "Info", &with(Verdict::Info))?;
    write_missing(text, report)
}

fn write_head(text: &mut String, report: &Report, strictness: Strictness) -> fmt::Result {
    let outcome = report.outcome(strictness).word();
    let counts = report.counts(strictness).summary();
    let sandbox = if report.sandboxed {
        "sandboxed"
    } else {
        "not sandboxed"
    };
    writeln!(text, "### `mock-ecr contract`: {outcome}\n")?;
    writeln!(text, "**{counts}**\n")?;
    writeln!(
        text,
        "{} as `{}`, suite {}, redirect {}, {sandbox}, seed {}, {}, mock-ecr {}; {}",
        code(&report.client.join(" ")),
        report.client_type,
        report.suite,
        code(&report.redirect),
        code(&report.seed),
        sanitize::duration(report.took_ms),
        escaped(&report.version),
        escaped(&report.calibration.describe())
    )
}

/// Writes a table of all failures, and the evidence for the failures up to the size limit of a comment.
fn write_failures(text: &mut String, failed: &[&ScenarioReport]) -> fmt::Result {
    if failed.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n| scenario | expected | observed |\n|---|---|---|")?;
    for scenario in failed {
        write_row(text, scenario)?;
    }
    writeln!(text)?;
    let mut left_out = Vec::new();
    for scenario in failed {
        let evidence = evidence(scenario)?;
        match text.len() + evidence.len() < MAX_BYTES {
            true => text.push_str(&evidence),
            false => left_out.push(scenario.id.as_str()),
        }
    }
    match left_out.as_slice() {
        [] => Ok(()),
        left_out => writeln!(
            text,
            "Evidence omitted because of the size limit: {}\n",
            left_out.join(", ")
        ),
    }
}

/// The maximum size of the text up to the failures. GitHub limits a comment to 65,536 characters. The remaining size is for the text after
/// the failures.
const MAX_BYTES: usize = 50_000;

const MAX_CELL: usize = 200;

fn write_row(text: &mut String, scenario: &ScenarioReport) -> fmt::Result {
    let failed = scenario.worst().map(CaseReport::failed_findings);
    let failed = failed.unwrap_or_default();
    let first = failed.first();
    let expected = first.map_or(String::new(), |one| {
        format!("{}: {}", one.expectation, one.expected)
    });
    let observed = first.map_or("", |one| one.observed.as_str());
    let cell = |text: &str| code(&sanitize::clip(&sanitize::line(text), MAX_CELL));
    let title = escaped(&scenario.title);
    writeln!(
        text,
        "| **{}** {title} | {} | {} |",
        escaped(&scenario.id),
        cell(&expected),
        cell(observed)
    )
}

fn evidence(scenario: &ScenarioReport) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let (id, title) = (escaped(&scenario.id), escaped(&scenario.title));
    writeln!(text, "<details><summary><b>{id}</b> {title}</summary>\n")?;
    for fix in scenario.advice() {
        writeln!(text, "{}\n", escaped(fix))?;
    }
    for why in &scenario.why {
        writeln!(text, "- {}", link(why))?;
    }
    let failing = scenario
        .cases
        .iter()
        .filter(|case| case.verdict == scenario.verdict);
    for case in failing {
        write_case(&mut text, scenario, case)?;
    }
    writeln!(text, "</details>\n")?;
    Ok(text)
}

fn write_case(text: &mut String, scenario: &ScenarioReport, case: &CaseReport) -> fmt::Result {
    writeln!(text, "\n**{}**\n", escaped(&case.full_id(scenario)))?;
    writeln!(text, "| | expected | observed |\n|---|---|---|")?;
    for found in case.failed_findings() {
        let expectation = escaped(&found.expectation);
        let (expected, observed) = (code(&found.expected), code(&found.observed));
        writeln!(text, "| {expectation} | {expected} | {observed} |")?;
    }
    writeln!(text, "\n{}\n", block(&timeline::lines_with_advice(case)))?;
    let output = case.runs.iter().flat_map(|run| {
        let command = vec![format!("$ {}", sanitize::line(&run.command))];
        let output = [&run.stdout, &run.stderr].map(|output| sanitize::lines(output));
        [command, output.concat(), vec![sanitize::line(&run.end)]].concat()
    });
    writeln!(text, "{}\n", block(&output.collect::<Vec<_>>()))?;
    writeln!(text, "{}\n", block(&[sanitize::line(&case.repeat)]))
}

fn write_list(text: &mut String, title: &str, scenarios: &[&ScenarioReport]) -> fmt::Result {
    if scenarios.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n<details><summary>{title}: {}</summary>\n",
        scenarios.len()
    )?;
    for scenario in scenarios {
        let shown = scenario.worst().map(shown).unwrap_or_default();
        let shown = sanitize::clip(&shown, MAX_CELL);
        let (id, title) = (escaped(&scenario.id), escaped(&scenario.title));
        writeln!(text, "- **{id}** {title} {}", code(&shown))?;
    }
    writeln!(text, "\n</details>")
}

/// Returns the reason if there is one, otherwise the failed findings, or all findings if none failed.
fn shown(case: &CaseReport) -> String {
    if let Some(reason) = &case.reason {
        return sanitize::line(reason);
    }
    let failed = case.failed_findings();
    let shown: Vec<_> = match failed.is_empty() {
        true => case.findings.iter().collect(),
        false => failed,
    };
    let shown = shown
        .iter()
        .map(|found| format!("{}: {}", found.expectation, found.observed));
    sanitize::line(&shown.collect::<Vec<_>>().join("; "))
}

fn write_missing(text: &mut String, report: &Report) -> fmt::Result {
    let scenarios = report.scenarios.iter();
    let not_applicable = scenarios.filter(|one| one.verdict == Verdict::NotApplicable);
    let not_applicable = not_applicable.map(|one| one.id.as_str());
    let skipped = report.skipped.iter().map(|one| one.id.as_str());
    let later = report.later.iter().map(String::as_str);
    for (name, ids) in [
        ("Not applicable", not_applicable.collect::<Vec<_>>()),
        ("Skipped", skipped.collect()),
        ("In later suites", later.collect()),
    ] {
        if !ids.is_empty() {
            writeln!(text, "\n{name}: {}", escaped(&ids.join(" ")))?;
        }
    }
    Ok(())
}

/// Returns a link for a URL, and code for any other text.
fn link(why: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!&+,;=%".contains(c);
    match why.starts_with("https://") && why.chars().all(is_plain) {
        true => format!("<{why}>"),
        false => code(why),
    }
}

/// Returns a text as code. In code, GitHub sends no notification for `@name`, and `#1` is not a link.
fn code(text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!("<code>{}</code>", escaped(text)),
    }
}

fn block(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
    format!("<pre>\n{}\n</pre>", lines.join("\n"))
}

/// Returns a text on one line, in which all characters that have a meaning in Markdown or HTML are escaped.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in sanitize::line(text).chars() {
        match c {
            '&' | '<' | '>' | '"' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '@' | '\\'
            | '!' | '$' => safe.push_str(&format!("&#{};", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

/// Escapes text for `<pre>`, in which Markdown is not parsed.
fn plain(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_outcome_comes_first_and_each_failure_has_evidence() {
        let text = text(&sample::report(), Strictness::Must);
        assert!(text.starts_with("### `mock-ecr contract`: FAILED\n\n**2 failed, 1 set-up error"));
        for part in [
            "</code> as `docker-credential`, suite 1, redirect <code>env</code>",
            "\n| **EXP-04** Returns no expired token while the API is down. | <code>exit: not 0</code> | <code>0</code> |\n",
            "\n<details><summary><b>EXP-04</b> Returns",
            "</summary>\n\nThe client does not read expiresAt.\n\nCompare expiresAt with the current time.\n\n- <https",
            "\n- <https://github.com/awslabs/amazon-ecr-credential-helper/issues/679>\n",
            "   0.180 s  api       GetAuthorizationToken -&gt; 500 (4 ms)\n            Fault 0 returned ServerException.\n   0.420 s",
            "GET /v2/ -&gt; 401\n            The user is bob; ECR expects AWS.\n            Log in with the user AWS.\n",
            "\nmock-ecr contract --client-type docker-credential",
            "<details><summary>Known failures: 1</summary>\n\n- **EXP-06**",
            "<details><summary>Warnings: 1</summary>\n\n- **EXP-05**",
            "<details><summary>Set-up errors: 1</summary>",
            "\nNot applicable: KCP-01\n\nSkipped: HST-05\n\nIn later suites: NEW-01 NEW-02\n",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }

    #[test]
    fn hostile_text_is_neither_markup_nor_a_mention() {
        let text = text(&sample::report(), Strictness::Must);
        assert!(!text.contains("<script") && !text.contains("javascript:alert(1)>"));
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
        // Mentions appear only in code blocks; elsewhere the character is escaped.
        let in_blocks = text.split("<pre>").skip(1);
        let in_blocks = in_blocks.map(|rest| {
            rest.split("</pre>")
                .next()
                .unwrap()
                .matches("@team")
                .count()
        });
        assert_eq!(in_blocks.sum::<usize>(), text.matches("@team").count());
        let rows = text.lines().filter(|line| line.starts_with("| "));
        for row in rows {
            assert_eq!(row.matches('|').count(), 4, "{row}");
        }
    }

    #[test]
    fn a_report_does_not_exceed_the_size_limit_of_a_comment() {
        let text = text(&sample::with_failures(76), Strictness::Must);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains("\nEvidence omitted because of the size limit: BAD-"));
    }

    #[test]
    fn a_report_without_failures_has_no_table() {
        let mut report = sample::report();
        report.scenarios.truncate(1);
        let text = text(&report, Strictness::Must);
        assert!(text.starts_with("### `mock-ecr contract`: PASSED\n\n**1 passed, 1 skipped**"));
        assert!(!text.contains('|'));
    }
}
