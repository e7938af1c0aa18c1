//! Signs requests with `aws-sigv4`, the signer of the SDKs.

use std::time::Duration;

use aws_sdk_ecr::config::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningInstructions,
    SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::header::HOST;
use http::{Request, Version};

use crate::aws::sigv4::authorization::Form;
use crate::iam::principal::Principal;
use crate::types::secret::Secret;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Region};

/// A request before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) version: Version,
    pub(super) method: String,
    pub(super) host: String,
    /// The path and the query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Draft {
    /// Returns the request of an SDK for `GetAuthorizationToken`.
    pub(super) fn example() -> Self {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Draft {
            version: Version::HTTP_11,
            method: "POST".to_owned(),
            host: "api.ecr.us-east-1.amazonaws.com".to_owned(),
            target: "/".to_owned(),
            headers: vec![
                header("content-type", "application/x-amz-json-1.1"),
                header(
                    "x-amz-target",
                    "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
                ),
            ],
            body: b"{}".to_vec(),
        }
    }

    fn request(&self) -> Request<Vec<u8>> {
        let uri = match self.version {
            Version::HTTP_2 => format!("http://{}{}", self.host, self.target),
            _ => self.target.clone(),
        };
        let mut request = Request::builder().method(self.method.as_str()).uri(uri);
        if self.version != Version::HTTP_2 {
            request = request.header(HOST, &self.host);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(self.body.clone()).unwrap()
    }
}

/// The caller, the scope, the time and the form of a signature.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) principal: Principal,
    pub(super) region: String,
    pub(super) service: &'static str,
    pub(super) at: Timestamp,
    pub(super) form: Form,
    pub(super) payload: Payload,
    /// The value of `X-Amz-Expires` in the query form.
    pub(super) expires_in: Duration,
}

/// The way in which the body is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    Hashed,
    /// Hashed, with the hash in `x-amz-content-sha256`.
    Declared,
    Unsigned,
}

impl Signer {
    /// Returns a signer with the example principal and the example timestamp.
    pub(super) fn example() -> Self {
        Signer {
            principal: Principal::example(AccountId::EXAMPLE, &Region::default()),
            region: Region::default().as_str().to_owned(),
            service: "ecr",
            at: Timestamp::AWS_EXAMPLE,
            form: Form::Header,
            payload: Payload::Hashed,
            expires_in: Duration::from_secs(900),
        }
    }

    pub(super) fn sign(&self, draft: &Draft) -> Request<Vec<u8>> {
        let mut draft = draft.clone();
        // In the query form, the signer does not add the header for an unsigned body.
        if (self.form, self.payload) == (Form::Query, Payload::Unsigned) {
            let declared = ("x-amz-content-sha256".into(), "UNSIGNED-PAYLOAD".into());
            draft.headers.push(declared);
        }
        let uri = format!("http://{}{}", draft.host, draft.target);
        let headers = draft.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        let body = match self.payload {
            Payload::Unsigned => SignableBody::UnsignedPayload,
            Payload::Hashed | Payload::Declared => SignableBody::Bytes(&draft.body),
        };
        let signable = SignableRequest::new(&draft.method, uri, headers, body).unwrap();
        let (instructions, _) = self.signed(signable);
        let mut request = draft.request();
        instructions.apply_to_request_http1x(&mut request);
        request
    }

    fn signed(&self, request: SignableRequest<'_>) -> (SigningInstructions, String) {
        let identity = Credentials::new(
            &self.principal.access_key_id,
            self.principal.secret_access_key.expose(),
            self.principal
                .session_token
                .as_ref()
                .map(|token| token.expose().to_owned()),
            None,
            "tests",
        )
        .into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(self.at.into())
            .settings(self.settings())
            .build()
            .unwrap();
        sign(request, &params.into()).unwrap().into_parts()
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.form == Form::Query {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(self.expires_in);
        }
        if self.payload != Payload::Hashed {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }
}

/// Returns the signature over all parts of a signed request.
///
/// It is equal for two requests whose differences do not affect the canonical request of Signature Version 4.
pub(super) fn canonical_form(request: &Request<Vec<u8>>) -> String {
    let uri = match request.uri().authority() {
        Some(_) => request.uri().to_string(),
        None => format!("http://no-host.invalid{}", request.uri()),
    };
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), str::from_utf8(value.as_bytes()).unwrap()))
        .collect();
    let declared = request.headers().get("x-amz-content-sha256");
    let body = match declared {
        Some(hash) if hash == "UNSIGNED-PAYLOAD" => SignableBody::UnsignedPayload,
        _ => SignableBody::Bytes(request.body()),
    };
    let method = request.method().as_str();
    let signable = SignableRequest::new(method, uri, headers.into_iter(), body).unwrap();
    // The query form adds no headers, so the date header stays as it was sent.
    let signer = Signer {
        form: Form::Query,
        ..Signer::example()
    };
    signer.signed(signable).1
}

/// Returns `principal` with the session token `token`.
pub(super) fn with_token(principal: Principal, token: Option<&str>) -> Principal {
    Principal {
        session_token: token.map(Secret::from),
        ..principal
    }
}
