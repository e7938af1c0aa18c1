//! The key that attributes: drawn from a secret access key, a day, a region and a service.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::aws::sigv4::authorization::CredentialScope;
use crate::aws::sigv4::canonical::push_hex;
use crate::types::secret::Secret;

/// The keys that have been drawn lately, by credential: drawing one takes four rounds of HMAC.
#[derive(Debug, Default)]
pub(crate) struct SigningKeys(Mutex<HashMap<Box<str>, (Secret, SigningKey)>>);

impl SigningKeys {
    /// The key for a scope, whose access key id is that of `secret`.
    pub(super) fn of(&self, scope: &CredentialScope<'_>, secret: &Secret) -> SigningKey {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A session can have the access key id of one that was removed, with another secret.
        if let Some((secret_of_key, key)) = keys.get(scope.credential())
            && secret_of_key.equals(secret.expose())
        {
            return key.clone();
        }
        let key = SigningKey::derive(scope, secret);
        // Scopes are the clients' to choose, so that the number of keys must have an end.
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        let entry = (secret.clone(), key.clone());
        keys.insert(scope.credential().into(), entry);
        key
    }
}

const MAX_KEYS: usize = 256;

#[derive(Clone)]
pub(super) struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    fn derive(scope: &CredentialScope<'_>, secret: &Secret) -> Self {
        let first = keyed(format!("AWS4{}", secret.expose()).as_bytes());
        let parts = [
            scope.date(),
            scope.region(),
            scope.service(),
            scope.terminator(),
        ];
        SigningKey(parts.iter().fold(first, |key, part| {
            keyed(&key.chain_update(part).finalize().into_bytes())
        }))
    }

    /// The signature in lower-case hexadecimal digits.
    pub(super) fn sign(self, string_to_sign: &[u8]) -> Vec<u8> {
        let mac = self.0.chain_update(string_to_sign).finalize().into_bytes();
        let mut signature = Vec::with_capacity(64);
        push_hex(&mut signature, &mac);
        signature
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
