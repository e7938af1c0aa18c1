//! Tests of `verify` with the signer of the SDKs, with another verifier, and with recorded messages.

mod dates;
mod rejections;
mod scratchstack;
mod sdk_signer;
mod sent_headers;
mod signed_requests;

use http::Request;

use super::*;
use crate::clock::ClockStart;
use crate::config::Config;
use crate::types::PrincipalArn;

/// The state that a mock needs to verify signatures.
struct Mock {
    principals: IdentityStore,
    signing_keys: SigningKeys,
    clock: Clock,
    sigv4_clock: SigV4Clock,
    host_region: Option<Region>,
    additional_regions: Vec<Region>,
}

impl Mock {
    fn new(config: &Config) -> Self {
        Mock {
            principals: config.identity_store(),
            signing_keys: SigningKeys::default(),
            clock: Clock::new(config.clock),
            sigv4_clock: config.sigv4_clock,
            host_region: None,
            additional_regions: config.additional_regions.clone(),
        }
    }

    fn verify(&self, request: &Request<Vec<u8>>) -> Result<(PrincipalArn, Region), SigV4Error> {
        let (parts, body) = request.clone().into_parts();
        let verifier = Verifier {
            principals: &self.principals,
            service: AwsService::Ecr,
            signing_keys: &self.signing_keys,
            clock: &self.clock,
            sigv4_clock: self.sigv4_clock,
            host_region: self.host_region.as_ref(),
            additional_regions: &self.additional_regions,
        };
        verify(&parts, &body, &verifier, self.clock.now())
            .map(|caller| (caller.arn().clone(), caller.region().clone()))
    }
}

/// Sets a header, and removes its previous values.
fn set_header(request: &mut Request<Vec<u8>>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}

fn frozen_config() -> Config {
    Config {
        clock: ClockStart::FROZEN,
        ..Config::default()
    }
}

fn frozen() -> Mock {
    Mock::new(&frozen_config())
}

fn incomplete(text: impl Into<String>) -> SigV4Error {
    SigV4Error::Incomplete(text.into())
}

fn invalid(text: impl Into<String>) -> SigV4Error {
    SigV4Error::Invalid(text.into())
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
