//! The services of a mock: the APIs of AWS, the registry, the proxy and the control API.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::types::error_chain::debug_as_chain;
use crate::types::similar::{DidYouMean, most_similar};

/// The service to which a request is sent. In TOML, JSON and queries, it is `ecr`, `ecr-public`, `sts`, `registry`,
/// `proxy`, `control` or `unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Service {
    /// The API of Amazon ECR.
    Ecr,
    /// The API of Amazon ECR Public. The mock implements none of its operations.
    EcrPublic,
    /// The API of AWS Security Token Service.
    Sts,
    /// The registry, including the URLs from which layers are downloaded.
    Registry,
    /// The HTTP proxy: `CONNECT` requests, and requests with the absolute URL of a host that the mock does not serve.
    Proxy,
    /// The control API, `/_mock/`.
    Control,
    /// No service. The mock has no resource at the host and path of the request.
    Unknown,
}

impl Service {
    const ALL: [Service; 7] = [
        Service::Ecr,
        Service::EcrPublic,
        Service::Sts,
        Service::Registry,
        Service::Proxy,
        Service::Control,
        Service::Unknown,
    ];

    /// Returns the name in configurations, queries and reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::Ecr => "ecr",
            Service::EcrPublic => "ecr-public",
            Service::Sts => "sts",
            Service::Registry => "registry",
            Service::Proxy => "proxy",
            Service::Control => "control",
            Service::Unknown => "unknown",
        }
    }
}

impl FromStr for Service {
    type Err = UnknownService;

    fn from_str(text: &str) -> Result<Self, UnknownService> {
        let mut services = Service::ALL.into_iter();
        let found = services.find(|service| service.name() == text);
        found.ok_or_else(|| UnknownService(text.to_owned()))
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error returned when a string is not the name of a [`Service`]. The message lists the names.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownService(String);

debug_as_chain!(UnknownService);

impl fmt::Display for UnknownService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Service::ALL.map(Service::name);
        let similar = most_similar(&self.0, known);
        let (known, similar) = (known.join(", "), DidYouMean(&similar));
        write!(
            f,
            "unknown service {:?}: expected one of {known}{similar}",
            self.0
        )
    }
}

impl std::error::Error for UnknownService {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_parsed_from_its_name() {
        for service in Service::ALL {
            assert_eq!(service.name().parse(), Ok(service));
            let json = format!("\"{service}\"");
            assert_eq!(serde_json::to_string(&service).unwrap(), json);
        }
        let error = "Ecr".parse::<Service>().unwrap_err().to_string();
        assert!(error.starts_with("unknown service \"Ecr\""), "{error}");
        assert!(error.ends_with("; did you mean \"ecr\"?"), "{error}");
    }
}
