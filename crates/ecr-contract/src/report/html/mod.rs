//! Writes a report as one HTML page. The page contains no script and loads no other file. Its content security policy forbids both.

mod escape;
mod lanes;
mod scenario;

use std::fmt::{self, Write};

use crate::report::html::escape::escaped;
use crate::report::{Outcome, Report, Strictness, sanitize};

pub(super) fn text(report: &Report, strictness: Strictness) -> String {
    let mut page = String::new();
    let written = write(&mut page, report, strictness);
    written.expect("writing to a string does not fail");
    page
}

fn write(page: &mut String, report: &Report, strictness: Strictness) -> fmt::Result {
    let client = escaped(&report.client.join(" "));
    let outcome = report.outcome(strictness);
    writeln!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}: {client}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>",
        outcome.word()
    )?;
    write_head(page, report, &outcome, strictness)?;
    write_filter(page, report, strictness)?;
    writeln!(page, "<main>")?;
    for one in &report.scenarios {
        scenario::write(page, one, strictness)?;
    }
    write_skipped(page, report)?;
    writeln!(page, "</main>\n</body>\n</html>")
}

/// `theme.css` is a copy of the file of the console. A published package contains only its own files.
const STYLE: &str = concat!(include_str!("theme.css"), include_str!("page.css"));

fn write_head(
    page: &mut String,
    report: &Report,
    outcome: &Outcome,
    strictness: Strictness,
) -> fmt::Result {
    let css_class = match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed { .. } => "failed",
        Outcome::SetUpError => "set_up_error",
    };
    let (word, counts) = (outcome.word(), report.counts(strictness).summary());
    let client = escaped(&report.client.join(" "));
    writeln!(
        page,
        "<header class=\"{css_class}\">\n<h1><code>{client}</code></h1>"
    )?;
    writeln!(page, "<p class=\"outcome\"><b>{word}</b> {counts}</p>")?;
    writeln!(page, "<dl>")?;
    let sandbox = if report.sandboxed { "yes" } else { "no" };
    for (name, value) in [
        ("client type", report.client_type.name()),
        ("suite", &report.suite.to_string()),
        ("redirect", &report.redirect),
        ("sandboxed", sandbox),
        ("seed", &report.seed),
        ("took", &sanitize::duration(report.took_ms)),
        ("measured", &report.calibration.describe()),
        ("mock-ecr", &report.version),
    ] {
        write!(
            page,
            "<div><dt>{name}</dt><dd>{}</dd></div>",
            escaped(value)
        )?;
    }
    writeln!(page, "</dl>\n</header>")
}

/// Writes radio buttons. They are before the scenarios in the document, so that the style sheet can hide scenarios without a script.
fn write_filter(page: &mut String, report: &Report, strictness: Strictness) -> fmt::Result {
    let all = report.scenarios.len();
    write_button(page, "all", "all", all, " checked")?;
    for (state, label) in STATES {
        let scenarios = report.scenarios.iter();
        let of = scenarios.filter(|one| scenario::state(one, strictness) == state);
        match of.count() {
            0 => {}
            n => write_button(page, state, label, n, "")?,
        }
    }
    Ok(())
}

/// The states of scenarios. The page can be filtered by state. `page.css` contains a rule for each state.
const STATES: [(&str, &str); 7] = [
    ("failed", "failed"),
    ("set_up_error", "set-up error"),
    ("known", "known"),
    ("warning", "warning"),
    ("passed", "passed"),
    ("info", "info"),
    ("not_applicable", "not applicable"),
];

fn write_button(page: &mut String, id: &str, label: &str, n: usize, checked: &str) -> fmt::Result {
    writeln!(
        page,
        "<input type=\"radio\" name=\"only\" id=\"only-{id}\"{checked}><label for=\"only-{id}\">{label} {n}</label>"
    )
}

fn write_skipped(page: &mut String, report: &Report) -> fmt::Result {
    if report.skipped.is_empty() {
        return Ok(());
    }
    let n = report.skipped.len();
    writeln!(
        page,
        "<details class=\"scenario skipped\"><summary><b>skipped</b> {n}</summary>\n<ul>"
    )?;
    for missing in &report.skipped {
        let [id, title, reason] =
            [&missing.id, &missing.title, &missing.reason].map(|text| escaped(text));
        writeln!(page, "<li><b>{id}</b> {title} <i>{reason}</i></li>")?;
    }
    writeln!(page, "</ul>\n</details>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn page() -> String {
        text(&sample::report(), Strictness::Must)
    }

    /// Returns the tags of a page, without the angle brackets.
    fn tags(page: &str) -> Vec<&str> {
        let (_, body) = page.split_once("</style>").unwrap();
        let tags = body.split('<').skip(1);
        tags.map(|rest| rest.split('>').next().unwrap()).collect()
    }

    #[test]
    fn tags_are_closed_in_reverse_order() {
        let page = page();
        let mut open = vec!["html"];
        for tag in tags(&page) {
            let name = tag.split(' ').next().unwrap();
            match name.strip_prefix('/') {
                Some("head") => {}
                Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
                None if name == "input" => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn hostile_text_creates_no_element() {
        let page = page();
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        for tag in tags(&page) {
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            let is_ours = "head body header h1 p b i code dl div dt dd input label main details summary ul li a table \
                           thead tbody tr th td pre ol span"
                .split_whitespace()
                .any(|ours| ours == name)
                || name == "html";
            assert!(is_ours, "{tag}");
            assert!(!tag.contains(" on"), "{tag}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let page = page();
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
        for word in [
            " src=", "<link", "url(", "@import", "<script", "<img", "<iframe",
        ] {
            assert!(!page.contains(word), "{word}");
        }
        let links: Vec<_> = page.split("href=\"").skip(1).collect();
        assert!(!links.is_empty());
        for link in links {
            assert!(link.starts_with("https://github.com/"), "{link}");
        }
    }

    #[test]
    fn the_page_can_be_filtered_by_every_state() {
        for (state, _) in STATES {
            let rule = format!("#only-{state}:checked ~ main > .scenario:not(.{state})");
            assert!(STYLE.contains(&rule), "{rule}");
        }
        let page = page();
        let buttons = page.matches("type=\"radio\"").count();
        assert_eq!(buttons, 1 + STATES.len());
        assert!(page.contains(">failed 2</label>") && page.contains(">known 1</label>"));
    }

    #[test]
    fn only_failures_are_expanded() {
        let page = page();
        let fix = "<p class=\"fix\">The client does not read expiresAt. Compare expiresAt with";
        assert_eq!(page.matches(fix).count(), 3);
        assert!(page.contains("<dt>suite</dt><dd>1</dd>"));
        assert!(page.contains("<i>must, suite 1</i></summary>"));
        assert_eq!(
            page.matches("<details class=\"scenario failed\" open>")
                .count(),
            2
        );
        let cases = page.matches("<details class=\"case failed\" open>").count();
        assert_eq!((cases, page.matches(" open>").count()), (2, 4));
        assert!(page.contains("<details class=\"case passed\">"));
        assert!(page.contains("<details class=\"scenario skipped\">"));
    }
}
