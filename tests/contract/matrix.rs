//! Clients with a fault fail: each scenario catches at least one fault, and each fault is caught by its scenarios.
//!
//! `fixtures/contract/matrix.tsv` records which scenarios catch which fault, and `waits.tsv` which scenarios take long. `MOCK_ECR_BLESS=1` updates
//! both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use ecr_contract::ClientType;
use ecr_contract::report::{ScenarioReport, Severity, Verdict};

use crate::failures::failures;
use crate::suite::{Suite, arguments, at_once, file, mutant};

/// A client with one fault.
#[derive(Clone, Debug)]
struct Mutant {
    fault: String,
    client_type: ClientType,
    /// The scenarios that must catch it.
    caught_by: Vec<String>,
    /// All scenarios that catch it, in the record.
    recorded: BTreeSet<String>,
    effect: Effect,
}

/// The kind of finding that a fault changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// An expectation with the severity `must` or `should`.
    Fails,
    /// An expectation with the severity `info`.
    Info,
}

/// The result of the client without a fault in a scenario.
struct Clean {
    observations: Vec<bool>,
    /// The duration of the longest case.
    took_ms: u64,
}

type CleanRuns = BTreeMap<(ClientType, String), Clean>;

#[test]
fn each_fault_is_caught_by_its_scenarios_and_each_scenario_catches_one() {
    let mutants = mutants();
    let clean: CleanRuns = at_once(ClientType::ALL.to_vec(), clean_runs)
        .into_iter()
        .flatten()
        .collect();
    if blesses() {
        write_waits(&clean);
    }
    let mut caught = caught_by_all(&mutants, &clean);
    // A busy system makes the pauses of a client longer, so a missing pause is not seen.
    for mutant in &mutants {
        if caught[&mutant.fault] != mutant.recorded {
            caught.insert(mutant.fault.clone(), caught_by(mutant, &clean, &waits()));
        }
    }
    let missed = mutants.iter().flat_map(|mutant| missed_by(mutant, &caught));
    let missed: Vec<String> = missed.collect();
    assert!(missed.is_empty(), "{missed:#?}");
    every_scenario_catches_a_fault(&caught);
    matches_the_record(&mutants, &caught);
}

/// Returns a line for each scenario that must catch a mutant and does not.
fn missed_by(mutant: &Mutant, caught: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let by = &caught[&mutant.fault];
    let missing = mutant.caught_by.iter().filter(|id| !by.contains(*id));
    missing
        .map(|id| format!("{id} does not catch {}: {by:?}", mutant.fault))
        .collect()
}

fn mutants() -> Vec<Mutant> {
    let output = std::process::Command::new(mutant())
        .arg("--list")
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let record = record();
    let read = |line| Mutant::read(line, &record);
    let mutants: Vec<Mutant> = lines.lines().map(read).collect();
    assert!(mutants.len() > 80, "{} faults", mutants.len());
    mutants
}

impl Mutant {
    fn read(line: &str, record: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let columns: Vec<&str> = line.split('\t').collect();
        let [fault, client_type, ids, what] = columns[..] else {
            panic!("{line:?} has four columns");
        };
        Mutant {
            fault: fault.to_owned(),
            client_type: client_type.parse().unwrap(),
            caught_by: ids.split(',').map(str::to_owned).collect(),
            recorded: record.get(fault).cloned().unwrap_or_default(),
            effect: match what.starts_with("info: ") {
                true => Effect::Info,
                false => Effect::Fails,
            },
        }
    }
}

/// Returns the client's command for a client type.
fn client(client_type: ClientType, fault: Option<&str>) -> Vec<String> {
    let fault = fault.map(|fault| ["--fault", fault]).into_iter().flatten();
    let words = fault
        .chain([client_type.name()])
        .chain(arguments(client_type).iter().copied());
    let words = words.map(str::to_owned);
    [mutant()].into_iter().chain(words).collect()
}

/// Runs the client without a fault through all scenarios of a client type. Nothing may fail.
fn clean_runs(client_type: ClientType) -> Vec<((ClientType, String), Clean)> {
    let client = client(client_type, None);
    let client: Vec<&str> = client.iter().map(String::as_str).collect();
    let report = Suite::of(client_type, &client).report();
    let failed: Vec<Vec<String>> = report
        .scenarios
        .iter()
        .filter(|one| fails(one))
        .map(failures)
        .collect();
    assert!(
        failed.is_empty(),
        "{client_type} without a fault: {failed:#?}"
    );
    let clean = report.scenarios.iter().map(|one| {
        let took_ms = one.cases.iter().map(|case| case.took_ms).max();
        let clean = Clean {
            observations: observations(one),
            took_ms: took_ms.unwrap_or_default(),
        };
        ((client_type, one.id.clone()), clean)
    });
    clean.collect()
}

/// Runs the mutants through the scenarios of their client types.
fn caught_by_all(mutants: &[Mutant], clean: &CleanRuns) -> BTreeMap<String, BTreeSet<String>> {
    let waits = waits();
    let run = |mutant: Mutant| (mutant.fault.clone(), caught_by(&mutant, clean, &waits));
    at_once(mutants.to_vec(), run).into_iter().collect()
}

fn caught_by(mutant: &Mutant, clean: &CleanRuns, waits: &Waits) -> BTreeSet<String> {
    let client = client(mutant.client_type, Some(&mutant.fault));
    let client: Vec<&str> = client.iter().map(String::as_str).collect();
    let is_run = |id: &String| {
        let waits = waits.contains(&(mutant.client_type, id.clone()));
        !waits || mutant.caught_by.contains(id) || mutant.recorded.contains(id)
    };
    let of_type = clean.keys().filter(|(one, _)| *one == mutant.client_type);
    let ids = of_type.map(|(_, id)| id).filter(|id| is_run(id));
    let options: Vec<&str> = ids.flat_map(|id| ["--scenario", id]).collect();
    let report = Suite::of(mutant.client_type, &client)
        .with(&options)
        .report();
    let caught = report.scenarios.iter().filter(|one| {
        let before = &clean[&(mutant.client_type, one.id.clone())].observations;
        let is_changed = mutant.effect == Effect::Info && observations(one) != *before;
        fails(one) || is_changed
    });
    caught.map(|one| one.id.clone()).collect()
}

/// Returns whether a scenario failed with the severity `must` or `should`. A set-up error is not allowed.
fn fails(scenario: &ScenarioReport) -> bool {
    let ScenarioReport { id, verdict, .. } = scenario;
    assert_ne!(*verdict, Verdict::SetUpError, "{id}: {scenario:?}");
    matches!(verdict, Verdict::Failed | Verdict::Warning)
}

/// Returns the results of the expectations with the severity `info`.
fn observations(scenario: &ScenarioReport) -> Vec<bool> {
    let findings = scenario.cases.iter().flat_map(|case| &case.findings);
    let observed = findings.filter(|finding| finding.severity == Severity::Info);
    observed.map(|finding| finding.passed).collect()
}

fn all_ids(client_type: ClientType) -> Vec<String> {
    let output = Suite::of(client_type, &["true"]).with(&["--list"]).output();
    let lines = String::from_utf8(output.stdout).unwrap();
    let rows = lines.lines().skip(1);
    let lines = rows.filter(|line| !line.contains("(skipped: "));
    lines
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

fn every_scenario_catches_a_fault(caught: &BTreeMap<String, BTreeSet<String>>) {
    let caught: BTreeSet<&String> = caught.values().flatten().collect();
    let all: BTreeSet<String> = ClientType::ALL.into_iter().flat_map(all_ids).collect();
    let idle: Vec<&String> = all.iter().filter(|id| !caught.contains(id)).collect();
    assert!(idle.is_empty(), "no fault is caught by {idle:?}");
}

/// Returns the scenarios that catch each fault, in the record.
fn record() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(file(RECORD)).unwrap_or_default();
    let lines = text.lines().skip(1).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [fault, _, ids] = columns[..] else {
            panic!("{line:?} has three columns");
        };
        let ids = ids.split_whitespace().map(str::to_owned);
        (fault.to_owned(), ids.collect())
    });
    lines.collect()
}

fn matches_the_record(mutants: &[Mutant], caught: &BTreeMap<String, BTreeSet<String>>) {
    if blesses() {
        write_record(mutants, caught);
        return;
    }
    let differences = mutants.iter().filter_map(|mutant| {
        let (found, recorded) = (&caught[&mutant.fault], &mutant.recorded);
        let differs = found != recorded;
        differs.then(|| format!("{}: recorded {recorded:?}, found {found:?}", mutant.fault))
    });
    let differences: Vec<String> = differences.collect();
    assert!(
        differences.is_empty(),
        "differs from {RECORD}: {differences:#?}"
    );
    let known: BTreeSet<&String> = mutants.iter().map(|mutant| &mutant.fault).collect();
    let record = record();
    let stale: Vec<&String> = record
        .keys()
        .filter(|fault| !known.contains(fault))
        .collect();
    assert!(stale.is_empty(), "{RECORD} has unknown faults: {stale:?}");
}

fn write_record(mutants: &[Mutant], caught: &BTreeMap<String, BTreeSet<String>>) {
    let mut table = "fault\ttype\tcaught by\n".to_owned();
    for Mutant {
        fault, client_type, ..
    } in mutants
    {
        let by: Vec<&str> = caught[fault].iter().map(String::as_str).collect();
        writeln!(table, "{fault}\t{client_type}\t{}", by.join(" ")).unwrap();
    }
    let path = file(RECORD);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, table).unwrap();
}

/// Returns the scenarios in which the client without a fault waits, in the record. Such a scenario takes long, and is run only for the faults that it
/// must catch, or catches in the record.
fn waits() -> Waits {
    let text = fs::read_to_string(file(WAITS)).unwrap_or_default();
    let ids = text.lines().map(|line| {
        let (client_type, id) = line.split_once('\t').unwrap();
        (client_type.parse().unwrap(), id.to_owned())
    });
    ids.collect()
}

fn write_waits(clean: &CleanRuns) {
    let waits = clean.iter().filter(|(_, clean)| clean.took_ms > 1500);
    let lines = waits.map(|((client_type, id), _)| format!("{client_type}\t{id}\n"));
    fs::write(file(WAITS), lines.collect::<String>()).unwrap();
}

fn blesses() -> bool {
    std::env::var_os("MOCK_ECR_BLESS").is_some()
}

type Waits = BTreeSet<(ClientType, String)>;

const WAITS: &str = "fixtures/contract/waits.tsv";

const RECORD: &str = "fixtures/contract/matrix.tsv";
