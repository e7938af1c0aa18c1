//! The key that a token of `aws login` is bound to, and the proofs of its possession (DPoP, RFC 9449).

use std::fmt;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ecr_token_source::{Clock as _, SystemClock};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::credential_error::CredentialError;

/// A private key of the curve P-256.
pub(crate) struct DpopKey(EcdsaKeyPair);

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DpopKey")
    }
}

impl DpopKey {
    /// Parses a key in PEM. It has the form of RFC 5915, as `aws login` writes it, or that of PKCS #8.
    ///
    /// # Errors
    /// Returns an error if the key has another form.
    pub(crate) fn parse(pem: &str) -> Result<Self, CredentialError> {
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        let der = STANDARD.decode(lines.collect::<String>().trim()).ok();
        let key = der.and_then(|der| of_rfc_5915(&der).or_else(|| of_pkcs_8(&der)));
        let unreadable = || {
            CredentialError::LoginToken("Unable to load private key from cached token.".to_owned())
        };
        key.map(Self).ok_or_else(unreadable)
    }

    /// Returns the proof for a `POST` request to a URL: a signed JWT.
    ///
    /// # Errors
    /// Returns an error if the system has no random numbers.
    pub(crate) fn proof(&self, url: &str) -> Result<String, CredentialError> {
        // The public key is a byte that names the form, and the two coordinates.
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({
            "kty": "EC",
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
            "crv": "P-256",
        });
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let issued = SystemClock.now().duration_since(SystemTime::UNIX_EPOCH);
        let claims = json!({
            "htm": "POST",
            "htu": url,
            "iat": issued.unwrap_or_default().as_secs(),
            "jti": random_uuid()?,
        });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let text = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signature.map_err(|_| no_random_numbers())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Parses a DER key of P-256 that contains its curve and its public key. Such a key has fixed lengths.
fn of_rfc_5915(der: &[u8]) -> Option<EcdsaKeyPair> {
    let rest = der.strip_prefix(&[0x30, 0x77, 2, 1, 1, 4, 32])?;
    let (private, rest) = rest.split_at_checked(32)?;
    let curve = [0xA0, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
    let rest = rest.strip_prefix(&curve)?;
    let public = rest.strip_prefix(&[0xA1, 68, 3, 66, 0])?;
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public, &random).ok()
}

fn of_pkcs_8(der: &[u8]) -> Option<EcdsaKeyPair> {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).ok()
}

/// Returns a UUID of version 4.
fn random_uuid() -> Result<String, CredentialError> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| no_random_numbers())?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    Ok(parts.join("-"))
}

fn no_random_numbers() -> CredentialError {
    CredentialError::Python("the system has no random numbers".to_owned())
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    /// Made for this test with `openssl ecparam -name prime256v1 -genkey -noout`, and the same key in PKCS #8.
    const RFC_5915: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEII/jhKoXKa8a/5qGbNHYNyzQLyEauna/lbERrVqNET5yoAoGCCqGSM49\nAwEHoUQDQgAERpXFPccvn6/6q4KtkNOUdqr4k+r9cROmsP7mxIcR9dJrdX8PcXrA\nl4fsJjbtgZjFOiTMrWczWMLQumoKhHNumA==\n-----END EC PRIVATE KEY-----\n";
    const PKCS_8: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgj+OEqhcprxr/moZs\n0dg3LNAvIRq6dr+VsRGtWo0RPnKhRANCAARGlcU9xy+fr/qrgq2Q05R2qviT6v1x\nE6aw/ubEhxH10mt1fw9xesCXh+wmNu2BmMU6JMytZzNYwtC6agqEc26Y\n-----END PRIVATE KEY-----\n";

    #[test]
    fn a_proof_is_a_jwt_that_the_public_key_verifies() {
        for pem in [RFC_5915, PKCS_8] {
            let key = DpopKey::parse(pem).unwrap();
            let proof = key.proof("https://us-east-1.signin.aws.amazon.com/v1/token");
            let proof = proof.unwrap();
            let (text, signature) = proof.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.0.public_key());
            public.verify(text.as_bytes(), &signature).unwrap();
            let part =
                |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
            let (header, claims) = text.split_once('.').unwrap();
            let jwk = r#"{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","x":"RpXFPccvn6_6q4KtkNOUdqr4k-r9cROmsP7mxIcR9dI","y":"a3V_D3F6wJeH7CY27YGYxTokzK1nM1jC0LpqCoRzbpg","crv":"P-256"}}"#;
            assert_eq!(part(header), jwk);
            let start =
                r#"{"htm":"POST","htu":"https://us-east-1.signin.aws.amazon.com/v1/token","iat":"#;
            assert!(part(claims).starts_with(start));
        }
    }

    #[test]
    fn a_key_in_another_form_is_an_error() {
        for pem in [
            "",
            "-----BEGIN EC PRIVATE KEY-----\nAAAA\n",
            "%",
            &RFC_5915[..80],
        ] {
            let error = DpopKey::parse(pem).unwrap_err().to_string();
            let text =
                "Error loading login session token: Unable to load private key from cached token.";
            assert_eq!(error, text);
        }
    }
}
