//! Generates the page of the scenarios from their files.

use std::fmt::Write as _;

use ecr_contract::{Catalog, ListedScenario, SuiteNumber};

use crate::book::page::Page;

#[test]
fn the_page_of_the_scenarios_is_generated_from_their_files() {
    let catalog = Catalog {
        suite: SuiteNumber::LATEST,
        ..Catalog::default()
    };
    let mut text = String::new();
    for scenario in catalog.list().unwrap() {
        write_scenario(&mut text, &scenario);
    }
    Page::read("reference/scenarios.md").check_region("scenarios", &text);
}

fn write_scenario(text: &mut String, scenario: &ListedScenario) {
    let ListedScenario { id, title, .. } = scenario;
    writeln!(text, "## {id}\n\n{title}.\n").unwrap();
    let types: Vec<&str> = scenario.client_types.iter().map(|one| one.name()).collect();
    writeln!(text, "| | |\n|---|---|").unwrap();
    writeln!(text, "| Severity | `{}` |", scenario.severity.name()).unwrap();
    writeln!(text, "| Suite | {} |", scenario.suite.unwrap()).unwrap();
    writeln!(text, "| Client types | {} |", types.join(", ")).unwrap();
    if let Some(reason) = &scenario.skipped {
        writeln!(text, "| Skipped | {reason} |").unwrap();
    }
    let [cause, correction] = scenario.fix.as_ref().unwrap();
    writeln!(text, "| Cause | {cause} |").unwrap();
    writeln!(text, "| Correction | {correction} |").unwrap();
    let sources = scenario.why.iter().map(|why| source(why));
    let sources: Vec<String> = sources.collect();
    writeln!(text, "| Sources | {} |\n", sources.join("; ")).unwrap();
}

fn source(why: &str) -> String {
    match why.starts_with("https://") {
        true => format!("<{why}>"),
        false => why.to_owned(),
    }
}
