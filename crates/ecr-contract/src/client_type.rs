//! The classes of clients, by how each is asked for a login and answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a client is asked for a login, and hands it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClientType {
    /// A command that prints a password, as `aws ecr get-login-password` does.
    TokenPrinter,
    /// A credential helper of docker's: `get`, `store`, `erase`, `list`.
    DockerCredential,
    /// A credential provider of the kubelet, v1.
    Kubelet,
    /// A library, by a driver that speaks JSON lines.
    Library,
    /// A tool that pulls or pushes an image.
    ImageTool,
    /// A daemon that keeps a login in a file.
    Refresher,
    /// A command that calls `docker login`.
    DockerLoginCaller,
}

impl ClientType {
    /// All of them.
    pub const ALL: [ClientType; 7] = [
        ClientType::TokenPrinter,
        ClientType::DockerCredential,
        ClientType::Kubelet,
        ClientType::Library,
        ClientType::ImageTool,
        ClientType::Refresher,
        ClientType::DockerLoginCaller,
    ];

    /// As it is written after `--client-type`.
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

/// A text that names no class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no client type; expected token-printer, docker-credential, kubelet, library, image-tool, refresher \
     or docker-login-caller"
)]
pub struct UnknownClientType(String);
