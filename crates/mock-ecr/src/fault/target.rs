//! The targets of faults: the services, and the routes of the registry.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::types::Service;

/// The form of the responses that a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultTarget {
    /// The API of an AWS service.
    Api,
    /// The registry, and the host of its layers.
    Registry,
}

impl FaultTarget {
    /// Returns the target of requests to a service. Returns `None` if faults do not apply to the service.
    pub(crate) fn of(service: Service) -> Option<Self> {
        match service {
            Service::Ecr | Service::EcrPublic | Service::Sts => Some(FaultTarget::Api),
            Service::Registry => Some(FaultTarget::Registry),
            Service::Proxy | Service::Control | Service::Unknown => None,
        }
    }
}

impl RegistryRoute {
    /// The names of the routes, as faults and the request log contain them.
    pub(crate) const NAMES: [&str; 8] = [
        "ping",
        "catalog",
        "manifest",
        "blob",
        "upload",
        "tags",
        "referrers",
        "layer",
    ];
}

impl fmt::Display for FaultTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultTarget::Api => "API",
            FaultTarget::Registry => "registry",
        })
    }
}

/// A route of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RegistryRoute {
    /// `/v2/`
    Ping,
    /// `/v2/_catalog`
    Catalog,
    /// `/v2/NAME/manifests/REFERENCE`
    Manifest,
    /// `/v2/NAME/blobs/DIGEST`
    Blob,
    /// `/v2/NAME/blobs/uploads/` and the paths below it
    Upload,
    /// `/v2/NAME/tags/list`
    Tags,
    /// `/v2/NAME/referrers/DIGEST`
    Referrers,
    /// The URLs to which requests for layers are redirected.
    Layer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_routes_are_those_in_json() {
        let schema = schemars::schema_for!(RegistryRoute).to_value().to_string();
        for name in RegistryRoute::NAMES {
            assert!(schema.contains(&format!("\"const\":\"{name}\"")), "{name}");
        }
        assert_eq!(
            schema.matches("\"const\"").count(),
            RegistryRoute::NAMES.len()
        );
    }
}
