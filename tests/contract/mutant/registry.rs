//! Registries by the names of their hosts.
//!
//! Sources: `docs.aws.amazon.com/general/latest/gr/ecr.html`, the endpoint rules of the SDKs.

use std::env;

use crate::failure::Failure;
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Registry {
    /// None of a registry that has no name.
    pub(crate) account: Option<String>,
    pub(crate) region: String,
    pub(crate) is_fips: bool,
    pub(crate) is_dual_stack: bool,
    /// The host, with the port where there is one.
    pub(crate) authority: String,
}

impl Registry {
    /// The registry of a host, a URL or an image.
    ///
    /// The name has to be ECR's as a whole: what only resembles one would be sent a password.
    pub(crate) fn of(reference: &str) -> Result<Self, Failure> {
        parse(reference.trim()).ok_or_else(|| Failure::NotEcr(reference.trim().to_owned()))
    }

    /// The same, or one on this machine, which is of the region of the environment.
    pub(crate) fn or_local(reference: &str) -> Result<Self, Failure> {
        if Fault::KeepsSpaces.is_on() && reference != reference.trim() {
            return Err(Failure::Something);
        }
        let authority = authority(reference.trim());
        if !is_local(&authority) {
            return Registry::of(reference);
        }
        Ok(Registry {
            account: None,
            region: region()?,
            is_fips: false,
            is_dual_stack: false,
            authority,
        })
    }
}

/// The region of the environment.
pub(crate) fn region() -> Result<String, Failure> {
    let set = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| env::var(name).unwrap_or_default());
    let region = set.into_iter().find(|region| !region.is_empty());
    region.ok_or(match Fault::NamesNoRegion.is_on() {
        true => Failure::Something,
        false => Failure::NoRegion,
    })
}

pub(crate) fn is_local(authority: &str) -> bool {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    host == "localhost" || host.starts_with("127.") || host == "[::1]"
}

/// Host and port of a host, a URL or an image, in lower case.
pub(crate) fn authority(reference: &str) -> String {
    let rest = reference
        .split_once("://")
        .map_or(reference, |(_, rest)| rest);
    rest.split('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn parse(reference: &str) -> Option<Registry> {
    if let Some((scheme, _)) = reference.split_once("://")
        && !["https", "http"].contains(&scheme.to_ascii_lowercase().as_str())
    {
        return None;
    }
    let authority = authority(reference);
    let (host, port) = authority.split_once(':').unwrap_or((&authority, "443"));
    port.parse::<u16>().ok()?;
    let (account, rest) = host.split_once('.')?;
    let (service, rest) = rest.split_once('.').and_then(|(first, rest)| match first {
        "dkr" => rest.split_once('.'),
        _ => Some((first, rest)),
    })?;
    let is_dual_stack = host.contains(".dkr-ecr");
    let is_fips = service.ends_with("-fips");
    let is_service = ["ecr", "ecr-fips", "dkr-ecr", "dkr-ecr-fips"].contains(&service)
        && is_dual_stack == service.starts_with("dkr-")
        && host.contains(".dkr.") != is_dual_stack;
    let (region, suffix) = rest.split_once('.')?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let is_known =
        !(is_dual_stack && Fault::NoDualStack.is_on() || is_fips && Fault::NoFips.is_on());
    let is_ecr = is_account && is_service && is_region(region) && is_known;
    (is_ecr && is_suffix(Partition::of(region), is_dual_stack, suffix)).then(|| Registry {
        account: Some(account.to_owned()),
        region: region.to_owned(),
        is_fips,
        is_dual_stack,
        authority: authority.clone(),
    })
}

fn is_region(region: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !region.is_empty() && region.bytes().all(is_of_a_name)
}

fn is_suffix(partition: &Partition, is_dual_stack: bool, suffix: &str) -> bool {
    let wanted = match is_dual_stack {
        true => partition.dual_stack,
        false => Some(partition.suffix),
    };
    if Fault::KnowsOnlyCom.is_on() && !is_dual_stack {
        return suffix == "amazonaws.com";
    }
    match wanted {
        Some(wanted) if Fault::UnanchoredHost.is_on() => suffix.starts_with(wanted),
        wanted => wanted == Some(suffix),
    }
}

/// A part of AWS with names of its own.
pub(crate) struct Partition {
    prefix: &'static str,
    /// What the names of registries and of their API end in.
    pub(crate) suffix: &'static str,
    /// What those of registries end in that speak IPv6 too, where there are any.
    dual_stack: Option<&'static str>,
    /// What those of their API end in.
    pub(crate) dual_stack_api: &'static str,
}

impl Partition {
    pub(crate) fn of(region: &str) -> &'static Self {
        let found = PARTITIONS.iter().find(|one| region.starts_with(one.prefix));
        found.expect("the last partition is that of every region")
    }

    const fn new(
        prefix: &'static str,
        suffix: &'static str,
        dual_stack: Option<&'static str>,
        dual_stack_api: &'static str,
    ) -> Self {
        Partition {
            prefix,
            suffix,
            dual_stack,
            dual_stack_api,
        }
    }
}

const PARTITIONS: [Partition; 8] = [
    Partition::new(
        "cn-",
        "amazonaws.com.cn",
        Some("on.amazonwebservices.com.cn"),
        "api.amazonwebservices.com.cn",
    ),
    Partition::new(
        "eusc-",
        "amazonaws.eu",
        Some("on.amazonwebservices.eu"),
        "api.amazonwebservices.eu",
    ),
    Partition::new("us-iso-", "c2s.ic.gov", None, "api.aws.ic.gov"),
    Partition::new("us-isob-", "sc2s.sgov.gov", None, "api.aws.scloud"),
    Partition::new("eu-isoe-", "cloud.adc-e.uk", None, "api.cloud-aws.adc-e.uk"),
    Partition::new("us-isof-", "csp.hci.ic.gov", None, "api.aws.hci.ic.gov"),
    Partition::new("eu-isof-", "csp.hci.ic.gov", None, "api.aws.hci.ic.gov"),
    Partition::new("", "amazonaws.com", Some("on.aws"), "api.aws"),
];
