//! The errors of `ecr`, with the message and the exit code of v1.

use std::io;

use http::Uri;

use crate::argparse::ArgparseError;
use crate::credential_error::CredentialError;
use crate::printable;
use crate::program::Program;
use crate::python_json::JsonError;

/// The reason why a command failed.
///
/// `Display` is the bare message. [`Error::report`] adds the line breaks and the usage that v1 prints.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    #[error("{error}")]
    Usage {
        program: Program,
        error: ArgparseError,
    },
    #[error("Unknown options: {}", .words.join(", "))]
    UnknownOptions {
        program: Program,
        words: Vec<String>,
    },
    #[error("Unknown options: {}", .0.join(","))]
    UnknownWords(Vec<String>),
    #[error(
        "{0} is an operation of AWS CLI v1 that this program does not support: expected {SUPPORTED}"
    )]
    UnsupportedOperation(String),
    #[error("an argument is not valid UTF-8")]
    ArgumentNotUnicode,
    #[error("the variable {0} is not valid UTF-8")]
    VariableNotUnicode(String),

    #[error("Bad value for --query {expression}: {reason}")]
    Query { expression: String, reason: String },
    #[error(
        "Bad value for --endpoint-url \"{0}\": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/"
    )]
    EndpointWithoutScheme(String),
    #[error("Invalid endpoint: {0}")]
    InvalidEndpoint(String),
    #[error(
        "Invalid endpoint: {0}: it must be of the form http://<hostname>/ or https://<hostname>/"
    )]
    EndpointForm(String),
    #[error(
        "Unknown cli_timestamp_format value: {0}, valid values are \"none\", \"wire\" or \"iso8601\""
    )]
    TimestampFormat(String),
    #[error(
        "The profile is configured to use the services section but the \"{0}\" services configuration does not exist."
    )]
    ServicesSection(String),
    #[error(
        "Attempted to set {kind} timeout to {seconds}, but the timeout cannot be set to a value less than or equal to 0."
    )]
    TimeoutNegative { kind: &'static str, seconds: i64 },
    #[error("The {kind} timeout of {seconds} seconds is too long; 0 disables the timeout")]
    TimeoutTooLong { kind: &'static str, seconds: u64 },
    #[error("Unable to parse config file: {path}: line {line}: {reason}")]
    ProfileFile {
        path: String,
        line: usize,
        reason: String,
    },
    #[error("Invalid value for {0} in the profile: expected a text instead of a block of settings")]
    NestedSetting(String),
    #[error("Invalid value for {0} in the services section: expected a block of settings")]
    FlatSetting(String),
    #[error("The config profile ({0}) could not be found")]
    ProfileNotFound(String),
    #[error("Provided region_name '{0}' doesn't match a supported format.")]
    RegionFormat(String),
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    #[error(
        "You must specify a region. You can also configure your region by running \"aws configure\"."
    )]
    NoRegion,
    #[error(
        "Invalid value provided to \"mode\": \"{0}\" must be one of: ('legacy', 'standard', 'adaptive')"
    )]
    RetryMode(String),
    #[error(
        "Value provided to \"max_attempts\": {0} must be an integer greater than or equal to 1."
    )]
    MaxAttempts(i64),
    #[error("invalid literal for int() with base 10: {0}")]
    NotAnInteger(String),

    #[error("Error parsing parameter '{option}': {reason}")]
    Parameter {
        option: &'static str,
        reason: String,
    },
    #[error(transparent)]
    Json(JsonError),
    #[error("Parameter validation failed:\n{}", .0.join("\n"))]
    Validation(Vec<String>),

    #[error(
        "Unable to locate credentials. You can configure credentials by running \"aws configure\"."
    )]
    NoCredentials,
    #[error(
        "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an empty or whitespace-only string. Provide a valid path to a CA bundle file."
    )]
    CaBundleEmpty,
    #[error("Could not connect to the endpoint URL: \"{0}\"")]
    Connect(Uri),
    #[error("Failed to connect to proxy URL: \"{0}\"")]
    Proxy(String),
    #[error("SSL validation failed for {url} {reason}")]
    Tls { url: Uri, reason: String },
    #[error("Connect timeout on endpoint URL: \"{0}\"")]
    ConnectTimeout(Uri),
    #[error("Read timeout on endpoint URL: \"{0}\"")]
    ReadTimeout(Uri),
    #[error(
        "Connection was closed before we received a valid response from endpoint URL: \"{0}\"."
    )]
    Closed(Uri),
    #[error("The call failed: {0}")]
    Request(String),

    #[error(
        "An error occurred ({code}) when calling the {operation} operation{}: {message}",
        retries_suffix(.retries)
    )]
    Service {
        operation: &'static str,
        code: String,
        message: String,
        /// The number of retries, if the call would have been repeated again.
        retries: Option<u32>,
    },
    #[error("{0}")]
    ServiceUnreadable(String),
    #[error("The response contains no usable authorization data: {0}")]
    InvalidResponse(String),
    #[error("Invalid timestamp \"{text}\": {reason}")]
    InvalidTimestamp { text: String, reason: String },
    #[error("The time {0} is outside the years 1 to 9999 and has no date")]
    TimeOutOfRange(String),
    /// An invalid element in the response to `get-login` after valid ones.
    #[error("{cause}")]
    PartialLogins { stdout: String, cause: Box<Error> },
    #[error("Unknown output type: {0}")]
    OutputType(String),
    #[error("{0}")]
    Evaluation(String),
    #[error("{0}")]
    Unprintable(String),

    /// An error message of the token source.
    #[error("{0}")]
    Token(String),
    /// A message for docker, which reads stdout.
    #[error("{0}")]
    DockerHelper(String),
    /// A message of a helper command for a log.
    #[error("{0}")]
    Helper(String),

    #[error("The runtime could not be started: {0}")]
    Runtime(io::Error),
    #[error("The output could not be written: {0}")]
    Output(io::Error),
    /// The process was started without a stdout. v1 prints an error of Python.
    #[error("The output could not be written: stdout is closed")]
    StdoutClosed,
    #[error("The program {program} could not be run: {error}")]
    OtherProgram { program: String, error: io::Error },
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Returns the text for stdout, which v1 prints in spite of the error.
    pub(crate) fn stdout(&self) -> &str {
        match self {
            Self::PartialLogins { stdout, .. } | Self::DockerHelper(stdout) => stdout,
            _ => "",
        }
    }

    /// Returns the text for stderr. It is empty if v1 exits without a message. The message is escaped, because a server can choose a part of it.
    /// The usage is not: v1 prints a carriage return in it.
    pub(crate) fn report(&self) -> String {
        let message = printable::text(&self.to_string());
        match self {
            Self::Usage { program, .. } => {
                let name = program.name();
                format!("{}{name}: error: {message}\n", program.usage())
            }
            Self::UnknownOptions { program, .. } => format!("{}\n{message}\n", program.usage()),
            Self::NoRegion | Self::NoCredentials | Self::Helper(_) => format!("{message}\n"),
            Self::Interrupted | Self::DockerHelper(_) => String::new(),
            Self::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe => String::new(),
            _ => format!("\n{message}\n"),
        }
    }

    /// Returns the message on one line, for logs.
    pub(crate) fn one_line(&self) -> String {
        one_line(&self.to_string())
    }

    /// Returns 1 for helper commands, 2 for usage errors, 130 after Ctrl-C, 120 if a write to stdout fails, and 255 otherwise,
    /// also if stdout is closed.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::DockerHelper(_) | Self::Helper(_) => 1,
            Self::Usage { .. } => 2,
            Self::Interrupted => 130,
            Self::Output(_) => 120,
            _ => 255,
        }
    }
}

const SUPPORTED: &str = "get-authorization-token, get-login-password and get-login";

/// Returns an error and all its causes on one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = causes.map(|cause| one_line(&cause.to_string())).collect();
    texts.dedup();
    texts.join(": ")
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    printable::text(&words.join(" "))
}

fn retries_suffix(retries: &Option<u32>) -> String {
    match retries {
        Some(retries) => format!(" (reached max retries: {retries})"),
        None => String::new(),
    }
}
