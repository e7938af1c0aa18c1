//! Encrypts and authenticates claims with keys derived from the seed. Without the seed, the claims can be neither read
//! nor changed.
//!
//! The scheme is a synthetic-IV construction: the tag is an HMAC of the padded claims, and the claims are encrypted
//! with a ChaCha20 keystream whose key is derived from the tag. So the same claims always have the same sealed form.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::types::timestamp::Timestamp;

pub(super) type Tag = [u8; 32];

/// The keys derived from a seed, one for each purpose.
pub(super) struct Keys {
    tag: Hmac<Sha256>,
    stream: Hmac<Sha256>,
    datakey: Hmac<Sha256>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    pub(super) fn from_seed(seed: &str) -> Self {
        let root = keyed(seed.as_bytes());
        let key = |purpose: &[u8]| keyed(&mac(&root, purpose));
        Keys {
            tag: key(b"mock-ecr token tag"),
            stream: key(b"mock-ecr token stream"),
            datakey: key(b"mock-ecr token datakey"),
        }
    }

    /// Seals claims. The result has `size` bytes, or more if the claims need more.
    pub(super) fn seal(&self, claims: &Claims, size: usize) -> (Vec<u8>, Tag) {
        let mut bytes = encode(claims);
        bytes.resize(bytes.len().max(size.saturating_sub(TAG_SIZE)), 0);
        let tag = mac(&self.tag, &bytes);
        self.apply_keystream(&tag, &mut bytes);
        ([&tag[..], &bytes].concat(), tag)
    }

    pub(super) fn open(&self, sealed: &[u8]) -> Result<Claims, TokenError> {
        let (tag, encrypted) = sealed.split_first_chunk().ok_or(TokenError::Forged)?;
        let mut bytes = encrypted.to_vec();
        self.apply_keystream(tag, &mut bytes);
        let is_authentic: bool = mac(&self.tag, &bytes).ct_eq(tag).into();
        if !is_authentic {
            return Err(TokenError::Forged);
        }
        decode(&bytes).ok_or(TokenError::Forged)
    }

    /// Returns the `datakey` of a token. In AWS, it is a data key that is encrypted by KMS. Here, it consists of the
    /// recorded beginning of real data keys and of bytes derived from the tag.
    pub(super) fn datakey(&self, tag: &Tag) -> Vec<u8> {
        let mut datakey = vec![0; DATAKEY_SIZE];
        let (start, rest) = datakey.split_at_mut(DATAKEY_START.len());
        start.copy_from_slice(&DATAKEY_START);
        ChaCha20Rng::from_seed(mac(&self.datakey, tag)).fill_bytes(rest);
        datakey
    }

    /// Encrypts or decrypts bytes: XORs them with the keystream.
    fn apply_keystream(&self, tag: &Tag, bytes: &mut [u8]) {
        let mut stream = vec![0; bytes.len()];
        ChaCha20Rng::from_seed(mac(&self.stream, tag)).fill_bytes(&mut stream);
        for (byte, mask) in bytes.iter_mut().zip(stream) {
            *byte ^= mask;
        }
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC accepts a key of any length")
}

fn mac(key: &Hmac<Sha256>, message: &[u8]) -> [u8; 32] {
    key.clone()
        .chain_update(message)
        .finalize()
        .into_bytes()
        .into()
}

/// Encodes claims: the version, the times of issue and expiry in milliseconds, then Region and ARN, each preceded by
/// its length. Zeros may follow.
fn encode(claims: &Claims) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(claims.issued.as_millis().to_be_bytes());
    bytes.extend(claims.expires.as_millis().to_be_bytes());
    for text in [claims.region.as_str(), claims.principal.as_str()] {
        let length = u16::try_from(text.len()).expect("a region or an ARN has at most 2048 bytes");
        bytes.extend(length.to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Claims> {
    let mut rest = bytes.strip_prefix(&[VERSION])?;
    Some(Claims {
        issued: decode_timestamp(&mut rest)?,
        expires: decode_timestamp(&mut rest)?,
        region: decode_text(&mut rest)?.parse().ok()?,
        principal: decode_text(&mut rest)?.parse().ok()?,
    })
}

fn decode_timestamp(rest: &mut &[u8]) -> Option<Timestamp> {
    let (millis, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(Timestamp::from_millis(i64::from_be_bytes(*millis)))
}

fn decode_text<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let (length, after) = rest.split_first_chunk()?;
    let (text, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
    *rest = after;
    str::from_utf8(text).ok()
}

const VERSION: u8 = 1;
const TAG_SIZE: usize = 32;
const DATAKEY_SIZE: usize = 184;

/// The beginning of every recorded `datakey`: `AQEBAHijEFXGwF1cipVOacG8qRmJoVBPay8LUUvU8RCVV0XoHwAAAH4wfAYJKoZIh…`.
/// Source: a Wiz write-up of 2025-09.
const DATAKEY_START: [u8; 49] = [
    0x01, 0x01, 0x01, 0x00, 0x78, 0xa3, 0x10, 0x55, 0xc6, 0xc0, 0x5d, 0x5c, 0x8a, 0x95, 0x4e, 0x69,
    0xc1, 0xbc, 0xa9, 0x19, 0x89, 0xa1, 0x50, 0x4f, 0x6b, 0x2f, 0x0b, 0x51, 0x4b, 0xd4, 0xf1, 0x10,
    0x95, 0x57, 0x45, 0xe8, 0x1f, 0x00, 0x00, 0x00, 0x7e, 0x30, 0x7c, 0x06, 0x09, 0x2a, 0x86, 0x48,
    0x86,
];
