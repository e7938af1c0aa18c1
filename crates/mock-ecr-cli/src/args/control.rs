//! The options of the commands that call a running mock: `background`, `clock`, `fault`, `request`, `reset` and `scan-result`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use mock_ecr::Timestamp;

use crate::args::filters::{Filters, duration};
use crate::args::target::Target;

/// The option that selects the format of the output.
#[derive(Debug, Parser)]
pub(crate) struct Output {
    /// Prints the JSON of the control API instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The options of a command that lists objects of a running mock.
#[derive(Debug, Parser)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Parser)]
pub(crate) struct ClockOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: Option<ClockAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClockAction {
    /// Prints the time of the clock. `mock-ecr clock` without a subcommand does the same.
    Get,
    /// Advances the clock.
    Advance {
        /// The duration, such as 1d, 12h, 90m or 1500ms.
        #[arg(value_name = "DURATION", value_parser = duration)]
        by: String,
    },
    /// Sets the clock. A frozen clock stays frozen, and a running clock continues to run.
    Set {
        /// The timestamp, such as 2015-11-29T21:30:53.241Z.
        #[arg(value_name = "TIMESTAMP")]
        to: Timestamp,
    },
    /// Freezes the clock at its current time.
    Freeze,
    /// Lets a frozen clock run again, from its current time.
    Run,
}

#[derive(Debug, Parser)]
pub(crate) struct BackgroundOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: BackgroundCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BackgroundCommand {
    /// Finishes the work in the background that is in progress, and the work that it begins. The clock does not change.
    Run {
        /// The kind of work to finish. Can be repeated. Default: all kinds.
        #[arg(long = "kind", value_name = "KIND", value_enum)]
        kinds: Vec<BackgroundKind>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BackgroundKind {
    Backfill,
    LifecyclePreview,
    Replication,
    Restoration,
    Scan,
    Signature,
}

#[derive(Debug, Parser)]
pub(crate) struct ScanResultOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: ScanResultCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScanResultCommand {
    /// Sets the result of the scans of an image. The image must exist.
    Set {
        /// The file with the result in JSON, such as `{"repository": "team/app", "image": "1.0", "findings": []}`. `-` reads it from stdin.
        file: PathBuf,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct HealthOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Waits until the mock can be reached, for at most this duration, such as 10s. Without this option, only one request is sent.
    #[arg(long, value_name = "DURATION", value_parser = mock_ecr::config::parse_duration)]
    pub(crate) wait: Option<Duration>,
}

#[derive(Debug, Parser)]
pub(crate) struct FaultOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: Option<FaultCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FaultCommand {
    /// Lists the faults and their counters. `mock-ecr fault` without a subcommand does the same.
    List,
    /// Adds a fault at the end of the list.
    Add {
        /// The fault in TOML, such as `action = { error = "ThrottlingException" }`. `-` reads the fault from stdin.
        toml: String,
    },
    /// Removes a fault.
    Remove {
        /// The ID of the fault. `mock-ecr fault list` prints the IDs. An ID does not change when other faults are removed.
        id: u64,
    },
    /// Removes all faults.
    Clear,
}

#[derive(Debug, Parser)]
pub(crate) struct ResetOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    /// The state that the reset does not change.
    #[arg(long, value_enum)]
    pub(crate) keep: Option<Preserved>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Preserved {
    /// The repositories, their images, and the settings of accounts and registries.
    Images,
}

/// The heading of the options of `request` that are not filters.
const ACTIONS: &str = "Output and actions";

#[derive(Debug, Parser)]
pub(crate) struct RequestOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Prints only the newest N requests.
    #[arg(long, value_name = "N", conflicts_with_all = ["follow", "wait"], help_heading = ACTIONS)]
    pub(crate) limit: Option<usize>,
    /// Prints each request when it is logged, until the mock stops.
    #[arg(long, conflicts_with_all = ["har", "wait"], help_heading = ACTIONS)]
    pub(crate) follow: bool,
    /// Prints why a request was rejected, and what faults did, below each request. `--json` always contains it.
    #[arg(long, conflicts_with_all = ["har", "clear"])]
    pub(crate) explain: bool,
    /// Prints an HTTP Archive (HAR), which browsers can display.
    #[arg(long, conflicts_with = "wait", help_heading = ACTIONS)]
    pub(crate) har: bool,
    /// Waits until the log contains N matching requests. Exits with code 1 if the timeout expires first.
    #[arg(long, value_name = "N", help_heading = ACTIONS)]
    pub(crate) wait: Option<usize>,
    /// The timeout of `--wait`, in real time and not by the mock's clock. Default: 30s.
    #[arg(long, value_name = "DURATION", requires = "wait", value_parser = duration, help_heading = ACTIONS)]
    pub(crate) timeout: Option<String>,
    /// Removes all requests from the log and does not print them.
    #[arg(long, conflicts_with_all = ["Filters", "limit", "follow", "har", "wait"], help_heading = ACTIONS)]
    pub(crate) clear: bool,
}
