//! The AWS services whose requests the mock recognizes.

use std::fmt;

use crate::types::Service;

/// An AWS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AwsService {
    /// Amazon ECR.
    Ecr,
    /// Amazon ECR Public. The mock implements none of its operations.
    EcrPublic,
    /// AWS Security Token Service.
    Sts,
}

/// The properties of a service. Source: `metadata` of the service models.
struct Row {
    /// The name in credential scopes, in actions of policies and in host names.
    name: &'static str,
    /// The prefix of host names. Host names of dual-stack endpoints have the prefix `name` instead.
    endpoint_prefix: &'static str,
    /// The environment variable that sets the endpoint of this service only: `AWS_ENDPOINT_URL_` and `serviceId`. Source: the page
    /// "Service-specific endpoints" of the settings reference of AWS's SDKs and tools.
    endpoint_variable: &'static str,
    /// The part of `X-Amz-Target` before the dot.
    target_prefix: Option<&'static str>,
    protocol: Protocol,
    model: &'static str,
    /// The Regions that have an endpoint. If empty, every Region has one.
    regions: &'static [&'static str],
    /// A host name without a Region, and the Region of its host.
    global_endpoint: Option<(&'static str, &'static str)>,
    /// The version of the API, which requests in the Query protocol contain.
    api_version: &'static str,
    /// The XML namespace; empty if the protocol does not use XML.
    xml_namespace: &'static str,
}

const ECR: Row = Row {
    name: "ecr",
    endpoint_prefix: "api.ecr",
    endpoint_variable: "AWS_ENDPOINT_URL_ECR",
    target_prefix: Some("AmazonEC2ContainerRegistry_V20150921"),
    protocol: Protocol::Json,
    model: include_str!("../services/ecr/model.json"),
    regions: &[],
    global_endpoint: None,
    api_version: "2015-09-21",
    xml_namespace: "",
};

/// Source of the Regions: AWS's general reference, "Amazon ECR Public endpoints".
const ECR_PUBLIC: Row = Row {
    name: "ecr-public",
    endpoint_prefix: "api.ecr-public",
    endpoint_variable: "AWS_ENDPOINT_URL_ECR_PUBLIC",
    target_prefix: Some("SpencerFrontendService"),
    protocol: Protocol::Json,
    model: include_str!("../services/ecr_public/model.json"),
    regions: &["us-east-1", "us-west-2"],
    global_endpoint: None,
    api_version: "2020-10-30",
    xml_namespace: "",
};

/// Source of the global endpoint: AWS's general reference, "AWS STS endpoints"; boto/boto3#4040 for its Region.
const STS: Row = Row {
    name: "sts",
    endpoint_prefix: "sts",
    endpoint_variable: "AWS_ENDPOINT_URL_STS",
    target_prefix: None,
    protocol: Protocol::Query,
    model: include_str!("../services/sts/model.json"),
    regions: &[],
    global_endpoint: Some(("sts.amazonaws.com", "us-east-1")),
    api_version: "2011-06-15",
    xml_namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
};

impl AwsService {
    pub(crate) const ALL: [AwsService; 3] =
        [AwsService::Ecr, AwsService::EcrPublic, AwsService::Sts];

    fn row(self) -> &'static Row {
        match self {
            AwsService::Ecr => &ECR,
            AwsService::EcrPublic => &ECR_PUBLIC,
            AwsService::Sts => &STS,
        }
    }

    /// Returns the name in credential scopes, in actions of policies and in host names.
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn endpoint_prefix(self) -> &'static str {
        self.row().endpoint_prefix
    }

    /// Returns the environment variable that sets the endpoint of this service only.
    pub(crate) fn endpoint_variable(self) -> &'static str {
        self.row().endpoint_variable
    }

    pub(crate) fn target_prefix(self) -> Option<&'static str> {
        self.row().target_prefix
    }

    pub(crate) fn protocol(self) -> Protocol {
        self.row().protocol
    }

    /// Returns the service model, as JSON.
    pub(crate) fn model(self) -> &'static str {
        self.row().model
    }

    /// Returns whether a Region has an endpoint of the service.
    pub(crate) fn is_in(self, region: &str) -> bool {
        let regions = self.row().regions;
        regions.is_empty() || regions.contains(&region)
    }

    /// Returns a host name without a Region, and the Region of its host.
    pub(crate) fn global_endpoint(self) -> Option<(&'static str, &'static str)> {
        self.row().global_endpoint
    }

    /// Returns the version of the API.
    pub(crate) fn api_version(self) -> &'static str {
        self.row().api_version
    }

    /// Returns the XML namespace, which is empty if the protocol does not use XML.
    pub(crate) fn xml_namespace(self) -> &'static str {
        self.row().xml_namespace
    }

    /// Returns the service with this [`name`](AwsService::name).
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::find(|service| service.name() == name)
    }

    pub(crate) fn with_target_prefix(prefix: &str) -> Option<Self> {
        Self::find(|service| service.target_prefix() == Some(prefix))
    }

    fn find(predicate: impl Fn(&AwsService) -> bool) -> Option<Self> {
        Self::ALL.into_iter().find(predicate)
    }
}

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// AWS JSON 1.1.
    Json,
    /// AWS Query: requests are forms, responses are XML.
    Query,
}

impl From<AwsService> for Service {
    fn from(service: AwsService) -> Self {
        match service {
            AwsService::Ecr => Service::Ecr,
            AwsService::EcrPublic => Service::EcrPublic,
            AwsService::Sts => Service::Sts,
        }
    }
}

impl fmt::Display for AwsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_properties_of_a_service_equal_those_of_its_model() {
        for service in AwsService::ALL {
            let model: serde_json::Value = serde_json::from_str(service.model()).unwrap();
            let metadata = &model["metadata"];
            let prefix = metadata["endpointPrefix"].as_str().unwrap();
            assert_eq!(service.endpoint_prefix(), prefix);
            let name = metadata["signingName"].as_str().unwrap_or(prefix);
            assert_eq!(service.name(), name);
            assert_eq!(service.target_prefix(), metadata["targetPrefix"].as_str());
            let protocol = match service.protocol() {
                Protocol::Json => "json",
                Protocol::Query => "query",
            };
            assert_eq!(metadata["protocol"], protocol);
            assert_eq!(metadata["apiVersion"], service.api_version());
            let namespace = metadata["xmlNamespace"].as_str().unwrap_or_default();
            assert_eq!(service.xml_namespace(), namespace);
            let id = metadata["serviceId"].as_str().unwrap();
            let variable = format!("AWS_ENDPOINT_URL_{}", id.to_uppercase().replace(' ', "_"));
            assert_eq!(service.endpoint_variable(), variable);
            assert_eq!(AwsService::named(service.name()), Some(service));
            assert_eq!(Service::from(service).name(), service.name());
        }
    }
}
