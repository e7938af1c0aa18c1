//! Formats the results of the cases.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::case::Case;
use super::comparison::Difference;
use super::deviations::Level;

pub(super) struct Verdict<'a> {
    pub(super) name: &'a str,
    case: &'a Case,
    level: Level,
    differences: Vec<Difference>,
}

impl<'a> Verdict<'a> {
    pub(super) fn new(
        name: &'a str,
        case: &'a Case,
        level: Level,
        differences: Vec<Difference>,
    ) -> Self {
        Self {
            name,
            case,
            level,
            differences,
        }
    }

    pub(super) fn passes(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Returns `exact N/M, all N/M`.
pub(super) fn summary(verdicts: &[Verdict<'_>]) -> String {
    let exact = |verdict: &&Verdict<'_>| verdict.level == Level::Exact;
    let all = count(verdicts.iter());
    let exact = count(verdicts.iter().filter(exact));
    format!("golden cases: exact {exact}, all {all}")
}

fn count<'a>(verdicts: impl Iterator<Item = &'a Verdict<'a>> + Clone) -> String {
    let passed = verdicts.clone().filter(|verdict| verdict.passes()).count();
    format!("{passed}/{}", verdicts.count())
}

#[track_caller]
pub(super) fn assert_all_pass(verdicts: &[Verdict<'_>]) {
    let failed: Vec<_> = verdicts
        .iter()
        .filter(|verdict| !verdict.passes())
        .collect();
    assert!(failed.is_empty(), "{}", details(&failed));
}

/// Describes the first failed cases, and lists the names of the others.
pub(super) fn details(failed: &[&Verdict<'_>]) -> String {
    let (detailed, others) = failed.split_at(failed.len().min(MAX_DETAILED));
    let mut text = format!("{} cases failed\n", failed.len());
    for verdict in detailed {
        describe(&mut text, verdict);
    }
    if !others.is_empty() {
        text.push_str("\nand\n");
    }
    for verdict in others {
        writeln!(text, "{} [{}]", verdict.name, verdict.level).unwrap();
    }
    text.push_str(
        "\nto run one case: GOLDEN_ONLY='NAME' cargo test --package ecr-token-cli --test ecr golden",
    );
    text
}

fn describe(text: &mut String, verdict: &Verdict<'_>) {
    let arguments = verdict.case.args.join(" ");
    writeln!(
        text,
        "\n{} [{}]: aws {arguments}",
        verdict.name, verdict.level
    )
    .unwrap();
    for difference in &verdict.differences {
        writeln!(text, "  {} (- recorded, + observed)", difference.part).unwrap();
        compare(text, &difference.recorded, &difference.observed);
    }
}

/// Prints common lines at the start and the end only once.
fn compare(text: &mut String, recorded: &str, observed: &str) {
    let recorded: Vec<_> = recorded.split_inclusive('\n').collect();
    let observed: Vec<_> = observed.split_inclusive('\n').collect();
    let pairs = recorded.iter().zip(&observed);
    let start = pairs
        .take_while(|(recorded, observed)| recorded == observed)
        .count();
    let (before, recorded) = recorded.split_at(start);
    let observed = &observed[start..];
    let pairs = recorded.iter().rev().zip(observed.iter().rev());
    let end = pairs
        .take_while(|(recorded, observed)| recorded == observed)
        .count();
    let (recorded, after) = recorded.split_at(recorded.len() - end);
    let observed = &observed[..observed.len() - end];
    for (mark, lines) in [
        (' ', before),
        ('-', recorded),
        ('+', observed),
        (' ', after),
    ] {
        for line in lines {
            writeln!(text, "    {mark} {}", visible(line)).unwrap();
        }
    }
}

/// Escapes control characters, but not quotes.
fn visible(line: &str) -> String {
    let escaped = |letter: char| match letter {
        _ if letter.is_control() => letter.escape_default().to_string(),
        _ => letter.to_string(),
    };
    line.chars().map(escaped).collect()
}

/// Writes to stderr directly, since the test runner hides the `println!` output of a test that passes.
pub(super) fn print_line(line: &str) {
    let mut stderr = io::stderr().lock();
    writeln!(stderr, "{line}").unwrap();
}

const MAX_DETAILED: usize = 20;
