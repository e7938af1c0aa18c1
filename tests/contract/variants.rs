//! Correct clients with another behaviour than the client without a fault pass. An earlier version of the scenarios failed each of them.

use ecr_contract::ClientType;
use ecr_contract::report::Verdict;

use crate::failures::failures;
use crate::suite::{Suite, mutant};

/// A correct behaviour of a client.
struct Variant {
    name: String,
    client_type: ClientType,
    scenarios: Vec<String>,
}

fn variants() -> Vec<Variant> {
    let mut command = std::process::Command::new(mutant());
    let output = command.arg("--list-variants").output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let variants: Vec<Variant> = lines.lines().map(variant).collect();
    assert!(variants.len() > 5, "{} variants", variants.len());
    variants
}

fn variant(line: &str) -> Variant {
    let columns: Vec<&str> = line.split('\t').collect();
    let [name, client_type, scenarios, _] = columns[..] else {
        panic!("{line:?} has four columns");
    };
    Variant {
        name: name.to_owned(),
        client_type: client_type.parse().unwrap(),
        scenarios: scenarios.split(',').map(str::to_owned).collect(),
    }
}

#[test]
fn no_scenario_fails_for_a_correct_behaviour() {
    for variant in variants() {
        let client_type = variant.client_type.name();
        let argument = match variant.client_type {
            ClientType::TokenPrinter => "{registry}",
            ClientType::ImageTool => "{image}",
            _ => "",
        };
        let name = &*mutant();
        let words = [name, "--variant", &variant.name, client_type, argument];
        let words = words.into_iter().filter(|word| !word.is_empty());
        let selected = variant.scenarios.iter();
        let options: Vec<&str> = selected.flat_map(|id| ["--scenario", id]).collect();
        let report = Suite::of(variant.client_type, &words.collect::<Vec<_>>())
            .with(&options)
            .report();
        assert_eq!(
            report.scenarios.len(),
            variant.scenarios.len(),
            "{}",
            variant.name
        );
        let passed = |verdict| matches!(verdict, Verdict::Passed | Verdict::Info);
        let others = report.scenarios.iter().filter(|one| !passed(one.verdict));
        let others: Vec<Vec<String>> = others.map(failures).collect();
        assert!(others.is_empty(), "{}: {others:#?}", variant.name);
    }
}
