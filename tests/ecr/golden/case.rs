//! A recorded case in the format of the fixtures.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A recorded run and its result. `fixtures/awscli/README.md` describes the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) args: Vec<String>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) unset: Vec<String>,
    #[serde(default)]
    pub(super) files: BTreeMap<String, Bytes>,
    #[serde(default)]
    pub(super) home: BTreeMap<String, Bytes>,
    #[serde(default)]
    pub(super) executable: Vec<String>,
    pub(super) stdin: Option<String>,
    pub(super) stdin_file: Option<String>,
    pub(super) terminal: Option<[u16; 2]>,
    #[serde(default)]
    pub(super) listen: Listen,
    pub(super) tls: Option<Host>,
    #[serde(default)]
    pub(super) https_proxy: bool,
    #[serde(default = "default_responses")]
    pub(super) answers: Vec<Response>,
    #[serde(default)]
    pub(super) slow: bool,
    #[serde(default)]
    pub(super) sent: Sent,
    #[serde(default)]
    pub(super) exit: i32,
    #[serde(default)]
    pub(super) stdout: String,
    #[serde(default)]
    pub(super) stderr: String,
}

/// Whether the server accepts connections.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Listen {
    #[default]
    Open,
    Refused,
    Full,
}

/// The host name in the server's certificate.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Host {
    Localhost,
    Elsewhere,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Response {
    /// Status 200 with a body of `shared.toml`.
    Shared(String),
    Custom(CustomResponse),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomResponse {
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: Bytes,
    #[serde(default)]
    pub(super) missing: usize,
    #[serde(default)]
    pub(super) delay: u64,
    #[serde(default)]
    pub(super) manner: Manner,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Manner {
    #[default]
    Whole,
    Reset,
    Closed,
    Silent,
    Half,
    Raw,
}

/// The first request that the server received, and the number of requests.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sent {
    pub(super) times: usize,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Option<String>,
    pub(super) signed: Option<String>,
    pub(super) session: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Bytes {
    Text(String),
    Binary { base64: String },
}

impl Bytes {
    /// Returns the bytes. Text is passed through `fill`.
    pub(super) fn bytes(&self, fill: impl Fn(&str) -> String) -> Vec<u8> {
        match self {
            Self::Text(text) => fill(text).into_bytes(),
            Self::Binary { base64 } => STANDARD.decode(base64).unwrap(),
        }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Default for Sent {
    fn default() -> Self {
        Self {
            times: 1,
            method: "POST".into(),
            path: "/".into(),
            body: None,
            signed: None,
            session: None,
        }
    }
}

fn default_responses() -> Vec<Response> {
    vec![Response::Shared("one".into())]
}

fn ok() -> u16 {
    200
}
