//! The host names of AWS, and the service, account and Region that each one contains.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::aws::service::AwsService;
use crate::types::{AccountId, Partition, REGIONS, Region};

/// The AWS host that a request is sent to, recognized by its `Host` header.
///
/// Sources: the endpoint rules of the SDKs for the API, `docs.aws.amazon.com/general/latest/gr/ecr.html` for the registry,
/// `docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html` for the bucket of the layers. The part after the Region
/// (`amazonaws.com`, `on.aws`, `localhost`) is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// `ACCOUNT.dkr.ecr.REGION.…`, and its FIPS and dual-stack forms.
    Registry { account: AccountId, region: Region },
    /// `api.ecr.REGION.…` or `ecr.REGION.…`, and their FIPS forms. The other services have the same forms.
    Api { service: AwsService, region: Region },
    /// `prod-REGION-starport-layer-bucket.s3.REGION.…`, from which clients download layers.
    Layers,
    /// `public.ecr.aws`, which the mock does not implement.
    Public,
    /// An address or any other name, such as `127.0.0.1:4566`.
    Bare,
}

impl Host {
    /// Recognizes a host by its name, with or without a port.
    pub(crate) fn of(authority: &str) -> Self {
        // Host names are case-insensitive (RFC 9110, section 4.2.3).
        let authority = authority.to_ascii_lowercase();
        Self::registry(&authority)
            .or_else(|| Self::global_api(&authority))
            .or_else(|| Self::api(&authority))
            .or_else(|| Self::bucket(&authority))
            .or_else(|| Self::public(&authority))
            .unwrap_or(Host::Bare)
    }

    /// Returns the name of the host that serves the layers of a Region.
    pub(crate) fn layers(region: &Region) -> String {
        let suffix = region.partition().dns_suffix;
        format!("prod-{region}-starport-layer-bucket.s3.{region}.{suffix}")
    }

    /// Returns whether the mock implements this AWS host.
    pub(crate) fn is_aws_service(&self) -> bool {
        matches!(
            self,
            Host::Registry { .. } | Host::Api { .. } | Host::Layers
        )
    }

    fn bucket(authority: &str) -> Option<Self> {
        let (bucket, rest) = authority.split_once(".s3.")?;
        let region = region(rest)?;
        let name = format!("prod-{region}-starport-layer-bucket");
        (bucket == name).then_some(Host::Layers)
    }

    fn public(authority: &str) -> Option<Self> {
        let name = authority.split(':').next().unwrap_or_default();
        (name == "public.ecr.aws").then_some(Host::Public)
    }

    fn registry(authority: &str) -> Option<Self> {
        let (account, rest) = authority.split_once('.')?;
        let service = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."];
        let rest = service.iter().find_map(|form| rest.strip_prefix(form))?;
        Some(Host::Registry {
            account: account.parse().ok()?,
            region: region(rest)?,
        })
    }

    /// Recognizes a host name of a service that contains no Region.
    fn global_api(authority: &str) -> Option<Self> {
        let host = authority.split(':').next().unwrap_or_default();
        AwsService::ALL.into_iter().find_map(|service| {
            let (_, region) = service
                .global_endpoint()
                .filter(|(name, _)| *name == host)?;
            let region = region.parse().ok()?;
            Some(Host::Api { service, region })
        })
    }

    fn api(authority: &str) -> Option<Self> {
        let name = authority.strip_prefix("api.").unwrap_or(authority);
        let (label, rest) = name.split_once('.')?;
        let service = AwsService::named(label.strip_suffix("-fips").unwrap_or(label))?;
        Some(Host::Api {
            service,
            region: region(rest).filter(is_numbered)?,
        })
    }
}

/// Returns whether a host name, without a port, is `public.ecr.aws`, is a domain of AWS, or is in one. The name can end in a dot, as an
/// absolute name does.
pub(crate) fn is_in_aws(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    if Host::public(name).is_some() {
        return true;
    }
    let is_within = |domain: &str| {
        let labels = name.strip_suffix(domain);
        labels.is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
    };
    Partition::all().any(|partition| {
        let domains = [partition.dns_suffix, partition.dual_stack_suffix];
        let registries = registry_dual_stack_suffix(partition);
        domains.into_iter().chain(registries).any(is_within)
    })
}

/// Returns the host name without the labels that contain the service, the account and the Region. A name without these labels is
/// returned unchanged.
pub(crate) fn domain(name: &str) -> &str {
    let (Host::Registry { region, .. } | Host::Api { region, .. }) = Host::of(name) else {
        return name;
    };
    let label = format!(".{region}.");
    name.split_once(&label).map_or(name, |(_, domain)| domain)
}

/// Returns whether a host is this machine: a loopback address, `localhost`, or a name under `localhost` (RFC 6761, section 6.3).
pub(crate) fn is_loopback(host: &str) -> bool {
    let is_address = |address: IpAddr| address.is_loopback();
    let name = host.to_ascii_lowercase();
    address(host).is_some_and(is_address) || name == "localhost" || name.ends_with(".localhost")
}

/// Returns the IP address that a host consists of, if it is not a name.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse().ok()
}

/// Returns all host names of the registries of `accounts` and of the APIs, in every known Region and in `region`.
pub(crate) fn names(accounts: &BTreeSet<AccountId>, region: &Region) -> Vec<String> {
    let known = REGIONS.iter().map(|name| {
        name.parse()
            .expect("every entry of REGIONS is a valid Region")
    });
    let regions: BTreeSet<Region> = known.chain([region.clone()]).collect();
    let of_regions = regions.iter().flat_map(|region| {
        let registries = accounts
            .iter()
            .flat_map(|account| registry_names(*account, region));
        let apis = AwsService::ALL.into_iter();
        apis.filter(|service| service.is_in(region.as_str()))
            .flat_map(|service| api_names(service, region))
            .chain([Host::layers(region)])
            .chain(registries)
            .collect::<Vec<_>>()
    });
    let global = AwsService::ALL
        .into_iter()
        .filter_map(AwsService::global_endpoint);
    let global = global.map(|(name, _)| name.to_owned());
    of_regions.chain(global).collect()
}

fn api_names(service: AwsService, region: &Region) -> BTreeSet<String> {
    let partition = region.partition();
    let (suffix, dual_stack) = (partition.dns_suffix, partition.dual_stack_suffix);
    let (prefix, name) = (service.endpoint_prefix(), service.name());
    [
        format!("{prefix}.{region}.{suffix}"),
        format!("{prefix}-fips.{region}.{suffix}"),
        // ECR also has names without `api.`.
        format!("{name}.{region}.{suffix}"),
        format!("{name}-fips.{region}.{suffix}"),
        format!("{name}.{region}.{dual_stack}"),
        format!("{name}-fips.{region}.{dual_stack}"),
    ]
    .into()
}

fn registry_names(account: AccountId, region: &Region) -> Vec<String> {
    let partition = region.partition();
    let suffix = partition.dns_suffix;
    let names = [
        format!("{account}.dkr.ecr.{region}.{suffix}"),
        format!("{account}.dkr.ecr-fips.{region}.{suffix}"),
    ];
    let dual_stack = registry_dual_stack_suffix(partition);
    let dual_stack = dual_stack.into_iter().flat_map(|suffix| {
        [
            format!("{account}.dkr-ecr.{region}.{suffix}"),
            format!("{account}.dkr-ecr-fips.{region}.{suffix}"),
        ]
    });
    names.into_iter().chain(dual_stack).collect()
}

/// Returns the suffix of the dual-stack host names of registries. AWS documents none for the other partitions.
fn registry_dual_stack_suffix(partition: Partition) -> Option<&'static str> {
    match partition.name {
        "aws" | "aws-us-gov" => Some("on.aws"),
        "aws-cn" => Some("on.amazonwebservices.com.cn"),
        _ => None,
    }
}

/// Returns whether a Region ends in a number, as every Region of AWS does.
///
/// A name such as `ecr.example.com` is not an AWS host. A user can give it to a mock, which then serves API and registry on it.
fn is_numbered(region: &Region) -> bool {
    let number = region.as_str().rsplit_once('-').map(|(_, number)| number);
    number.is_some_and(|number| number.bytes().all(|c| c.is_ascii_digit()))
}

/// Returns the label before the next dot. A Region is never the last part of a name.
fn region(rest: &str) -> Option<Region> {
    rest.split_once('.')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_host_names_account_and_region() {
        for authority in [
            "123456789012.dkr.ecr.us-west-2.amazonaws.com",
            "123456789012.dkr.ecr.us-west-2.amazonaws.com:443",
            "123456789012.DKR.ECR.US-WEST-2.amazonaws.com",
            "123456789012.dkr.ecr-fips.us-west-2.amazonaws.com",
            "123456789012.dkr-ecr.us-west-2.on.aws",
            "123456789012.dkr-ecr-fips.us-west-2.on.aws",
            "123456789012.dkr.ecr.us-west-2.localhost:4566",
        ] {
            let expected = Host::Registry {
                account: AccountId::EXAMPLE,
                region: "us-west-2".parse().unwrap(),
            };
            assert_eq!(Host::of(authority), expected, "{authority}");
        }
    }

    #[test]
    fn an_api_host_names_the_region() {
        for authority in [
            "api.ecr.cn-north-1.amazonaws.com.cn",
            "ecr.cn-north-1.api.amazonwebservices.com.cn",
            "api.ecr-fips.cn-north-1.amazonaws.com.cn",
            "ecr-fips.cn-north-1.api.aws",
        ] {
            let region = "cn-north-1".parse().unwrap();
            let service = AwsService::Ecr;
            let api = Host::Api { service, region };
            assert_eq!(Host::of(authority), api, "{authority}");
        }
    }

    #[test]
    fn the_host_of_layers_is_recognized() {
        for region in ["us-west-2", "cn-north-1", "eusc-de-east-1"] {
            let name = Host::layers(&region.parse().unwrap());
            assert_eq!(Host::of(&name), Host::Layers);
            assert_eq!(Host::of(&format!("{name}:443")), Host::Layers);
        }
        let other = "prod-us-east-1-starport-layer-bucket.s3.us-west-2.amazonaws.com";
        assert_eq!(Host::of(other), Host::Bare);
    }

    #[test]
    fn the_host_of_ecr_public_is_recognized() {
        for name in ["public.ecr.aws", "public.ecr.aws:443"] {
            assert_eq!(Host::of(name), Host::Public, "{name}");
        }
    }

    #[test]
    fn the_hosts_of_other_services_are_recognized() {
        let (service, region) = (AwsService::EcrPublic, "us-east-1".parse().unwrap());
        let api = Host::Api { service, region };
        for name in [
            "api.ecr-public.us-east-1.amazonaws.com",
            "ecr-public.us-east-1.api.aws",
        ] {
            assert_eq!(Host::of(name), api, "{name}");
        }
        let service = AwsService::Sts;
        for (name, region) in [
            ("sts.eu-west-1.amazonaws.com", "eu-west-1"),
            ("sts-fips.us-east-1.amazonaws.com", "us-east-1"),
            ("sts.eu-west-1.api.aws", "eu-west-1"),
            ("sts.amazonaws.com:443", "us-east-1"),
        ] {
            let region = region.parse().unwrap();
            assert_eq!(Host::of(name), Host::Api { service, region }, "{name}");
        }
    }

    #[test]
    fn every_returned_name_is_an_aws_host() {
        let names = names(&[AccountId::EXAMPLE].into(), &Region::default());
        for name in &names {
            assert!(Host::of(name).is_aws_service(), "{name}");
        }
        for expected in [
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr-ecr.eu-west-1.on.aws",
            "api.ecr.cn-north-1.amazonaws.com.cn",
            "ecr.us-east-1.amazonaws.com",
            "ecr-fips.us-east-1.amazonaws.com",
            "ecr.eusc-de-east-1.api.amazonwebservices.eu",
        ] {
            assert!(names.iter().any(|name| name == expected), "{expected}");
        }
    }

    #[tokio::test]
    async fn every_endpoint_of_the_sdk_is_recognized_as_the_api_of_its_region() {
        let regions = [
            "us-east-1",
            "eu-central-2",
            "cn-north-1",
            "us-gov-west-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eu-isoe-west-1",
            "us-isof-south-1",
            "eusc-de-east-1",
        ];
        let mut known = 0;
        for region in regions {
            for (fips, dual_stack) in [(false, false), (true, false), (false, true), (true, true)] {
                let Some(host) = endpoint_host(region, fips, dual_stack).await else {
                    continue;
                };
                let region: Region = region.parse().unwrap();
                assert!(
                    api_names(AwsService::Ecr, &region).contains(&host),
                    "{host}"
                );
                let service = AwsService::Ecr;
                assert_eq!(Host::of(&host), Host::Api { service, region }, "{host}");
                known += 1;
            }
        }
        assert!(known > 2 * regions.len(), "{known} endpoints");
    }

    /// Returns the host that the endpoint rules of the SDK define, if any.
    async fn endpoint_host(region: &str, fips: bool, dual_stack: bool) -> Option<String> {
        use aws_sdk_ecr::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
        let params = Params::builder()
            .region(region)
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .build()
            .unwrap();
        let endpoint = DefaultResolver::new()
            .resolve_endpoint(&params)
            .await
            .ok()?;
        Some(endpoint.url().strip_prefix("https://")?.to_owned())
    }

    #[test]
    fn every_returned_name_is_in_a_domain_of_aws() {
        for name in names(&[AccountId::EXAMPLE].into(), &Region::default()) {
            assert!(is_in_aws(&name), "{name}");
            assert!(is_in_aws(&format!("{name}.")), "{name}.");
        }
        for name in ["amazonaws.com", "amazonaws.com.", "x.on.aws.", "api.aws"] {
            assert!(is_in_aws(name), "{name}");
        }
        for name in [
            "",
            ".",
            "notamazonaws.com",
            "notamazonaws.com.",
            "api.ecr.us-east-1.amazonaws.com.test",
            "123456789012.dkr.ecr.us-east-1.localhost",
        ] {
            assert!(!is_in_aws(name), "{name}");
        }
    }

    #[test]
    fn the_domain_is_the_part_after_the_region() {
        for (name, expected) in [
            ("123456789012.dkr.ecr.us-east-1.localhost", "localhost"),
            ("api.ecr.us-east-1.mock.test", "mock.test"),
            ("mock.test", "mock.test"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(domain(name), expected, "{name}");
        }
    }

    #[test]
    fn any_other_name_is_not_an_aws_host() {
        for authority in [
            "",
            "127.0.0.1:4566",
            "[::1]:4566",
            "localhost",
            "ecr.localhost",
            "ecr.example.com:4566",
            "api.ecr.test-cluster.svc.cluster.local",
            "12345.dkr.ecr.us-west-2.amazonaws.com",
            "123456789012.dkr.ecr.us-west-2",
        ] {
            assert_eq!(Host::of(authority), Host::Bare, "{authority}");
        }
    }
}
