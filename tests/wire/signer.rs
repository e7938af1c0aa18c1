//! Signatures of the AWS SDK.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use mock_ecr::{AccountId, Principal, Region, Timestamp};

use crate::raw::{RawRequest, now};

/// The principal, region, service and time of a signature. The defaults are ECR in `us-east-1` at the time of a frozen clock.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    principal: Principal,
    region: String,
    service: String,
    at: Timestamp,
}

impl Signer {
    pub(crate) fn new(principal: &Principal) -> Self {
        Signer {
            principal: principal.clone(),
            region: "us-east-1".to_owned(),
            service: "ecr".to_owned(),
            at: now(),
        }
    }

    pub(crate) fn at(self, at: Timestamp) -> Self {
        Signer { at, ..self }
    }

    pub(crate) fn in_region(self, region: &str) -> Self {
        let region = region.to_owned();
        Signer { region, ..self }
    }

    pub(crate) fn for_service(self, service: &str) -> Self {
        let service = service.to_owned();
        Signer { service, ..self }
    }

    /// Returns the headers that sign a request. The signature covers every header.
    pub(crate) fn headers(&self, request: &RawRequest) -> Vec<(String, String)> {
        let (headers, _) = self.sign(request, SignatureLocation::Headers).into_parts();
        headers
            .iter()
            .map(|header| (header.name().to_owned(), header.value().to_owned()))
            .collect()
    }

    /// Returns the query parameters of a signature that expires after one minute.
    pub(crate) fn query(&self, request: &RawRequest) -> Vec<(&'static str, String)> {
        let instructions = self.sign(request, SignatureLocation::QueryParams);
        let (_, parameters) = instructions.into_parts();
        parameters
            .into_iter()
            .map(|(name, value)| (name, value.into_owned()))
            .collect()
    }

    fn sign(&self, request: &RawRequest, location: SignatureLocation) -> SigningInstructions {
        let mut settings = SigningSettings::default();
        settings.signature_location = location;
        settings.expires_in = Some(Duration::from_secs(60));
        let identity = self.credentials().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.at.into())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let host = request.header("Host").unwrap();
        let request = SignableRequest::new(
            request.method(),
            format!("http://{host}{}", request.target()),
            request.headers(),
            SignableBody::Bytes(request.content()),
        );
        let (instructions, _) = sign(request.unwrap(), &parameters).unwrap().into_parts();
        instructions
    }

    fn credentials(&self) -> Credentials {
        let principal = &self.principal;
        let token = principal.session_token.as_ref();
        Credentials::new(
            &principal.access_key_id,
            principal.secret_access_key.expose(),
            token.map(|token| token.expose().to_owned()),
            None,
            "wire",
        )
    }
}

/// Signs as the default principal.
impl Default for Signer {
    fn default() -> Self {
        Signer::new(&Principal::example(AccountId::EXAMPLE, &Region::default()))
    }
}
