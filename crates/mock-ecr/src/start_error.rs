//! The error of a mock that cannot be started.

use std::net::SocketAddr;

use crate::config::ConfigError;
use crate::fault::FaultError;
use crate::server::listen::BindError;
#[cfg(feature = "tls")]
use crate::server::tls::CaError;
use crate::store::StoreLocationError;
use crate::types::argument::ArgumentError;
use crate::types::error_chain::debug_as_chain;

/// The error returned by [`MockEcrBuilder::start`](crate::MockEcrBuilder::start). `Debug` formats the text of the error and of its sources, so that the
/// message of `unwrap` is readable.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An argument of another method of the builder is invalid.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The mock cannot listen on an address.
    #[error("cannot listen on {address}{}", port_hint(source))]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreLocationError),
    /// A fault of the configuration is invalid or cannot be added.
    #[error("invalid fault in the configuration")]
    Fault(#[from] FaultError),
    /// The configuration needs a feature that is not enabled. The string is the name of the feature.
    #[error(
        "mock-ecr was built without the feature {0}; add it to the features of the dependency mock-ecr, or build the command with --features {0}"
    )]
    MissingFeature(&'static str),
    /// The certificate authority cannot be read or created.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The initial repositories cannot be created. The source is the error of a tag, an image layout, an image or the
    /// store.
    #[error("cannot create the repositories of the configuration")]
    Repositories(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// [`start`](crate::MockEcrBuilder::start) was called outside a tokio runtime.
    #[error(
        "not in a tokio runtime: call start within one, such as that of #[tokio::test], or call start_blocking"
    )]
    NoRuntime,
    /// The thread of [`start_blocking`](crate::MockEcrBuilder::start_blocking) cannot be started.
    #[error("cannot start a thread for the mock")]
    Thread(#[source] std::io::Error),
}

debug_as_chain!(StartError);

impl From<BindError> for StartError {
    fn from(BindError { address, source }: BindError) -> Self {
        StartError::Bind { address, source }
    }
}

/// Returns a hint for the error of a port that is in use, or an empty string for other errors.
fn port_hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => " (use another port, or port 0 for a free port)",
        _ => "",
    }
}
