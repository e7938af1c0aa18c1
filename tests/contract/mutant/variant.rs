//! Correct behaviours that differ from those of the client without a fault. No scenario may fail for them.

use std::sync::OnceLock;

/// Selects the variant of this process. Returns false for an unknown name.
pub(crate) fn select(name: &str) -> bool {
    let found = ALL.iter().find(|(_, one, ..)| *one == name);
    found.is_some_and(|(variant, ..)| SELECTED.set(*variant).is_ok())
}

/// Returns a line for each variant: its name, the client type, the scenarios that must not fail, and a description.
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
];
