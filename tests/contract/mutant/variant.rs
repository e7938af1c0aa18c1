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
    AsksForEachRequest,
    ErrorWhenRefused,
    LimitsReplacements,
    AlwaysDualStack,
    StrictNames,
    TokenForEachTool,
    PrintsNoLineBreak,
    SystemTrust,
    ListsNull,
    RejectsList,
    LongPause,
    FixedInterval,
    StrictPassword,
    OwnRegistry,
    NullCacheDuration,
    ZeroCacheDuration,
    ReportsDate,
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
        "rejects `store` with a message",
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
        Variant::AsksForEachRequest,
        "asks-for-each-request",
        "image-tool",
        "REG-01,REG-02,REG-03",
        "calls its helper before each request, and once more after a rejection",
    ),
    (
        Variant::ErrorWhenRefused,
        "error-when-refused",
        "library",
        "EXP-12,EXP-16",
        "returns an error for a rejected login, and another login for the next request",
    ),
    (
        Variant::LimitsReplacements,
        "limits-replacements",
        "library",
        "EXP-16",
        "replaces a rejected login at most once in five seconds",
    ),
    (
        Variant::AlwaysDualStack,
        "always-dual-stack",
        "docker-credential",
        "HST-01,RGN-01",
        "calls the dual-stack endpoint for every registry",
    ),
    (
        Variant::StrictNames,
        "strict-names",
        "docker-credential",
        "HST-04",
        "reports a name that resembles that of a registry as invalid",
    ),
    (
        Variant::TokenForEachTool,
        "token-for-each-tool",
        "docker-login-caller",
        "TOK-01:warning",
        "requests another token for the login of another tool",
    ),
    (
        Variant::PrintsNoLineBreak,
        "no-line-break",
        "token-printer",
        "TOK-06:warning",
        "prints no line break after the password",
    ),
    (
        Variant::SystemTrust,
        "system-trust",
        "token-printer",
        "NET-04:warning,NET-06:warning",
        "trusts only the certificates of the system",
    ),
    (
        Variant::ListsNull,
        "lists-null",
        "docker-credential",
        "RGN-02",
        "lists no logins as `null`",
    ),
    (
        Variant::RejectsList,
        "rejects-list",
        "docker-credential",
        "RGN-02",
        "does not support `list`",
    ),
    (
        Variant::LongPause,
        "long-pause",
        "refresher",
        "EXP-17",
        "pauses for 30 s after a failed attempt, and keeps an expired login",
    ),
    (
        Variant::FixedInterval,
        "fixed-interval",
        "refresher",
        "EXP-14",
        "refreshes every hour, and removes an expired login",
    ),
    (
        Variant::StrictPassword,
        "strict-password",
        "token-printer",
        "TOK-02:warning,TOK-03:warning",
        "rejects a password that is not base64, as ECR's passwords are",
    ),
    (
        Variant::OwnRegistry,
        "own-registry",
        "docker-login-caller",
        "HST-06",
        "always logs in to the same registry",
    ),
    (
        Variant::NullCacheDuration,
        "null-cache-duration",
        "kubelet",
        "EXP-10,KCP-01:warning",
        "leaves the duration for which a login is cached to the kubelet",
    ),
    (
        Variant::ZeroCacheDuration,
        "zero-cache-duration",
        "kubelet",
        "EXP-10,KCP-01:warning",
        "lets the kubelet cache no login",
    ),
    (
        Variant::ReportsDate,
        "reports-date",
        "token-printer",
        "NET-07",
        "reports a wrong clock as a wrong date",
    ),
];
