//! Selects the requests that a fault matches, and those of them that trigger it.

use std::fmt;

use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use crate::aws::model::shapes::services_with;
use crate::aws::operation_name;
use crate::fault::authorization_data::TOKEN_CALL;
use crate::fault::error::FaultError;
use crate::fault::pattern::Pattern;
use crate::fault::request_attributes::RequestAttributes;
use crate::fault::target::{FaultTarget, RegistryRoute};
use crate::types::similar::{DidYouMean, most_similar};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region, Service};

/// A condition on requests. A request matches a fault if it satisfies all fields that are set, except `times`, `after`,
/// `every` and `probability`. These four fields select the matching requests that trigger the fault. A request does not
/// match a fault that cannot change its response, for example because an earlier fault has replaced the response.
///
/// The fields are compared with the unverified values of the request, because a fault is applied before the signature
/// or the token is verified. A fault with the action `expired_early` is an exception: only a request with a valid token
/// triggers it.
///
/// A fault with the action `certificate` matches TLS handshakes instead of requests. It accepts only `host`, `times`,
/// `after`, `every` and `probability`, and counts handshakes.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RequestMatcher {
    /// The service: `ecr`, `ecr-public`, `sts` or `registry`. If `operation` is set, the default is the first of these services that has the
    /// operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// The name of an API operation, such as `GetAuthorizationToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The route of the registry. It cannot be combined with `operation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RegistryRoute>,
    /// The HTTP method, such as `HEAD`. ASCII case is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The ID of the caller's account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The Region of the request: a known Region, or a Region in `additional_regions` of the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The ARN of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<PrincipalArn>,
    /// The name of the repository. `*` matches any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<Pattern>,
    /// The host name of the request, in lower case and without the port. `*` matches any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Pattern>,
    /// The `User-Agent` header. `*` matches any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Pattern>,
    /// The maximum number of times that the fault is triggered. The value must be at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The number of matching requests at the start that do not trigger the fault. Later matching requests can trigger
    /// the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// If the value is n, only the last one of every n matching requests can trigger the fault. The value must be at
    /// least 1. The requests skipped by `after` are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// The probability that a matching request triggers the fault, from 0 to 1. The random numbers are derived from the
    /// seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Matches only requests at or after this time of the mock's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Matches only requests before this time of the mock's clock. It must be later than `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Formats the JSON form, on one line.
impl fmt::Debug for RequestMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl RequestMatcher {
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.check_operation()
            .and_then(|()| self.check_rest().map_err(FaultError::new))
    }

    fn check_rest(&self) -> Result<(), String> {
        if self.operation.is_some() && self.route.is_some() {
            return Err("conflicting keys operation and route: remove route to match calls of an API, or remove operation to match requests to the registry".to_owned());
        }
        self.check_service()?;
        self.check_method()?;
        for (name, number) in [("times", self.times), ("every", self.every)] {
            if number == Some(0) {
                return Err(format!("invalid {name} 0: expected at least 1"));
            }
        }
        if let Some(probability) = self.probability
            && !(0.0..=1.0).contains(&probability)
        {
            return Err(format!(
                "invalid probability {probability}: expected a number from 0 to 1"
            ));
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && from >= until
        {
            return Err(format!(
                "invalid period from {from} until {until}: expected from to be before until"
            ));
        }
        Ok(())
    }

    fn check_service(&self) -> Result<(), String> {
        let Some(service) = self.service else {
            return Ok(());
        };
        match (FaultTarget::of(service), self.target_of_details()) {
            (None, _) => Err(format!(
                "invalid service {service}: expected ecr, ecr-public, sts or registry"
            )),
            (Some(FaultTarget::Api), Some(FaultTarget::Registry)) => Err(format!(
                "conflicting keys: route applies to the registry only, but the service is {service}"
            )),
            (Some(FaultTarget::Registry), Some(FaultTarget::Api)) => Err(
                "conflicting keys: operation applies to an API only, but the service is registry"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Checks that the service, or any service, has the operation.
    pub(crate) fn check_operation(&self) -> Result<(), FaultError> {
        let Some(operation) = &self.operation else {
            return Ok(());
        };
        let known = operation_name::known(operation);
        known.map_err(|error| FaultError::new(error.to_string()))?;
        let mut services = services_with(operation);
        match self.service {
            Some(service) if services.all(|other| Service::from(other) != service) => {
                let text = format!("{operation} is not an operation of {service}");
                Err(FaultError::new(text))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether a call of `GetAuthorizationToken` of ECR can match.
    pub(super) fn can_match_token_call(&self) -> bool {
        let operation = self.operation.as_deref();
        self.service.is_none_or(|service| service == Service::Ecr)
            && operation.is_none_or(|operation| operation == TOKEN_CALL)
    }

    /// Returns the target of the requests that can match, if there is only one.
    pub(super) fn target(&self) -> Option<FaultTarget> {
        let target = self.service.and_then(FaultTarget::of);
        target.or(self.target_of_details())
    }

    fn target_of_details(&self) -> Option<FaultTarget> {
        let of_api = self.operation.is_some().then_some(FaultTarget::Api);
        of_api.or(self.route.map(|_| FaultTarget::Registry))
    }

    /// Returns whether a request matches at a time.
    pub(super) fn matches(&self, attributes: &RequestAttributes, now: Timestamp) -> bool {
        let pattern = |pattern: &Option<Pattern>, text: Option<&str>| match pattern {
            Some(pattern) => text.is_some_and(|text| pattern.fits(text)),
            None => true,
        };
        let (operation, method) = (self.operation.as_deref(), self.method.as_deref());
        operation.is_none_or(|operation| attributes.operation == Some(operation))
            && is_unset_or(&self.service(), Some(&attributes.service))
            && is_unset_or(&self.route, attributes.route.as_ref())
            && method.is_none_or(|method| method.eq_ignore_ascii_case(&attributes.method))
            && is_unset_or(&self.account, attributes.account.as_ref())
            && is_unset_or(&self.region, attributes.region.as_ref())
            && is_unset_or(&self.principal, attributes.principal.as_ref())
            && pattern(&self.repository, attributes.repository.as_deref())
            && pattern(&self.host, Some(&attributes.host))
            && pattern(&self.user_agent, Some(&attributes.user_agent))
            && self.from.is_none_or(|from| now >= from)
            && self.until.is_none_or(|until| now < until)
    }

    /// Returns whether a TLS handshake matches. Only its host name is known.
    #[cfg(feature = "tls")]
    pub(super) fn matches_handshake(&self, name: &str) -> bool {
        self.host.as_ref().is_none_or(|host| host.fits(name))
    }

    /// Returns the service of the requests that can match. Several services have operations of the same name, such as `DescribeImages`.
    pub(super) fn service(&self) -> Option<Service> {
        let of_operation = || services_with(self.operation.as_deref()?).next();
        self.service.or_else(|| of_operation().map(Service::from))
    }

    fn check_method(&self) -> Result<(), String> {
        let method = self.method.as_deref().unwrap_or("GET");
        if METHODS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(method))
        {
            return Ok(());
        }
        let similar = DidYouMean(&most_similar(method, METHODS)).to_string();
        let known = METHODS.join(", ");
        Err(format!(
            "invalid method {method:?}: expected one of {known}{similar}"
        ))
    }

    /// Returns an error if the matcher has a field that does not apply to a TLS handshake.
    pub(super) fn check_handshake(&self) -> Result<(), String> {
        let of_handshake = RequestMatcher {
            host: self.host.clone(),
            times: self.times,
            after: self.after,
            every: self.every,
            probability: self.probability,
            ..RequestMatcher::default()
        };
        match *self == of_handshake {
            true => Ok(()),
            false => Err("invalid match for a TLS handshake: expected only host, times, after, every and probability".to_owned()),
        }
    }

    /// Returns whether a matching request triggers the fault. `matched` is the number of matching requests, including
    /// this one. `triggered` is the number of times that the fault was triggered before.
    pub(super) fn is_due(&self, matched: u64, triggered: u64, rng: &mut ChaCha20Rng) -> bool {
        let Some(index) = matched
            .checked_sub(self.after.unwrap_or(0))
            .filter(|index| *index > 0)
        else {
            return false;
        };
        let in_turn = self.every.is_none_or(|every| index.is_multiple_of(every));
        let is_within_limit = self.times.is_none_or(|times| triggered < times);
        in_turn
            && is_within_limit
            && self
                .probability
                .is_none_or(|chance| rng.random::<f64>() < chance)
    }
}

/// Returns whether the expected value is absent or equals the found one.
fn is_unset_or<T: PartialEq>(expected: &Option<T>, found: Option<&T>) -> bool {
    expected.is_none() || expected.as_ref() == found
}

/// The methods of requests to an API or to the registry. Source: OCI Distribution 1.1, "Endpoints"; RFC 9110, section 9, and RFC 5789.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
