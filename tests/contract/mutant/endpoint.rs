//! Returns the endpoint of the API for a registry.

use std::env;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::Url;
use crate::registry::{self, Form, Partition, Registry};
use crate::variant::Variant;

pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) region: String,
    /// The service in the scope of signatures.
    pub(crate) service: &'static str,
}

impl Endpoint {
    pub(crate) fn of(registry: &Registry) -> Result<Self, ClientError> {
        let region = match Fault::RegionFromEnvironment.is_on() {
            true => registry::region()?,
            false => registry.region.clone(),
        };
        let is_fips = registry.form.is_fips || is_set("AWS_USE_FIPS_ENDPOINT");
        let is_dual_stack = registry.form.is_dual_stack
            || is_set("AWS_USE_DUALSTACK_ENDPOINT")
            || Variant::AlwaysDualStack.is_on();
        let form = Form {
            is_fips,
            is_dual_stack,
        };
        let own = ["AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL"]
            .map(|name| env::var(name).unwrap_or_default());
        let set = own.into_iter().find(|url| !url.is_empty());
        let url = set.unwrap_or_else(|| format!("https://{}", name(&region, form)));
        let url = Url::parse(&url).ok_or(ClientError::Usage("the endpoint is not a valid URL"))?;
        Ok(Endpoint {
            url,
            region,
            service: "ecr",
        })
    }

    /// Returns the endpoint of STS in a region.
    pub(crate) fn sts(region: String) -> Result<Self, ClientError> {
        let own = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
            .map(|name| env::var(name).unwrap_or_default());
        let set = own.into_iter().find(|url| !url.is_empty());
        let suffix = Partition::of(&region).suffix;
        let url = set.unwrap_or_else(|| format!("https://sts.{region}.{suffix}"));
        let url = Url::parse(&url).ok_or(ClientError::Usage("the endpoint is not a valid URL"))?;
        Ok(Endpoint {
            url,
            region,
            service: "sts",
        })
    }
}

fn is_set(name: &str) -> bool {
    env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

fn name(region: &str, form: Form) -> String {
    let partition = Partition::of(region);
    let fips = if form.is_fips { "-fips" } else { "" };
    match form.is_dual_stack {
        true if Fault::WrongDualStackHost.is_on() => {
            format!("api.ecr{fips}.{region}.{}", partition.dual_stack_api)
        }
        true => format!("ecr{fips}.{region}.{}", partition.dual_stack_api),
        false => format!("api.ecr{fips}.{region}.{}", partition.suffix),
    }
}
