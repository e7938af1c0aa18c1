//! A certificate for each name that a client asks for, made when it is asked for first.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::clock;
use crate::fault::{CertificateFault, Faults};
use crate::server::tls::CertificateAuthority;

/// Makes certificates, and keeps them.
pub(super) struct Leaves {
    authority: CertificateAuthority,
    faults: Arc<Faults>,
    made: Mutex<HashMap<Asked, Arc<CertifiedKey>>>,
}

/// A name, and what is to be wrong with its certificate.
type Asked = (String, Option<CertificateFault>);

impl Leaves {
    pub(super) fn new(authority: CertificateAuthority, faults: Arc<Faults>) -> Self {
        Leaves {
            authority,
            faults,
            made: Mutex::default(),
        }
    }

    /// The certificate for a name, or for the loopback addresses: whoever connects to an address asks for no name (RFC 6066, section 3).
    fn leaf(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let name = name.unwrap_or("localhost");
        let fault = self.faults.trigger_at_handshake(name);
        let key = (name.to_owned(), fault);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = made.get(&key) {
            return Some(Arc::clone(leaf));
        }
        let leaf = match self.make(name, fault) {
            Ok(leaf) => Arc::new(leaf),
            Err(error) => {
                tracing::warn!(%error, name, "no certificate can be made");
                return None;
            }
        };
        if made.len() >= MOST_LEAVES {
            made.clear();
        }
        made.insert(key, Arc::clone(&leaf));
        Some(leaf)
    }

    fn make(
        &self,
        name: &str,
        fault: Option<CertificateFault>,
    ) -> Result<CertifiedKey, rcgen::Error> {
        let key = KeyPair::generate()?;
        let name = match fault {
            Some(CertificateFault::WrongName) => "wrong-name.invalid",
            _ => name,
        };
        let mut params = params(name)?;
        if fault == Some(CertificateFault::Expired) {
            params.not_after = rcgen::date_time_ymd(2015, 11, 29);
            params.not_before = rcgen::date_time_ymd(2014, 11, 29);
        }
        let certificate = match fault {
            Some(CertificateFault::SelfSigned) => params.self_signed(&key)?,
            _ => params.signed_by(&key, self.authority.issuer())?,
        };
        let provider = rustls::crypto::ring::default_provider();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider)
            .map_err(|_| rcgen::Error::UnsupportedSignatureAlgorithm)
    }
}

impl std::fmt::Debug for Leaves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Leaves(…)")
    }
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.leaf(hello.server_name())
    }
}

/// Names come from clients, so that they must not fill the memory.
const MOST_LEAVES: usize = 1000;

/// Clients hold a certificate against the system's clock, not the mock's. Those of Apple refuse one that is good for more than 825 days.
fn params(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    if name == "localhost" {
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let addresses = loopback.map(SanType::IpAddress);
        params.subject_alt_names.extend(addresses);
    }
    params.distinguished_name = DistinguishedName::new();
    // A common name has at most 64 characters (RFC 5280, appendix A.1); names are matched by what is above.
    let common = "mock-ecr";
    params.distinguished_name.push(DnType::CommonName, common);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let (year, month, day) = clock::system().date();
    params.not_before = rcgen::date_time_ymd(year - 1, month, day.min(28));
    params.not_after = rcgen::date_time_ymd(year + 1, month, day.min(28));
    Ok(params)
}
