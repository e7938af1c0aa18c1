//! Derives signing keys from a secret access key, a date, a Region and a service.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::aws::sigv4::authorization::CredentialScope;
use crate::aws::sigv4::canonical::push_hex;
use crate::types::secret::Secret;

/// A cache of signing keys, by credential. The derivation of a key takes four rounds of HMAC.
#[derive(Debug, Default)]
pub(crate) struct SigningKeys(Mutex<HashMap<Box<str>, (Secret, SigningKey)>>);

impl SigningKeys {
    /// Returns the signing key for a credential and the secret access key of its owner.
    pub(super) fn of(&self, scope: &CredentialScope<'_>, secret: &Secret) -> SigningKey {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A new session can have the access key id of a removed session, with another secret.
        if let Some((secret_of_key, key)) = keys.get(scope.credential())
            && secret_of_key.equals(secret.expose())
        {
            return key.clone();
        }
        let key = SigningKey::derive(scope, secret);
        // Clients choose the scope, so the size of the cache must be limited.
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

    /// Returns the signature of a string in lower-case hexadecimal digits.
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
    Hmac::new_from_slice(key).expect("HMAC accepts keys of any length")
}
