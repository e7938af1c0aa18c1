//! Correct behaviours that differ from those of the client without a fault. No scenario may fail for them.

use std::sync::OnceLock;

/// Selects the variant of this process. Returns false for an unknown name.
pub(crate) fn select(name: &str) -> bool {
    let found = ALL.iter().find(|(_, one, ..)| *one == name);
    found.is_some_and(|(variant, ..)| SELECTED.set(*variant).is_ok())
}

/// Returns a line for each variant: its name, the client type, the scenarios that must not fail, and a description. A scenario is followed by
/// a colon and its verdict if it neither passes nor only informs.
pub(crate) fn list() -> String {
    let line = |(_, name, client_type, scenarios, description): &Row| {
        format!("{name}\t{client_type}\t{scenarios}\t{description}\n")
    };
    ALL.iter().map(line).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    KeepsImages,
    RepeatsRejectedRequests,
    TwoAttempts,
    MessageWithoutCode,
    RejectsStore,
    KeepsEveryIdentity,
    StrictExpiry,
    Patient,
    RenewsInBackground,
    RenewsOften,
    MarginOfATenth,
    CachesNothing,
    BinaryCache,
    LogsToStdout,
    DeterminesItsAccount,
    ShortBackoff,
    VagueErrors,
    TokenOfRegion,
    BooleanDebug,
    PrivateDirectory,
    ReadsDockersConfig,
    FurtherMembers,
    NoServerUrl,
    JsonErrors,
    ListsByApi,
    MarginOfMinutes,
    LogsStackTraces,
    TakesNoName,
    RejectsSpaces,
    SlowCredentials,
}

impl Variant {
    pub(crate) fn is_on(self) -> bool {
        SELECTED.get() == Some(&self)
    }
}

static SELECTED: OnceLock<Variant> = OnceLock::new();

type Row = (
    Variant,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ALL: &[Row] = &[
    (
        Variant::KeepsImages,
        "keeps-images",
        "image-tool",
        "NET-06,OBS-01,REG-04",
        "sends no HEAD, and uses the image that it has pulled before",
    ),
    (
        Variant::RepeatsRejectedRequests,
        "repeats-rejected-requests",
        "image-tool",
        "EXP-12,EXP-13,REG-01",
        "repeats a rejected request once before it replaces its login",
    ),
    (
        Variant::TwoAttempts,
        "two-attempts",
        "library",
        "NET-01,THR-01,THR-03",
        "makes two attempts",
    ),
    (
        Variant::MessageWithoutCode,
        "message-without-code",
        "token-printer",
        "CRD-01,CRD-03,NET-07",
        "prints the messages of AWS without their codes",
    ),
    (
        Variant::MessageWithoutCode,
        "library-message-without-code",
        "library",
        "ACC-04,CRD-03",
        "returns the messages of AWS without their codes",
    ),
    (
        Variant::RejectsStore,
        "rejects-store",
        "docker-credential",
        "DHP-04",
        "rejects `store` and `erase` with a message",
    ),
    (
        Variant::KeepsEveryIdentity,
        "keeps-every-identity",
        "docker-credential",
        "CRD-05,CRD-06",
        "keeps the valid logins of all access keys",
    ),
    (
        Variant::StrictExpiry,
        "strict-expiry",
        "library",
        "EXP-10",
        "rejects an expiresAt that is later than a token of ECR can expire",
    ),
    (
        Variant::Patient,
        "patient",
        "token-printer",
        "OBS-02,THR-02",
        "waits ten seconds for each of five responses",
    ),
    (
        Variant::RenewsInBackground,
        "renews-in-background",
        "library",
        "EXP-01,EXP-02,EXP-04,EXP-05,EXP-06,EXP-07,EXP-08",
        "renews each login in the background at half its TTL",
    ),
    (
        Variant::RenewsOften,
        "renews-often",
        "library",
        "EXP-02,EXP-05,EXP-06",
        "renews each login in the background after a third of its TTL",
    ),
    (
        Variant::MarginOfATenth,
        "margin-of-a-tenth",
        "library",
        "EXP-02,EXP-05",
        "caches a token until a tenth of its TTL is left",
    ),
    (
        Variant::CachesNothing,
        "caches-nothing",
        "docker-credential",
        "EXP-01:warning,EXP-02,EXP-03:not_applicable,EXP-05",
        "requests a token for each call",
    ),
    (
        Variant::CachesNothing,
        "library-caches-nothing",
        "library",
        "EXP-01:warning,EXP-05",
        "requests a token for each call",
    ),
    (
        Variant::BinaryCache,
        "binary-cache",
        "docker-credential",
        "EXP-03:not_applicable,EXP-15:not_applicable,CRD-06:not_applicable,DHP-07",
        "has a cache that is not text",
    ),
    (
        Variant::LogsToStdout,
        "logs-to-standard-output",
        "refresher",
        "CRD-03,OBS-01",
        "writes its log to stdout",
    ),
    (
        Variant::DeterminesItsAccount,
        "determines-its-account",
        "docker-login-caller",
        "CRD-01,CRD-02,CRD-03,TOK-01",
        "calls STS before ECR",
    ),
    (
        Variant::ShortBackoff,
        "short-backoff",
        "refresher",
        "CRD-01",
        "doubles the pause between attempts from a tenth of a second",
    ),
    (
        Variant::VagueErrors,
        "vague-errors",
        "docker-login-caller",
        "CRD-03:warning,DKR-03:warning",
        "prints errors without their reasons",
    ),
    (
        Variant::TokenOfRegion,
        "token-of-region",
        "library",
        "ACC-01,ACC-02:warning,ACC-05,RGN-03",
        "requests a token for each Region, without registry IDs",
    ),
    (
        Variant::TokenOfRegion,
        "helper-token-of-region",
        "docker-credential",
        "ACC-01,RGN-01",
        "requests a token for each Region, without registry IDs",
    ),
    (
        Variant::BooleanDebug,
        "boolean-debug",
        "docker-credential",
        "DHP-06",
        "accepts only booleans in DEBUG",
    ),
    (
        Variant::PrivateDirectory,
        "private-directory",
        "docker-credential",
        "DHP-07",
        "has a cache that everyone could read, in a directory that only its owner can enter",
    ),
    (
        Variant::ReadsDockersConfig,
        "reads-dockers-config",
        "docker-credential",
        "DHP-07",
        "rejects an invalid configuration of docker",
    ),
    (
        Variant::FurtherMembers,
        "further-members",
        "docker-credential",
        "DHP-01,TOK-01",
        "returns a further member",
    ),
    (
        Variant::NoServerUrl,
        "no-server-url",
        "docker-credential",
        "DHP-01:warning,ACC-03,TOK-01",
        "returns no ServerURL",
    ),
    (
        Variant::JsonErrors,
        "json-errors",
        "docker-credential",
        "CRD-01,CRD-02,CRD-03,DHP-03",
        "returns errors in JSON",
    ),
    (
        Variant::ListsByApi,
        "lists-by-api",
        "docker-credential",
        "DHP-05",
        "calls ECR to list logins",
    ),
    (
        Variant::MarginOfMinutes,
        "margin-of-minutes",
        "kubelet",
        "EXP-07,EXP-08,EXP-09",
        "has a margin of five minutes, and caches a token without an expiry for six hours",
    ),
    (
        Variant::LogsStackTraces,
        "logs-stack-traces",
        "docker-credential",
        "EXP-09",
        "logs a stack trace with each error",
    ),
    (
        Variant::LogsStackTraces,
        "refresher-logs-stack-traces",
        "refresher",
        "EXP-09",
        "logs a stack trace with each error, and goes on",
    ),
    (
        Variant::TakesNoName,
        "logs-in-without-a-name",
        "docker-login-caller",
        "ACC-03,TOK-01",
        "logs in to the registry of the response",
    ),
    (
        Variant::RejectsSpaces,
        "rejects-spaces",
        "library",
        "ACC-04",
        "rejects a name with spaces, and quotes it",
    ),
    (
        Variant::SlowCredentials,
        "slow-credentials",
        "library",
        "CRD-04:warning",
        "looks for credentials for 16 s",
    ),
];
