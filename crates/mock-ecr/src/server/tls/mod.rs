//! TLS on the same port as HTTP: a private certificate authority, and a certificate for each host name that a client requests.
//!
//! ring generates the keys; they are not derived from the seed. A seed is not a secret. Anyone who knows it could otherwise impersonate any
//! host to a client that trusts the CA.

#[cfg(feature = "tls")]
mod acceptor;
#[cfg(feature = "tls")]
mod certificate_authority;
#[cfg(feature = "tls")]
mod leaf_certificates;
#[cfg(not(feature = "tls"))]
mod unavailable;

#[cfg(feature = "tls")]
pub(crate) use acceptor::{Tls, is_certificate_rejected};
#[cfg(feature = "tls")]
pub use certificate_authority::{CaError, CertificateAuthority, CertificateError};
#[cfg(not(feature = "tls"))]
pub(crate) use unavailable::{Tls, is_certificate_rejected};

/// The first byte of a TLS handshake (RFC 8446, section 5.1). No HTTP method begins with it.
pub(crate) const HANDSHAKE: u8 = 0x16;
