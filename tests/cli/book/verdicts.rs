//! Generates the page of the verdicts of real clients from `fixtures/verdicts`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use ecr_contract::report::{Strictness, Verdict};
use ecr_contract::{Catalog, ClientType, ListedScenario, SuiteNumber};

use crate::book::page::Page;
use crate::verdict_clients::{self as clients, Client};
use crate::verdicts::{Entry, Record, Review, folder};

/// Returns all records, by client type, name and version.
pub(crate) fn all() -> Vec<Record> {
    let entries = fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut records: Vec<Record> = paths.map(|path| Record::read(&path).unwrap()).collect();
    records.sort_by_key(|one| {
        let name = one.short_client().to_lowercase();
        (one.client_type, name, numbers(&one.version))
    });
    records
}

/// Returns the numbers of a version, because 0.12 is after 0.6.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
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
    page.check_region("clients", &clients_of(&records));
    for client_type in ClientType::ALL {
        let records = records.iter().filter(|one| one.client_type == client_type);
        let records: Vec<&Record> = records.collect();
        let text = match records.is_empty() {
            true => "No client of this type has a record.".to_owned(),
            false => format!("{}\n{}", table(&records, &scenarios), reasons(&records)),
        };
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
fn each_record_has_a_source_or_a_client_that_can_be_run() {
    let runnable = clients::all().unwrap();
    let runnable: BTreeSet<String> = runnable.iter().map(Client::file_name).collect();
    let records = all();
    let (built, installed): (Vec<&Record>, Vec<&Record>) =
        records.iter().partition(|one| one.source.is_some());
    let installed: BTreeSet<String> = installed.iter().map(|one| one.file_name()).collect();
    assert_eq!(
        installed, runnable,
        "expected a record for each client of tests/contract/real/clients.toml, and a member `source` in each other record"
    );
    for record in built {
        let name = record.file_name();
        assert!(
            !runnable.contains(&name),
            "{name} has a source and can be run"
        );
    }
}

#[test]
fn each_record_has_the_name_of_its_client() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let record = Record::read(&path).unwrap();
        assert_eq!(path.file_name().unwrap(), record.file_name().as_str());
    }
}

/// `scripts/test` installs these clients, and runs the commands of the table of clients with them.
#[test]
fn the_versions_of_every_test_are_those_of_the_table_of_clients() {
    let table = Page::read("clients.md").text;
    let is_installed = |client: &Client| client.every_test && client.name != "ecr";
    for client in clients::all().unwrap().into_iter().filter(is_installed) {
        let record = Record::read(&folder().join(client.file_name())).unwrap();
        let cell = format!("| {} |", record.version);
        assert!(table.contains(&cell), "{client} {}", record.version);
    }
}

fn clients_of(records: &[Record]) -> String {
    let mut text =
        "| client | client type | version | suite | run by |\n|---|---|---|---|---|\n".to_owned();
    for record in records {
        let (client, version) = (cell(&record.client), &record.version);
        let (client_type, suite) = (record.client_type, record.suite);
        let run = cell(&run_by(record));
        writeln!(
            text,
            "| {client} | {client_type} | {version} | {suite} | {run} |"
        )
        .unwrap();
    }
    text
}

/// Returns what runs the client of a record.
fn run_by(record: &Record) -> String {
    if let Some(source) = &record.source {
        return format!("not run by `scripts/verdicts`; source: {source}");
    }
    let rows = clients::all().unwrap();
    let row = rows
        .iter()
        .find(|row| row.file_name() == record.file_name());
    match row.is_some_and(|row| row.every_test) {
        true => "`scripts/test` and `scripts/verdicts`".to_owned(),
        false => "`scripts/verdicts`".to_owned(),
    }
}

fn table(records: &[&Record], scenarios: &BTreeMap<String, ListedScenario>) -> String {
    let names = records.iter().map(|one| cell(&one.client_and_version()));
    let names: Vec<String> = names.collect();
    let mut text = format!("| scenario | {} |\n", names.join(" | "));
    writeln!(text, "|---|{}", "---|".repeat(names.len())).unwrap();
    let ids: BTreeSet<&String> = records.iter().flat_map(|one| one.verdicts.keys()).collect();
    for id in ids {
        let verdicts = records.iter().map(|record| record.verdicts.get(id));
        let cells = verdicts.map(|entry| entry.map_or(String::new(), verdict));
        let cells: Vec<String> = cells.collect();
        let (id, title, cells) = (link(id), &scenarios[id].title, cells.join(" | "));
        writeln!(text, "| {id} {title} | {cells} |").unwrap();
    }
    text
}

/// Returns the sign of a verdict. The page explains the signs.
fn verdict(entry: &Entry) -> String {
    let sign = match entry.verdict {
        Verdict::Passed => "✓",
        Verdict::Info => "info",
        Verdict::Warning => "*warning*",
        Verdict::Failed => "**failed**",
        Verdict::NotApplicable => "–",
        Verdict::SetUpError => "set-up error",
    };
    match entry.review {
        Some(Review::Doubtful) => format!("{sign} ?"),
        _ => sign.to_owned(),
    }
}

/// Returns the sentences of the reviewers. A sentence that applies to several clients or scenarios is written once.
fn reasons(records: &[&Record]) -> String {
    let mut clients = BTreeMap::<(Vec<&String>, String), Vec<String>>::new();
    for record in records {
        for (sentence, ids) in scenarios_by_sentence(record) {
            let named = clients.entry((ids, sentence)).or_default();
            named.push(record.client_and_version());
        }
    }
    let line = |((ids, sentence), names): ((Vec<&String>, String), Vec<String>)| {
        let ids: Vec<String> = ids.into_iter().map(|id| link(id)).collect();
        format!("- {} ({}): {sentence}", ids.join(", "), names.join("; "))
    };
    let lines: Vec<String> = clients.into_iter().map(line).collect();
    format!("Why they fail:\n\n{}\n", lines.join("\n"))
}

fn scenarios_by_sentence(record: &Record) -> BTreeMap<String, Vec<&String>> {
    let mut sentences = BTreeMap::<String, Vec<&String>>::new();
    for (id, entry) in &record.verdicts {
        let doubtful = match entry.review {
            Some(Review::Doubtful) => "Doubtful: ",
            _ => "",
        };
        if let Some(why) = &entry.why {
            let ids = sentences.entry(format!("{doubtful}{why}")).or_default();
            ids.push(id);
        }
    }
    sentences
}

fn link(id: &str) -> String {
    format!("[{id}](scenarios.md#{})", id.to_lowercase())
}

/// Escapes a text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
