//! Reads measurements from stdin, a line for each (`throughput ours 41234.5`), and prints how they stand to the budgets.
//!
//! Of each pair that was measured one right after the other, the ratio is taken; what is printed is the median, the least and the most.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead as _};

fn main() -> Result<(), Box<dyn Error>> {
    let mut samples = Samples::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [key, who, value] = words[..] else {
            return Err(format!("{line:?} is not a measurement").into());
        };
        let key = (key.to_owned(), who.to_owned());
        samples.entry(key).or_default().push(value.parse()?);
    }
    let mut stdout = io::stdout().lock();
    write_row(&mut stdout, ["what", "ours", "peer", "ratio", "budget", ""])?;
    for row in ROWS {
        if let Some(cells) = row.cells(&samples) {
            write_row(&mut stdout, cells.each_ref().map(String::as_str))?;
        }
    }
    Ok(())
}

/// The values of a measurement, by what was measured and of whom.
type Samples = BTreeMap<(String, String), Vec<f64>>;

struct Row {
    key: &'static str,
    what: &'static str,
    budget: Budget,
}

enum Budget {
    RatioAtLeast(f64),
    RatioAtMost(f64),
    AtMost(f64),
}

const ROWS: [Row; 20] = [
    row(
        "throughput",
        "GetAuthorizationToken, signed: requests/s",
        Budget::RatioAtLeast(0.6),
    ),
    row(
        "start",
        "serve, start to first answer: ms",
        Budget::AtMost(10.0),
    ),
    row("idle", "serve, idle: MiB", Budget::AtMost(8.0)),
    row(
        "idle-peak",
        "serve, idle, most ever held: MiB",
        Budget::AtMost(8.0),
    ),
    row(
        "test",
        "in a test, start + SDK call + drop: us",
        Budget::RatioAtMost(1.0),
    ),
    row("threads", "a thousand mocks: threads", Budget::AtMost(2.0)),
    row("thousand", "a thousand mocks: MiB", Budget::AtMost(32.0)),
    row(
        "client",
        "ecr get-authorization-token: ms",
        Budget::RatioAtMost(1.0 / 40.0),
    ),
    row(
        "client-peak",
        "ecr get-authorization-token: MiB",
        Budget::AtMost(10.0),
    ),
    row(
        "ping",
        "GET /v2/ with a token: requests/s",
        Budget::RatioAtLeast(1.0),
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
        "4 GiB in and out, most ever held: MiB",
        Budget::AtMost(64.0),
    ),
    row(
        "soak-growth",
        "60,000 clients in an hour under faults, memory that the last 45 minutes add: MiB",
        Budget::AtMost(4.0),
    ),
    row(
        "page",
        "pages/s of 100,000 tags, and of 100",
        Budget::RatioAtLeast(0.5),
    ),
    row(
        "catalog",
        "pages/s of 10,000 repositories, and of 100",
        Budget::RatioAtLeast(0.5),
    ),
    row("mock-ecr-size", "binary mock-ecr: MB", Budget::AtMost(6.0)),
    row("ecr-size", "binary ecr: MB", Budget::AtMost(6.0)),
];

const fn row(key: &'static str, what: &'static str, budget: Budget) -> Row {
    Row { key, what, budget }
}

impl Row {
    /// The cells of the row, if it was measured.
    fn cells(&self, samples: &Samples) -> Option<[String; 6]> {
        let of = |who: &str| samples.get(&(self.key.to_owned(), who.to_owned()));
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
            Budget::AtMost(most) => (format!("<= {most}"), Some(Spread::of(ours).median <= most)),
        };
        let spread =
            |values: Option<&[f64]>| values.map_or("-".to_owned(), |v| Spread::of(v).to_string());
        let verdict = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "no peer",
        };
        Some([
            self.what.to_owned(),
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
    /// There is at least one value.
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
    let [what, ours, peer, ratio, budget, met] = cells;
    writeln!(
        stdout,
        "{what:<42} {ours:<26} {peer:<26} {ratio:<22} {budget:<15} {met}"
    )
}
