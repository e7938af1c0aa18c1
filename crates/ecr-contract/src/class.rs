//! The classes of clients, by how each is asked for a login and answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a client is asked for a login, and hands it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
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

impl Class {
    /// All of them.
    pub const ALL: [Class; 7] = [
        Class::TokenPrinter,
        Class::DockerCredential,
        Class::Kubelet,
        Class::Library,
        Class::ImageTool,
        Class::Refresher,
        Class::DockerLoginCaller,
    ];

    /// As it is written after `--as`.
    pub fn name(self) -> &'static str {
        match self {
            Class::TokenPrinter => "token-printer",
            Class::DockerCredential => "docker-credential",
            Class::Kubelet => "kubelet",
            Class::Library => "library",
            Class::ImageTool => "image-tool",
            Class::Refresher => "refresher",
            Class::DockerLoginCaller => "docker-login-caller",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        let found = Class::ALL.into_iter().find(|class| class.name() == text);
        found.ok_or_else(|| UnknownClass(text.chars().take(100).collect()))
    }
}

/// A text that names no class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no class of clients; expected token-printer, docker-credential, kubelet, library, image-tool, refresher \
     or docker-login-caller"
)]
pub struct UnknownClass(String);
