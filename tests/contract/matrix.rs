//! The suite can fail: each scenario catches a client with one fault, and each such client is caught.
//!
//! `fixtures/contract/matrix.tsv` tells which scenarios catch which fault; `MOCK_ECR_BLESS=1` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;
use std::thread;

use ecr_contract::Class;
use ecr_contract::report::{Report, ScenarioReport, Severity, Verdict};

use crate::suite::{Suite, file, mutant};

/// A client with one fault.
#[derive(Clone, Debug)]
struct Mutant {
    fault: String,
    class: Class,
    /// The scenarios that must catch it.
    caught_by: Vec<String>,
}

#[test]
fn each_fault_is_caught_by_its_scenarios_and_each_scenario_catches_one() {
    let mutants = mutants();
    let slow: BTreeMap<Class, BTreeSet<String>> = Class::ALL
        .map(|class| (class, slow_scenarios(class)))
        .into();
    let caught = caught_by_all(&mutants, &slow);
    for mutant in &mutants {
        let by = &caught[&mutant.fault];
        for id in &mutant.caught_by {
            assert!(
                by.contains(id),
                "{id} does not catch {}: {by:?}",
                mutant.fault
            );
        }
    }
    every_scenario_catches_one(&caught);
    held_to_the_record(&mutants, &caught);
}

fn mutants() -> Vec<Mutant> {
    let output = std::process::Command::new(mutant())
        .arg("--list")
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let mutants: Vec<Mutant> = lines.lines().map(Mutant::read).collect();
    assert!(mutants.len() > 80, "{} faults", mutants.len());
    mutants
}

impl Mutant {
    fn read(line: &str) -> Self {
        let columns: Vec<&str> = line.split('\t').collect();
        let [fault, class, ids, _] = columns[..] else {
            panic!("{line:?} has four columns");
        };
        Mutant {
            fault: fault.to_owned(),
            class: class.parse().unwrap(),
            caught_by: ids.split(',').map(str::to_owned).collect(),
        }
    }
}

/// How the program is called as a client of a class.
fn client(class: Class, fault: Option<&str>) -> Vec<String> {
    let arguments: &[&str] = match class {
        Class::TokenPrinter | Class::DockerLoginCaller => &["{registry}"],
        Class::ImageTool => &["{image}"],
        Class::Refresher => &["{registry}", "{file}"],
        _ => &[],
    };
    let fault = fault.map(|fault| ["--fault", fault]).into_iter().flatten();
    let words = fault.chain([class.name()]).chain(arguments.iter().copied());
    let words = words.map(str::to_owned);
    [mutant()].into_iter().chain(words).collect()
}

/// Those in which the client without a fault spends its time waiting: only a fault that is meant for them is run through them.
fn slow_scenarios(class: Class) -> BTreeSet<String> {
    let client = client(class, None);
    let client: Vec<&str> = client.iter().map(String::as_str).collect();
    let report = Suite::of(class, &client).report();
    let clean = report.scenarios.iter().filter(|one| !catches(one));
    assert_eq!(
        clean.count(),
        report.scenarios.len(),
        "without a fault, nothing is caught"
    );
    let waits = |one: &&ScenarioReport| one.cases.iter().any(|case| case.took_ms > 1500);
    let slow = report.scenarios.iter().filter(waits);
    slow.map(|one| one.id.clone()).collect()
}

/// Runs each through the scenarios of its class, several at once, for most of it is waiting.
fn caught_by_all(
    mutants: &[Mutant],
    slow: &BTreeMap<Class, BTreeSet<String>>,
) -> BTreeMap<String, BTreeSet<String>> {
    let (left, caught) = (Mutex::new(mutants.to_vec()), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(mutant) = { left.lock().unwrap().pop() } {
                    let by = caught_by(&mutant, &slow[&mutant.class]);
                    caught.lock().unwrap().insert(mutant.fault, by);
                }
            });
        }
    });
    caught.into_inner().unwrap()
}

fn caught_by(mutant: &Mutant, slow: &BTreeSet<String>) -> BTreeSet<String> {
    let client = client(mutant.class, Some(&mutant.fault));
    let client: Vec<&str> = client.iter().map(String::as_str).collect();
    let all = all_ids(mutant.class);
    let run = all
        .iter()
        .filter(|id| !slow.contains(*id) || mutant.caught_by.contains(id));
    let options: Vec<&str> = run.flat_map(|id| ["--scenario", id]).collect();
    let report: Report = Suite::of(mutant.class, &client).with(&options).report();
    for scenario in &report.scenarios {
        let (id, fault) = (&scenario.id, &mutant.fault);
        assert_ne!(
            scenario.verdict,
            Verdict::BrokenSetUp,
            "{id} with {fault}: {scenario:?}"
        );
    }
    let caught = report.scenarios.iter().filter(|one| catches(one));
    caught.map(|one| one.id.clone()).collect()
}

/// Whether something did not hold; of what is only observed, whether that was unlike what was thought.
fn catches(scenario: &ScenarioReport) -> bool {
    let findings = scenario.cases.iter().flat_map(|case| &case.findings);
    let broken = findings.filter(|finding| !finding.held);
    let counts = |severity| severity > Severity::Observe || scenario.severity == Severity::Observe;
    broken.into_iter().any(|finding| counts(finding.severity))
}

fn all_ids(class: Class) -> Vec<String> {
    let output = Suite::of(class, &["true"]).with(&["--list"]).output();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().filter(|line| !line.contains("(not yet: "));
    lines
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

fn every_scenario_catches_one(caught: &BTreeMap<String, BTreeSet<String>>) {
    let caught: BTreeSet<&String> = caught.values().flatten().collect();
    let all: BTreeSet<String> = Class::ALL.into_iter().flat_map(all_ids).collect();
    let idle: Vec<&String> = all.iter().filter(|id| !caught.contains(id)).collect();
    assert!(idle.is_empty(), "no fault is caught by {idle:?}");
}

fn held_to_the_record(mutants: &[Mutant], caught: &BTreeMap<String, BTreeSet<String>>) {
    let mut table = "fault\tclass\tcaught by\n".to_owned();
    for mutant in mutants {
        let by: Vec<&str> = caught[&mutant.fault].iter().map(String::as_str).collect();
        writeln!(
            table,
            "{}\t{}\t{}",
            mutant.fault,
            mutant.class,
            by.join(" ")
        )
        .unwrap();
    }
    let path = file("fixtures/contract/matrix.tsv");
    if std::env::var_os("MOCK_ECR_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &table).unwrap();
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    let news = table
        .lines()
        .filter(|line| !recorded.lines().any(|known| known == *line));
    let news: Vec<&str> = news.collect();
    assert!(news.is_empty(), "unlike {}: {news:#?}", path.display());
}

const AT_ONCE: usize = 4;
