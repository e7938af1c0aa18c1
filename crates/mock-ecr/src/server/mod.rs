//! Accepts connections, routes each request to the service that handles it, and sends the response.

mod accept;
mod activity;
pub(crate) mod connection;
mod content_policy;
pub(crate) mod faulty_stream;
pub(crate) mod handler;
mod host;
mod http_connection;
mod http_version;
#[cfg(feature = "sdk")]
pub(crate) mod in_process;
#[cfg(feature = "connector")]
mod in_process_connections;
pub(crate) mod listen;
pub(crate) mod own_runtime;
pub(crate) mod proxy;
pub(crate) mod request_attributes;
pub(crate) mod request_body;
pub(crate) mod router;
pub(crate) mod sockets;
mod stream;
pub(crate) mod tls;
mod uninterrupted;
mod welcome;
