//! The addresses of the sandbox.

use std::net::Ipv4Addr;

/// The address to which AWS's host names resolve inside the sandbox. RFC 5737 reserves it for documentation. An address in 127.0.0.0/8
/// cannot be used: docker treats these addresses as insecure registries and verifies no certificate.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// The address of the EC2 instance metadata service. Inside the sandbox, it is an address of the loopback device. A connection to this
/// address is therefore accepted or rejected immediately and does not time out.
pub(crate) const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
