//! Generates the page of the rejections from their table.

use std::fmt::Write as _;

use mock_ecr::repository::{Evidence, Rejection};

use crate::book::page::Page;

#[test]
fn the_rejections_are_those_of_the_table() {
    let mut text = String::new();
    for one in Rejection::ALL {
        writeln!(text, "## {}\n", one.request).unwrap();
        writeln!(text, "| | |\n|---|---|").unwrap();
        let quirk = match one.quirk {
            Some(quirk) => format!("`{}`", quirk.name()),
            None => "none: only the API rejects it".to_owned(),
        };
        writeln!(text, "| Quirk | {quirk} |").unwrap();
        writeln!(text, "| API | `{}` |", one.exception).unwrap();
        if one.quirk.is_some() {
            writeln!(text, "| Registry | {} `{}` |", one.status, one.code).unwrap();
        }
        writeln!(text, "| Message | `{}` |", one.message).unwrap();
        let evidence = match one.evidence {
            Evidence::Recorded => "recorded",
            _ => "documented",
        };
        writeln!(text, "| Response | {evidence} |").unwrap();
        writeln!(text, "| Sources | {} |\n", one.source).unwrap();
    }
    Page::read("reference/rejections.md").check_region("rejections", &text);
}
