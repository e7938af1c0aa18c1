//! Reads measurements from stdin, one per line (`throughput ours 41234.5`), and compares them with the budgets.
//!
//! Calculates the ratio of each pair of consecutive measurements, and prints the median, the minimum and the maximum.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead as _};

fn main() -> Result<(), Box<dyn Error>> {
    let mut samples = Samples::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [key, subject, value] = words[..] else {
            return Err(format!(
                "invalid measurement {line:?}: expected a name, \"ours\" or \"peer\", and a number"
            )
            .into());
        };
        let key = (key.to_owned(), subject.to_owned());
        samples.entry(key).or_default().push(value.parse()?);
    }
    let mut stdout = io::stdout().lock();
    write_row(
        &mut stdout,
        ["MEASUREMENT", "OURS", "PEER", "RATIO", "BUDGET", "RESULT"],
    )?;
    for row in ROWS {
        if let Some(cells) = row.cells(&samples) {
            write_row(&mut stdout, cells.each_ref().map(String::as_str))?;
        }
    }
    Ok(())
}

/// The values of each measurement, by its name and `ours` or `peer`.
type Samples = BTreeMap<(String, String), Vec<f64>>;

struct Row {
    key: &'static str,
    name: &'static str,
    budget: Budget,
}

enum Budget {
    RatioAtLeast(f64),
    RatioAtMost(f64),
    /// For a value that is recorded, and changes only with the code.
    RatioWithin(f64),
    AtMost(f64),
    AtLeast(f64),
}

const ROWS: [Row; 43] = [
    row(
        "throughput",
        "GetAuthorizationToken, signed: requests/s",
        Budget::RatioAtLeast(0.85),
    ),
    row(
        "start",
        "serve, start to first response: ms",
        Budget::AtMost(3.0),
    ),
    row("idle", "serve, idle: MiB", Budget::AtMost(8.0)),
    row("idle-peak", "serve, idle, peak: MiB", Budget::AtMost(8.0)),
    row(
        "test",
        "in a test, start + SDK call + drop: us",
        Budget::RatioAtMost(0.9),
    ),
    row(
        "test-in-process",
        "the same without a socket (peer: with one): us",
        Budget::RatioAtMost(0.5),
    ),
    row(
        "token-instructions",
        "GetAuthorizationToken, signed: instructions (peer: recorded)",
        Budget::RatioWithin(0.05),
    ),
    row(
        "ping-instructions",
        "GET /v2/ with a token: instructions (peer: recorded)",
        Budget::RatioWithin(0.05),
    ),
    row(
        "start-instructions",
        "start and drop of a mock: instructions (peer: recorded)",
        Budget::RatioWithin(0.05),
    ),
    row("threads", "a thousand mocks: threads", Budget::AtMost(2.0)),
    row("thousand", "a thousand mocks: MiB", Budget::AtMost(12.0)),
    row(
        "client",
        "ecr get-authorization-token: ms",
        Budget::RatioAtMost(0.01),
    ),
    row(
        "client-peak",
        "ecr get-authorization-token: MiB",
        Budget::AtMost(8.0),
    ),
    row(
        "ping",
        "GET /v2/ with a token: requests/s",
        Budget::RatioAtLeast(30.0),
    ),
    row("put", "PUT of a layer: MB/s", Budget::RatioAtLeast(1.0)),
    row("get", "GET of a layer: MB/s", Budget::RatioAtLeast(1.0)),
    row(
        "skopeo-push",
        "skopeo push of 100 MB: s",
        Budget::RatioAtMost(1.0),
    ),
    row(
        "skopeo-pull",
        "skopeo pull of 100 MB: s",
        Budget::RatioAtMost(1.0),
    ),
    row(
        "layers-peak",
        "upload and download of 4 GiB, peak: MiB",
        Budget::AtMost(64.0),
    ),
    row(
        "soak-growth",
        "60,000 clients in an hour with faults, growth in the last 45 minutes: MiB",
        Budget::AtMost(4.0),
    ),
    row(
        "lifecycle",
        "50 rules over 100,000 images: s",
        Budget::AtMost(1.0),
    ),
    row(
        "describe",
        "DescribeImages, TAGGED, pages/s of 100,000 (peer: 1,000)",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "describe-none",
        "DescribeImages, UNTAGGED, none of 100,000: s",
        Budget::AtMost(1.0),
    ),
    row(
        "scans",
        "a thousand pushes, images/s with scan on push (peer: without)",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "due",
        "DescribeRepositories/s with 1,000 unfinished scans (peer: none)",
        Budget::RatioAtLeast(0.8),
    ),
    row(
        "page",
        "pages/s of 100,000 tags (peer: 100), in memory",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "page-file",
        "pages/s of 100,000 tags (peer: 100), in a directory",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "page-postgres",
        "pages/s of 100,000 tags (peer: 100), in PostgreSQL",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "upload",
        "uploads begun/s with 10,000 open ones (peer: none), in memory",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "upload-file",
        "uploads begun/s with 10,000 open ones (peer: none), in a directory",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "upload-postgres",
        "uploads begun/s with 10,000 open ones (peer: none), in PostgreSQL",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "images",
        "images pushed/s by 16 clients, in memory",
        Budget::AtLeast(1.0),
    ),
    row(
        "images-file",
        "images pushed/s by 16 clients, in a directory",
        Budget::AtLeast(1.0),
    ),
    row(
        "images-postgres",
        "images pushed/s by 16 clients, in PostgreSQL",
        Budget::AtLeast(1.0),
    ),
    row(
        "catalog",
        "pages/s of 10,000 repositories (peer: 100)",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "console-size",
        "console, each file with gzip: kB",
        Budget::AtMost(60.0),
    ),
    row(
        "console-paint",
        "console, first paint: ms",
        Budget::AtMost(300.0),
    ),
    row(
        "console-rows",
        "console with 10,000 requests, first rows: ms",
        Budget::AtMost(1000.0),
    ),
    row(
        "console-all-rows",
        "console with 10,000 requests, all rows: ms",
        Budget::AtMost(3000.0),
    ),
    row(
        "console-heap",
        "console with 10,000 requests, heap of the page: MB",
        Budget::AtMost(40.0),
    ),
    row(
        "console-mock",
        "serve, growth with 10,000 requests in the log: MB",
        Budget::AtMost(32.0),
    ),
    row("mock-ecr-size", "binary mock-ecr: MB", Budget::AtMost(18.0)),
    row("ecr-size", "binary ecr: MB", Budget::AtMost(6.0)),
];

const fn row(key: &'static str, name: &'static str, budget: Budget) -> Row {
    Row { key, name, budget }
}

impl Row {
    /// Returns the cells of the row, or `None` if there is no measurement.
    fn cells(&self, samples: &Samples) -> Option<[String; 6]> {
        let of = |subject: &str| samples.get(&(self.key.to_owned(), subject.to_owned()));
        let ours = of("ours")?;
        let peer = of("peer");
        let ratios = peer.map(|peer| {
            ours.iter()
                .zip(peer)
                .map(|(a, b)| a / b)
                .collect::<Vec<_>>()
        });
        let ratio = ratios.as_deref().map(Spread::of);
        let (budget, met) = match self.budget {
            Budget::RatioAtLeast(least) => (
                format!("ratio >= {least}"),
                ratio.map(|r| r.median >= least),
            ),
            Budget::RatioAtMost(most) => {
                (format!("ratio <= {most}"), ratio.map(|r| r.median <= most))
            }
            Budget::RatioWithin(change) => (
                format!("ratio 1 ± {change}"),
                ratio.map(|r| (r.median - 1.0).abs() <= change),
            ),
            Budget::AtMost(most) => (format!("<= {most}"), Some(Spread::of(ours).median <= most)),
            Budget::AtLeast(least) => (
                format!(">= {least}"),
                Some(Spread::of(ours).median >= least),
            ),
        };
        let spread =
            |values: Option<&[f64]>| values.map_or("-".to_owned(), |v| Spread::of(v).to_string());
        let verdict = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "no peer",
        };
        Some([
            self.name.to_owned(),
            spread(Some(ours)),
            spread(peer.map(Vec::as_slice)),
            spread(ratios.as_deref()),
            budget,
            verdict.to_owned(),
        ])
    }
}

#[derive(Clone, Copy)]
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    /// Returns the spread of at least one value.
    fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Spread {
            least: sorted[0],
            median: sorted[sorted.len() / 2],
            most: sorted[sorted.len() - 1],
        }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = |value: f64| match value {
            v if v.abs() >= 100.0 => format!("{v:.0}"),
            v if v.abs() >= 1.0 => format!("{v:.1}"),
            v => format!("{v:.3}"),
        };
        let (least, median, most) = (number(self.least), number(self.median), number(self.most));
        if least == most {
            return write!(f, "{median}");
        }
        write!(f, "{median} ({least}..{most})")
    }
}

fn write_row(stdout: &mut impl io::Write, cells: [&str; 6]) -> io::Result<()> {
    let [name, ours, peer, ratio, budget, met] = cells;
    writeln!(
        stdout,
        "{name:<42} {ours:<26} {peer:<26} {ratio:<22} {budget:<15} {met}"
    )
}
