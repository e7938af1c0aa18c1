//! Writes the result of a scenario: the findings, the timeline, and the calls of the client.

use std::fmt::{self, Write};

use crate::report::html::escape::{escaped, escaped_lines};
use crate::report::html::lanes;
use crate::report::{CaseReport, ClientRun, ScenarioReport, Strictness, sanitize};

pub(super) fn write(
    page: &mut String,
    scenario: &ScenarioReport,
    strictness: Strictness,
) -> fmt::Result {
    let state = state(scenario, strictness);
    let open = if state == "failed" { " open" } else { "" };
    let (id, title) = (escaped(&scenario.id), escaped(&scenario.title));
    let word = word(state);
    let severity = scenario.severity.name();
    let suite = scenario.suite_text();
    writeln!(
        page,
        "<details class=\"scenario {state}\"{open}>\n<summary><b>{word}</b> <code>{id}</code> {title} <i>{severity}{suite}</i></summary>"
    )?;
    let advice: Vec<_> = scenario.advice().iter().map(|one| escaped(one)).collect();
    if !advice.is_empty() {
        writeln!(page, "<p class=\"fix\">{}</p>", advice.join(" "))?;
    }
    if !scenario.why.is_empty() {
        let links: Vec<_> = scenario.why.iter().map(|why| link(why)).collect();
        writeln!(page, "<p class=\"why\">{}</p>", links.join(" "))?;
    }
    for case in &scenario.cases {
        match &case.name {
            Some(name) => write_named_case(page, scenario, case, name)?,
            None => write_case(page, case)?,
        }
    }
    writeln!(page, "</details>")
}

/// Writes a case. The case is expanded if it has the same verdict as the scenario.
fn write_named_case(
    page: &mut String,
    scenario: &ScenarioReport,
    case: &CaseReport,
    name: &str,
) -> fmt::Result {
    let open = if case.verdict == scenario.verdict {
        " open"
    } else {
        ""
    };
    let (verdict, name) = (case.verdict.name(), escaped(name));
    let word = word(verdict);
    writeln!(
        page,
        "<details class=\"case {verdict}\"{open}>\n<summary><b>{word}</b> {name}</summary>"
    )?;
    write_case(page, case)?;
    writeln!(page, "</details>")
}

/// Returns the state of a scenario, which the page displays and by which it can be filtered.
pub(super) fn state(scenario: &ScenarioReport, strictness: Strictness) -> &'static str {
    match scenario.verdict.fails(strictness) {
        true if scenario.known => "known",
        true => "failed",
        false => scenario.verdict.name(),
    }
}

fn word(state: &str) -> String {
    state.replace('_', " ")
}

fn link(why: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&+,;=%".contains(c);
    let text = escaped(why);
    match why.starts_with("https://") && why.chars().all(is_plain) {
        true => format!("<a href=\"{text}\" rel=\"noreferrer\">{text}</a>"),
        false => format!("<span>{text}</span>"),
    }
}

fn write_case(page: &mut String, case: &CaseReport) -> fmt::Result {
    if let Some(reason) = &case.reason {
        writeln!(page, "<p>{}</p>", escaped(reason))?;
    }
    write_findings(page, case)?;
    lanes::write(page, case)?;
    for run in &case.runs {
        write_run(page, run)?;
    }
    let repeat = escaped(&case.repeat);
    writeln!(page, "<pre class=\"repeat\">{repeat}</pre>")
}

fn write_findings(page: &mut String, case: &CaseReport) -> fmt::Result {
    if case.findings.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<table>\n<thead><tr><th>step</th><th>expectation</th><th>expected</th><th>observed</th></tr></thead>\n<tbody>"
    )?;
    for found in &case.findings {
        let class = if found.passed { "passed" } else { "failed" };
        let (step, severity) = (found.step, found.severity.name());
        let texts = [&found.expectation, &found.expected, &found.observed];
        let [expectation, expected, observed] = texts.map(|text| escaped_lines(text));
        writeln!(
            page,
            "<tr class=\"{class}\"><td>{step}</td><td>{expectation} <i>{severity}</i></td><td>{expected}</td><td>{observed}</td></tr>"
        )?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn write_run(page: &mut String, run: &ClientRun) -> fmt::Result {
    let (command, end) = (escaped(&run.command), escaped(&run.end));
    let took = sanitize::duration(run.took_ms);
    writeln!(
        page,
        "<details class=\"run\"><summary>step {}: <code>{command}</code> {end}, after {took}</summary>",
        run.step
    )?;
    let streams = [
        ("stdin", &run.stdin),
        ("stdout", &run.stdout),
        ("stderr", &run.stderr),
    ];
    for (name, text) in streams.iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(
            page,
            "<p>{name}</p>\n<pre tabindex=\"0\">{}</pre>",
            escaped_lines(text)
        )?;
    }
    writeln!(page, "</details>")
}
