//! The types of clients that a suite can test.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The interface through which a client receives a request for a login and returns the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClientType {
    /// A command that prints a password, as `aws ecr get-login-password` does.
    TokenPrinter,
    /// A Docker credential helper with the commands `get`, `store`, `erase` and `list`.
    DockerCredential,
    /// A kubelet credential provider, API version v1.
    Kubelet,
    /// A library that is called through a driver. The driver reads and writes lines of JSON.
    Library,
    /// A tool that pulls or pushes an image.
    ImageTool,
    /// A daemon that stores a login in a file and refreshes it.
    Refresher,
    /// A command that calls `docker login`.
    DockerLoginCaller,
}

impl ClientType {
    /// All client types.
    pub const ALL: [ClientType; 7] = [
        ClientType::TokenPrinter,
        ClientType::DockerCredential,
        ClientType::Kubelet,
        ClientType::Library,
        ClientType::ImageTool,
        ClientType::Refresher,
        ClientType::DockerLoginCaller,
    ];

    /// Returns the value of the option `--client-type`.
    pub fn name(self) -> &'static str {
        match self {
            ClientType::TokenPrinter => "token-printer",
            ClientType::DockerCredential => "docker-credential",
            ClientType::Kubelet => "kubelet",
            ClientType::Library => "library",
            ClientType::ImageTool => "image-tool",
            ClientType::Refresher => "refresher",
            ClientType::DockerLoginCaller => "docker-login-caller",
        }
    }
}

impl fmt::Display for ClientType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ClientType {
    type Err = UnknownClientType;

    fn from_str(text: &str) -> Result<Self, UnknownClientType> {
        let found = ClientType::ALL
            .into_iter()
            .find(|client_type| client_type.name() == text);
        found.ok_or_else(|| UnknownClientType(text.chars().take(100).collect()))
    }
}

/// The error returned when a string is not the name of a client type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown client type {0:?}: expected token-printer, docker-credential, kubelet, library, image-tool, refresher \
     or docker-login-caller"
)]
pub struct UnknownClientType(String);
