//! Correct clients with another behaviour than the client without a fault do not fail. An earlier version of the scenarios failed each of them.

use ecr_contract::ClientType;
use ecr_contract::report::Verdict;

use crate::suite::{Suite, arguments, at_once, failures, mutant};

/// A correct behaviour of a client.
struct Variant {
    name: String,
    client_type: ClientType,
    /// The scenarios, with the verdict if it is neither `passed` nor `info`.
    expected: Vec<(String, Option<Verdict>)>,
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
        expected: scenarios.split(',').map(expectation).collect(),
    }
}

/// Reads `ID`, or `ID:VERDICT`.
fn expectation(text: &str) -> (String, Option<Verdict>) {
    let (id, verdict) = text.split_once(':').unwrap_or((text, ""));
    let verdict = match verdict {
        "" => None,
        "warning" => Some(Verdict::Warning),
        "not_applicable" => Some(Verdict::NotApplicable),
        other => panic!("{other:?} is not a verdict of a correct client"),
    };
    (id.to_owned(), verdict)
}

#[test]
fn no_scenario_fails_for_a_correct_behaviour() {
    let others = at_once(variants(), |variant| unexpected(&variant));
    let others: Vec<String> = others.into_iter().flatten().collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// Runs a variant, and returns a line for each scenario with another verdict than the variant states.
fn unexpected(variant: &Variant) -> Vec<String> {
    let name = &*mutant();
    let arguments = arguments(variant.client_type);
    let words = [name, "--variant", &variant.name, variant.client_type.name()];
    let words: Vec<&str> = words.into_iter().chain(arguments.iter().copied()).collect();
    let ids = variant.expected.iter().map(|(id, _)| &**id);
    let options: Vec<&str> = ids.flat_map(|id| ["--scenario", id]).collect();
    let report = Suite::of(variant.client_type, &words)
        .with(&options)
        .report();
    let is_other = |(id, expected): &&(String, Option<Verdict>)| {
        let found = report.scenarios.iter().find(|one| one.id == *id);
        let verdict = found.map(|one| one.verdict);
        match expected {
            Some(_) => verdict != *expected,
            None => !matches!(verdict, Some(Verdict::Passed | Verdict::Info)),
        }
    };
    let others = variant.expected.iter().filter(is_other);
    others
        .map(|(id, _)| {
            let found = report.scenarios.iter().find(|one| one.id == *id);
            let found = found.map(|one| (one.verdict, failures(one)));
            format!("{} {id}: {found:?}", variant.name)
        })
        .collect()
}
