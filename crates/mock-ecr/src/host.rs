//! The names of AWS's hosts, and what each says of plane, account and region.

use crate::name::{AccountId, Region};

/// Which of AWS's hosts a request is for, told by its `Host` header.
///
/// Sources: the endpoint rules of the SDKs for the API, `docs.aws.amazon.com/general/latest/gr/ecr.html` for the registry.
/// What follows the region (`amazonaws.com`, `on.aws`, `localhost`) is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// `ACCOUNT.dkr.ecr.REGION.…`, and its FIPS and dual-stack forms.
    Registry { account: AccountId, region: Region },
    /// `api.ecr.REGION.…` or `ecr.REGION.…`, and their FIPS forms.
    Api { region: Region },
    /// An address or a name that says nothing, such as `127.0.0.1:4566`.
    Bare,
}

impl Host {
    pub(crate) fn of(authority: &str) -> Self {
        // Names of hosts are the same in capitals (RFC 9110, section 4.2.3).
        let authority = authority.to_ascii_lowercase();
        Self::registry(&authority)
            .or_else(|| Self::api(&authority))
            .unwrap_or(Host::Bare)
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

    fn api(authority: &str) -> Option<Self> {
        let name = authority.strip_prefix("api.").unwrap_or(authority);
        let service = ["ecr.", "ecr-fips."];
        let rest = service.iter().find_map(|form| name.strip_prefix(form))?;
        Some(Host::Api {
            region: region(rest).filter(is_numbered)?,
        })
    }
}

/// Every region of AWS ends in a number, as in `us-east-1`. Without one, `ecr.example.com` is somebody's own name for a
/// mock, on which both planes must answer.
fn is_numbered(region: &Region) -> bool {
    let number = region.as_str().rsplit_once('-').map(|(_, number)| number);
    number.is_some_and(|number| number.bytes().all(|c| c.is_ascii_digit()))
}

/// The label before the next dot, which must follow: a region is never the last part of a name.
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
            assert_eq!(Host::of(authority), Host::Api { region }, "{authority}");
        }
    }

    #[test]
    fn any_other_name_says_nothing() {
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
