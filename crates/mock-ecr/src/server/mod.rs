//! The path of a request from the socket to the service, and of the response back.

pub(crate) mod connection;
pub(crate) mod faulty_stream;
pub(crate) mod handler;
pub(crate) mod proxy;
pub(crate) mod request_attributes;
pub(crate) mod request_body;
pub(crate) mod router;
pub(crate) mod tls;
