//! Issues a certificate for each host name that a client requests, and caches it.

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

/// The certificates of the server, created on demand.
pub(super) struct LeafCertificates {
    ca: CertificateAuthority,
    faults: Arc<Faults>,
    cache: Mutex<HashMap<CacheKey, Arc<CertifiedKey>>>,
}

/// A host name, and the fault of its certificate.
type CacheKey = (String, Option<CertificateFault>);

impl LeafCertificates {
    pub(super) fn new(ca: CertificateAuthority, faults: Arc<Faults>) -> Self {
        LeafCertificates {
            ca,
            faults,
            cache: Mutex::default(),
        }
    }

    /// Returns the certificate for a host name. Without a name, returns the one for `localhost` and the loopback addresses: a client that
    /// connects to an IP address sends no name (RFC 6066, section 3).
    fn leaf(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let name = name.unwrap_or("localhost");
        let fault = self.faults.trigger_at_handshake(name);
        let key = (name.to_owned(), fault);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = cache.get(&key) {
            return Some(Arc::clone(leaf));
        }
        let leaf = match self.issue(name, fault) {
            Ok(leaf) => Arc::new(leaf),
            Err(error) => {
                tracing::warn!(%error, name, "cannot create a certificate");
                return None;
            }
        };
        if cache.len() >= MAX_LEAVES {
            cache.clear();
        }
        cache.insert(key, Arc::clone(&leaf));
        Some(leaf)
    }

    fn issue(
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
            _ => params.signed_by(&key, self.ca.issuer())?,
        };
        let provider = rustls::crypto::ring::default_provider();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider)
            .map_err(|_| rcgen::Error::UnsupportedSignatureAlgorithm)
    }
}

impl std::fmt::Debug for LeafCertificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeafCertificates(…)")
    }
}

impl ResolvesServerCert for LeafCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.leaf(hello.server_name())
    }
}

/// The maximum size of the cache. Clients choose the names, so the cache must be bounded.
const MAX_LEAVES: usize = 1000;

/// Returns the parameters of a certificate for a host name.
///
/// The validity period depends on the system's clock, as clients verify it by that clock and not by the mock's. Apple's clients reject a
/// certificate that is valid for more than 825 days.
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
    // The common name is a constant, because it has at most 64 characters (RFC 5280, appendix A.1). Clients match the names above.
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
