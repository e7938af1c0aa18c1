//! Accepts connections, routes each request to the service that handles it, and sends the response.

pub(crate) mod connection;
pub(crate) mod faulty_stream;
pub(crate) mod handler;
pub(crate) mod listen;
pub(crate) mod proxy;
pub(crate) mod request_attributes;
pub(crate) mod request_body;
pub(crate) mod router;
pub(crate) mod tls;
mod welcome;
