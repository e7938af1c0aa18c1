//! Generates the page of the verdicts of real clients from `fixtures/verdicts`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ecr_contract::report::{Strictness, Verdict};
use ecr_contract::{Catalog, ClientType, ListedScenario, SuiteNumber};

use crate::book::page::Page;
use crate::verdicts::{Entry, Record, Review, folder};

/// Returns all records, in the order of their file names.
pub(crate) fn all() -> Vec<Record> {
    let entries = fs::read_dir(folder()).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Record::read(path)).collect()
}

fn scenarios() -> BTreeMap<String, ListedScenario> {
    let catalog = Catalog {
        suite: SuiteNumber::LATEST,
        ..Catalog::default()
    };
    let scenarios = catalog.list().unwrap().into_iter();
    scenarios.map(|one| (one.id.clone(), one)).collect()
}

#[test]
fn the_page_of_the_verdicts_is_generated_from_the_records() {
    let (records, scenarios) = (all(), scenarios());
    let mut page = Page::read("reference/verdicts.md");
    page.check_region("clients", &clients(&records));
    let types: BTreeSet<ClientType> = records.iter().map(|one| one.client_type).collect();
    for client_type in types {
        let records = records.iter().filter(|one| one.client_type == client_type);
        let records: Vec<&Record> = records.collect();
        let text = format!("{}\n{}", table(&records, &scenarios), reasons(&records));
        page.check_region(client_type.name(), &text);
    }
}

#[test]
fn each_failure_has_a_sentence_of_a_reviewer() {
    for record in all() {
        let client = format!("{} {}", record.client_type, record.client);
        for (id, entry) in &record.verdicts {
            let fails = entry.verdict.fails(Strictness::Should);
            let is_sentence = |why: &String| why.ends_with('.') && why.len() > 20;
            let expected = if fails { "a sentence" } else { "no sentence" };
            assert_eq!(
                entry.why.as_ref().is_some_and(is_sentence),
                fails,
                "{client}: {id}: {expected}"
            );
            assert_eq!(entry.review.is_some(), fails, "{client}: {id}: {expected}");
            assert_ne!(entry.review, Some(Review::Unreviewed), "{client}: {id}");
        }
    }
}

#[test]
fn each_record_has_the_scenarios_of_its_client_type() {
    let scenarios = scenarios();
    for record in all() {
        let of_the_type = scenarios.values().filter(|one| {
            let is_listed = one.client_types.contains(&record.client_type);
            is_listed && one.skipped.is_none() && one.suite <= Some(record.suite)
        });
        let expected: Vec<&String> = of_the_type.map(|one| &one.id).collect();
        let recorded: Vec<&String> = record.verdicts.keys().collect();
        assert_eq!(
            recorded, expected,
            "{} {}",
            record.client_type, record.client
        );
    }
}

#[test]
fn the_versions_are_those_of_the_table_of_clients() {
    let table = Page::read("clients.md").text;
    for record in all().iter().filter(|one| one.client != "ecr") {
        let cell = format!("| {} |", record.version);
        assert!(
            table.contains(&cell),
            "{} {}",
            record.client,
            record.version
        );
    }
}

fn clients(records: &[Record]) -> String {
    let mut text = "| client | client type | version | suite |\n|---|---|---|---|\n".to_owned();
    for record in records {
        let (client, version) = (cell(&record.client), &record.version);
        let (client_type, suite) = (record.client_type, record.suite);
        writeln!(text, "| {client} | {client_type} | {version} | {suite} |").unwrap();
    }
    text
}

fn table(records: &[&Record], scenarios: &BTreeMap<String, ListedScenario>) -> String {
    let names: Vec<String> = records.iter().map(|one| cell(&one.client)).collect();
    let mut text = format!("| scenario | {} |\n", names.join(" | "));
    writeln!(text, "|---|{}", "---|".repeat(names.len())).unwrap();
    let ids: BTreeSet<&String> = records.iter().flat_map(|one| one.verdicts.keys()).collect();
    for id in ids {
        let verdicts = records.iter().map(|record| record.verdicts.get(id));
        let cells: Vec<String> = verdicts
            .map(|entry| entry.map_or(String::new(), verdict))
            .collect();
        writeln!(
            text,
            "| {} {} | {} |",
            link(id),
            scenarios[id].title,
            cells.join(" | ")
        )
        .unwrap();
    }
    text
}

fn verdict(entry: &Entry) -> String {
    let name = match entry.verdict {
        Verdict::Passed => "passed",
        Verdict::Info => "info",
        Verdict::Warning => "*warning*",
        Verdict::Failed => "**failed**",
        Verdict::NotApplicable => "–",
        Verdict::SetUpError => "set-up error",
    };
    match entry.review {
        Some(Review::Doubtful) => format!("{name} (doubtful)"),
        _ => name.to_owned(),
    }
}

fn reasons(records: &[&Record]) -> String {
    let mut text = String::new();
    for record in records {
        let failing = record.verdicts.iter().filter_map(|(id, entry)| {
            let doubtful = match entry.review {
                Some(Review::Doubtful) => "Doubtful: ",
                _ => "",
            };
            Some(format!("- {}: {doubtful}{}", link(id), entry.why.as_ref()?))
        });
        let failing: Vec<String> = failing.collect();
        if !failing.is_empty() {
            let client = record.client.replace('|', "\\|");
            writeln!(text, "Why {client} fails:\n\n{}\n", failing.join("\n")).unwrap();
        }
    }
    text
}

fn link(id: &str) -> String {
    format!("[{id}](scenarios.md#{})", id.to_lowercase())
}

/// Escapes a text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
