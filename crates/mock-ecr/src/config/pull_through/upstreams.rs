//! The addresses of upstream registries.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::config::pull_through::address::UpstreamAddress;

/// Where a mock reaches the upstream registries of its pull-through caches. A mock opens connections only to these addresses.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Upstreams {
    /// The addresses of upstream registries, by the host name in the rule, such as `public.ecr.aws`. The host of an address must be a
    /// loopback address, `localhost`, or one of `allowed_hosts`. A redirect to a layer and the URL of a token service are followed only if
    /// their host is one of these names or addresses. The default is an empty map: nothing is fetched.
    pub addresses: BTreeMap<String, UpstreamAddress>,
    /// The hosts of addresses that are not on this machine, such as the name of a container. The default is an empty list.
    pub allowed_hosts: Vec<String>,
    /// The maximum duration of the imports of one request, in real time. The default is one minute.
    #[serde(deserialize_with = "crate::types::duration::Text::deserialize")]
    pub timeout: Duration,
}

impl Default for Upstreams {
    fn default() -> Self {
        Upstreams {
            addresses: BTreeMap::new(),
            allowed_hosts: Vec::new(),
            timeout: Duration::from_secs(60),
        }
    }
}

impl Upstreams {
    /// Returns whether the host of an address may be used.
    pub(super) fn allows(&self, address: &UpstreamAddress) -> bool {
        let is_host = |host: &String| host.eq_ignore_ascii_case(address.host());
        address.is_loopback() || self.allowed_hosts.iter().any(is_host)
    }
}
