//! The signature of an image, as a signing profile creates it: an image that names the signed image as its subject.
//!
//! Source of the form: the signature specification of the Notary Project. `[ASSUME]`: ECR stores this form. The envelope contains no signature,
//! because the mock has no keys of AWS Signer.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use bytes::Bytes;
use serde::Serialize;

use crate::domain::hasher::digest_of;
use crate::types::{Algorithm, Digest};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const SIGNATURE: &str = "application/vnd.cncf.notary.signature";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const ENVELOPE: &str = "application/jose+json";

/// The manifest and the blobs of a signature. They depend only on the signed image and the profile.
pub(super) struct Signature {
    pub(super) manifest: Bytes,
    /// The configuration and the envelope.
    pub(super) blobs: [Bytes; 2],
}

/// The reference to a blob or a manifest.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureManifest<'a> {
    schema_version: u8,
    media_type: &'static str,
    artifact_type: &'static str,
    config: Target,
    layers: [Target; 1],
    subject: &'a Target,
    annotations: Annotations,
}

#[derive(Serialize)]
struct Annotations {
    /// A list of fingerprints in JSON. The fingerprint is that of the profile, because there is no certificate.
    #[serde(rename = "io.cncf.notary.x509chain.thumbprint#S256")]
    thumbprints: String,
}

/// The signature envelope, in the JSON serialization of JWS.
#[derive(Serialize)]
struct Envelope {
    payload: String,
    protected: String,
    header: Header,
    signature: &'static str,
}

#[derive(Serialize)]
struct Header {
    x5c: [&'static str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    target_artifact: &'a Target,
}

#[derive(Serialize)]
struct Protected<'a> {
    cty: &'static str,
    #[serde(rename = "io.cncf.notary.signingScheme")]
    scheme: &'static str,
    #[serde(rename = "com.amazonaws.signer.signingProfile")]
    profile: &'a str,
}

impl Signature {
    pub(super) fn of(subject: &Target, profile: &str) -> Self {
        let (config, envelope) = (Bytes::from_static(b"{}"), envelope(subject, profile));
        let thumbprint = digest_of(Algorithm::Sha256, profile.as_bytes());
        let manifest = serialize(&SignatureManifest {
            schema_version: 2,
            media_type: MANIFEST,
            artifact_type: SIGNATURE,
            config: Target::of(EMPTY, &config),
            layers: [Target::of(ENVELOPE, &envelope)],
            subject,
            annotations: Annotations {
                thumbprints: format!("[\"{}\"]", thumbprint.hex()),
            },
        });
        Signature {
            manifest,
            blobs: [config, envelope],
        }
    }
}

impl Target {
    fn of(media_type: &str, bytes: &Bytes) -> Self {
        Target {
            media_type: media_type.to_owned(),
            digest: digest_of(Algorithm::Sha256, bytes),
            size: bytes.len() as u64,
        }
    }
}

fn envelope(target_artifact: &Target, profile: &str) -> Bytes {
    let encode = |bytes: Bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    serialize(&Envelope {
        payload: encode(serialize(&Payload { target_artifact })),
        protected: encode(serialize(&Protected {
            cty: "application/vnd.cncf.notary.payload.v1+json",
            scheme: "notary.x509.signingAuthority",
            profile,
        })),
        header: Header { x5c: [] },
        signature: "",
    })
}

fn serialize(json: &impl Serialize) -> Bytes {
    let text = serde_json::to_vec(json);
    text.expect("texts and numbers can be serialized").into()
}
