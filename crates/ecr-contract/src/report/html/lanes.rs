//! Writes the events of a case: a row with bars for each kind of participant, and a list of the events below.

use std::fmt::{self, Write};

use crate::report::html::escape::escaped;
use crate::report::{CaseReport, Event, EventKind, ExplanationLevel, timeline};

pub(super) fn write(page: &mut String, case: &CaseReport) -> fmt::Result {
    if case.timeline.is_empty() {
        return Ok(());
    }
    let ends = case
        .timeline
        .iter()
        .map(|event| event.at_ms.saturating_add(event.took_ms));
    let whole = ends.max().unwrap_or_default().max(1);
    writeln!(page, "<div class=\"lanes\" aria-hidden=\"true\">")?;
    for (lane, kinds) in LANES {
        let of_the_lane = |(_, event): &(usize, &Event)| kinds.contains(&event.kind);
        let mut events = case
            .timeline
            .iter()
            .enumerate()
            .filter(of_the_lane)
            .peekable();
        if events.peek().is_none() {
            continue;
        }
        write!(page, "<div class=\"lane\"><span>{lane}</span><div>")?;
        for (at, event) in events {
            write_bar(page, event, at + 1, whole)?;
        }
        writeln!(page, "</div></div>")?;
    }
    writeln!(page, "</div>")?;
    write_words(page, case)
}

const LANES: [(&str, &[EventKind]); 5] = [
    ("client", &[EventKind::Client]),
    ("tunnel", &[EventKind::Tunnel]),
    ("api", &[EventKind::Api]),
    ("registry", &[EventKind::Registry]),
    ("mock", &[EventKind::Mock, EventKind::Wait]),
];

/// Writes a bar from the start to the end of an event. The style sheet sets a minimum width.
fn write_bar(page: &mut String, event: &Event, number: usize, whole: u64) -> fmt::Result {
    let (left, width) = (share(event.at_ms, whole), share(event.took_ms, whole));
    let (role, words) = (role(event), escaped(&event.to_string()));
    write!(
        page,
        "<span class=\"bar {role}\" style=\"left:{left}%;width:{width}%\" title=\"{}\">{number}</span>",
        words.trim_start()
    )
}

/// Returns a percentage with one decimal place.
fn share(part: u64, whole: u64) -> String {
    let thousandths = u128::from(part.min(whole)) * 1000 / u128::from(whole);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

/// Returns the role of the colour of an event, as in the console.
fn role(event: &Event) -> &'static str {
    match (&event.explanation, event.status, event.kind) {
        (Some(one), ..) if one.is_of_fault() => "fault",
        (Some(one), ..) => match one.level {
            ExplanationLevel::Error => "bad",
            ExplanationLevel::Warning => "warn",
            ExplanationLevel::Info => "dim",
        },
        (None, Some(..400), _) => "ok",
        (None, Some(_), _) => "bad",
        (None, None, EventKind::Client) => "link",
        (None, None, _) => "dim",
    }
}

/// Writes the events, and why requests were rejected or what faults did.
fn write_words(page: &mut String, case: &CaseReport) -> fmt::Result {
    writeln!(page, "<ol class=\"events\">")?;
    for entry in timeline::entries(case) {
        let (words, role) = (escaped(&entry.event.to_string()), role(entry.event));
        let words = words.trim_start();
        write!(page, "<li class=\"{role}\"><code>{words}</code>")?;
        for (class, text) in [("explanation", entry.text), ("advice", entry.advice)] {
            if let Some(text) = text {
                write!(page, "<p class=\"{class}\">{}</p>", escaped(text))?;
            }
        }
        writeln!(page, "</li>")?;
    }
    writeln!(page, "</ol>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_bar_is_drawn_in_its_lane_at_its_time() {
        let mut page = String::new();
        write(&mut page, &sample::report().scenarios[1].cases[0]).unwrap();
        let lane = |name: &str| {
            let start = format!("<span>{name}</span>");
            page.lines().find(|line| line.contains(&start)).unwrap()
        };
        assert!(lane("client").contains("left:8.1%;width:76.9%"), "{page}");
        assert!(
            lane("api").contains("class=\"bar fault\" style=\"left:14.5%;width:0.3%\""),
            "{page}"
        );
        assert!(lane("api").contains("class=\"bar ok\""));
        assert!(lane("registry").contains("class=\"bar bad\""));
        assert!(lane("mock").contains("class=\"bar dim\""));
        assert!(!page.contains("tunnel"));
        assert_eq!(page.matches("<li ").count(), 6);
    }

    #[test]
    fn rejected_requests_and_faults_are_explained() {
        let mut page = String::new();
        write(&mut page, &sample::report().scenarios[1].cases[0]).unwrap();
        for part in [
            "</code><p class=\"explanation\">Fault 0 returned ServerException.</p></li>",
            "</code><p class=\"explanation\">The user is bob; ECR expects AWS.</p>\
             <p class=\"advice\">Log in with the user AWS.</p></li>",
        ] {
            assert!(page.contains(part), "{part}\nis not in\n{page}");
        }
    }

    #[test]
    fn a_share_does_not_exceed_the_whole() {
        assert_eq!(share(0, 1), "0.0");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0");
        assert_eq!(share(5, 1), "100.0");
    }
}
