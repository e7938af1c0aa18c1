//! The global options, which may appear anywhere on the command line.

use crate::argparse::{Flag, Scan, Takes};

/// The values of the global options. Only options with a list of choices have been validated.
///
/// `--no-paginate` and `--v2-debug` are accepted and ignored: no operation here has pages, and this program has no
/// differences to AWS CLI v2 to report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Globals {
    pub(crate) ca_bundle: Option<String>,
    pub(crate) color: Option<String>,
    pub(crate) connect_timeout: Option<String>,
    pub(crate) debug: bool,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) no_sign_request: bool,
    pub(crate) no_verify_ssl: bool,
    pub(crate) output: Option<String>,
    pub(crate) profile: Option<String>,
    /// The uncompiled expression of `--query`.
    pub(crate) query: Option<String>,
    pub(crate) read_timeout: Option<String>,
    pub(crate) region: Option<String>,
}

impl Globals {
    pub(super) fn of(scan: &Scan) -> Self {
        Self {
            ca_bundle: scan.value("--ca-bundle"),
            color: scan.value("--color"),
            connect_timeout: scan.value("--cli-connect-timeout"),
            debug: scan.has("--debug"),
            endpoint_url: scan.value("--endpoint-url"),
            no_sign_request: scan.has("--no-sign-request"),
            no_verify_ssl: scan.has("--no-verify-ssl"),
            output: scan.value("--output"),
            profile: scan.value("--profile"),
            query: scan.value("--query"),
            read_timeout: scan.value("--cli-read-timeout"),
            region: scan.value("--region"),
        }
    }
}

/// The global options in v1's order, in which the error for an ambiguous abbreviation lists them.
pub(crate) static GLOBAL_FLAGS: &[Flag] = &[
    Flag::new("--debug", Takes::Nothing),
    Flag::new("--endpoint-url", Takes::One),
    Flag::new("--no-verify-ssl", Takes::Nothing),
    Flag::new("--no-paginate", Takes::Nothing),
    Flag::new("--output", Takes::OneOf(&["json", "text", "table"])),
    Flag::new("--query", Takes::One),
    Flag::new("--profile", Takes::One),
    Flag::new("--region", Takes::One),
    Flag::new("--color", Takes::OneOf(&["on", "off", "auto"])),
    Flag::new("--no-sign-request", Takes::Nothing),
    Flag::new("--ca-bundle", Takes::One),
    Flag::new("--cli-read-timeout", Takes::One),
    Flag::new("--cli-connect-timeout", Takes::One),
    Flag::new("--v2-debug", Takes::Nothing),
    Flag::new("--version", Takes::NothingAndStops),
];
