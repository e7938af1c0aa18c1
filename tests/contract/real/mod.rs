//! Real clients, as they are installed, have the verdicts in `fixtures/verdicts`. `scripts/verdicts` runs all of them.

use std::process::Command;

use crate::suite::built;

fn verdicts(arguments: &[&str]) -> Command {
    let mut command = Command::new(built("examples/verdicts"));
    command.args(arguments);
    command
}

/// The program prints a line for each client, also if the test passes.
#[test]
fn the_clients_of_every_test_have_the_recorded_verdicts() {
    let status = verdicts(&["--every-test"]).status().unwrap();
    assert!(
        status.success(),
        "{status}: the lines of the clients are above; scripts/verdicts CLIENT repeats one"
    );
}

#[test]
fn the_clients_of_every_test_have_four_types() {
    let output = verdicts(&["--every-test", "--list"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let types: std::collections::BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    assert!(types.len() >= 4, "{listed}");
}
