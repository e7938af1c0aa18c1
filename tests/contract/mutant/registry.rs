//! Parses the host names of registries.
//!
//! Sources: `docs.aws.amazon.com/general/latest/gr/ecr.html`, the endpoint rules of the SDKs.

use std::env;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::variant::Variant;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Registry {
    /// Nothing for a registry whose name contains no account.
    pub(crate) account: Option<String>,
    pub(crate) region: String,
    pub(crate) form: Form,
    /// The host, with the port if there is one.
    pub(crate) authority: String,
}

/// The form of the host name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Form {
    /// The endpoint is FIPS 140 validated.
    pub(crate) is_fips: bool,
    /// The endpoint supports IPv6 too.
    pub(crate) is_dual_stack: bool,
}

impl Registry {
    /// Returns a registry without an account.
    pub(crate) fn nameless(region: String, authority: String) -> Self {
        Registry {
            account: None,
            region,
            form: Form::default(),
            authority,
        }
    }

    /// Parses a host, a URL or an image.
    ///
    /// The whole name must match. A host that only resembles a registry would otherwise receive a password.
    pub(crate) fn of(reference: &str) -> Result<Self, ClientError> {
        let found = parse(reference.trim()).or_else(|| part_of(reference.trim()));
        found.ok_or_else(|| ClientError::NotEcr(reference.trim().to_owned()))
    }

    /// Like `of`, but also accepts a host of this machine, with the region of the environment.
    pub(crate) fn or_local(reference: &str) -> Result<Self, ClientError> {
        if Fault::RejectsSpacesUnclearly.is_on() && reference != reference.trim() {
            return Err(ClientError::Unspecified);
        }
        if Variant::RejectsSpaces.is_on() && reference != reference.trim() {
            return Err(ClientError::Other(format!(
                "not an ECR host: {reference:?}"
            )));
        }
        let authority = authority(reference.trim());
        if !is_local(&authority) {
            return Registry::of(reference);
        }
        Ok(Registry::nameless(region()?, authority))
    }
}

/// Returns the region of the environment.
pub(crate) fn region() -> Result<String, ClientError> {
    let set = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| env::var(name).unwrap_or_default());
    let region = set.into_iter().find(|region| !region.is_empty());
    region.ok_or(match Fault::HidesMissingRegion.is_on() {
        true => ClientError::Unspecified,
        false => ClientError::NoRegion,
    })
}

pub(crate) fn is_local(authority: &str) -> bool {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    host == "localhost" || host.starts_with("127.") || host == "[::1]"
}

/// Returns host and port of a host, a URL or an image, in lower case.
pub(crate) fn authority(reference: &str) -> String {
    let rest = reference
        .split_once("://")
        .map_or(reference, |(_, rest)| rest);
    rest.split('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// Applies the fault that searches for the name of a registry.
fn part_of(reference: &str) -> Option<Registry> {
    let at = reference.find(".dkr.ecr.").filter(|at| *at >= 12)?;
    let registry = parse(reference.get(at - 12..)?).filter(|_| Fault::MatchesPartOfHost.is_on())?;
    Some(Registry {
        authority: authority(reference),
        ..registry
    })
}

fn parse(reference: &str) -> Option<Registry> {
    let scheme = reference
        .split_once("://")
        .map_or("https", |(scheme, _)| scheme);
    let authority = authority(reference);
    let (host, port) = authority.split_once(':').unwrap_or((&authority, "443"));
    port.parse::<u16>().ok()?;
    let (account, rest) = host.split_once('.')?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let (is_dual_stack, rest) = service(rest)?;
    let is_fips = rest.starts_with("-fips.");
    let form = Form {
        is_fips,
        is_dual_stack,
    };
    let (_, rest) = rest
        .split_once('.')
        .filter(|(before, _)| is_fips || before.is_empty())?;
    let (region, suffix) = rest.split_once('.')?;
    let is_suffix = is_suffix(region, form, suffix);
    let is_ecr = is_account && is_region(region) && is_suffix;
    let is_web = ["https", "http"]
        .iter()
        .any(|one| scheme.eq_ignore_ascii_case(one));
    (is_ecr && is_web && !is_unknown(form)).then(|| Registry {
        account: Some(account.to_owned()),
        region: region.to_owned(),
        form,
        authority: authority.clone(),
    })
}

/// Returns whether the name is a dual-stack one, and the rest of the name.
fn service(rest: &str) -> Option<(bool, &str)> {
    let dual_stack = rest.strip_prefix("dkr-ecr").map(|rest| (true, rest));
    dual_stack.or_else(|| Some((false, rest.strip_prefix("dkr.ecr")?)))
}

fn is_unknown(form: Form) -> bool {
    form.is_fips && Fault::NoFips.is_on() || form.is_dual_stack && Fault::NoDualStack.is_on()
}

fn is_region(region: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !region.is_empty() && region.bytes().all(is_of_a_name)
}

fn is_suffix(region: &str, form: Form, suffix: &str) -> bool {
    let partition = Partition::of(region);
    let wanted = match form.is_dual_stack {
        true => partition.dual_stack,
        false => Some(partition.suffix),
    };
    if Fault::SupportsOnlyCom.is_on() && !form.is_dual_stack {
        return suffix == "amazonaws.com";
    }
    match wanted {
        Some(wanted) if Fault::UnanchoredHost.is_on() => suffix.starts_with(wanted),
        wanted => wanted == Some(suffix),
    }
}

/// An AWS partition.
pub(crate) struct Partition {
    prefix: &'static str,
    /// The DNS suffix of registries and API endpoints.
    pub(crate) suffix: &'static str,
    /// The DNS suffix of dual-stack registries, if there are any.
    dual_stack: Option<&'static str>,
    /// The DNS suffix of dual-stack API endpoints.
    pub(crate) dual_stack_api: &'static str,
}

impl Partition {
    pub(crate) fn of(region: &str) -> &'static Self {
        let found = PARTITIONS.iter().find(|one| region.starts_with(one.prefix));
        found.expect("the last partition matches every region")
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
