//! Parses the host names of private ECR registries.

use std::fmt;

/// A private registry of ECR: the account, the Region, the partition, and the host name from which they were parsed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Registry {
    account: String,
    region: String,
    partition: Partition,
    family: AddressFamily,
    tls: Tls,
    host: String,
    port: Option<u16>,
}

/// An AWS partition: a group of Regions with separate accounts, host names and endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Partition {
    /// The commercial Regions and the AWS GovCloud (US) Regions. In AWS, these are two partitions, `aws` and
    /// `aws-us-gov`. Their host names have the same DNS suffixes.
    Aws,
    /// The Regions in China.
    China,
    /// The AWS European Sovereign Cloud.
    Europe,
    /// The US ISO Regions.
    Iso,
    /// The US ISOB Regions.
    IsoB,
    /// The EU ISOE Regions.
    IsoE,
    /// The US ISOF Regions.
    IsoF,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum AddressFamily {
    Ipv4,
    DualStack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Tls {
    Default,
    Fips,
}

/// The error returned when a string does not contain the host name of a private ECR registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a private registry of Amazon ECR, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com"
)]
pub struct ParseRegistryError;

impl Registry {
    /// Parses the host name of a private ECR registry from an image reference, an `http` or `https` URL, or a host name with
    /// or without a port.
    ///
    /// The path and the tag are ignored. Letters in the host name are converted to lower case. The whole host name must match
    /// a format that ECR uses, including the DNS suffix of the Region's partition. Otherwise, a password could be sent to a
    /// similar host name that an attacker controls.
    ///
    /// # Errors
    ///
    /// Returns an error if the host name is not that of a private ECR registry (a host name of ECR Public is also an error),
    /// the URL has another scheme, or the port is invalid.
    pub fn parse(reference: &str) -> Result<Self, ParseRegistryError> {
        let (host, port) = host_and_port(reference)?;
        let (account, rest) = host.split_once('.').ok_or(ParseRegistryError)?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let (tls, family, rest) = service(rest).ok_or(ParseRegistryError)?;
        let (region, suffix) = rest.split_once('.').ok_or(ParseRegistryError)?;
        let partition = Partition::of_region(region);
        if !is_account || !is_region(region) || partition.suffix(family) != Some(suffix) {
            return Err(ParseRegistryError);
        }
        Ok(Registry {
            account: account.to_owned(),
            region: region.to_owned(),
            partition,
            family,
            tls,
            host: host.clone(),
            port,
        })
    }

    /// Returns the account ID: twelve digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the Region, such as `us-east-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the partition of the Region.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Returns the host name in lower case, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns whether the host name is a dual-stack host name, which supports IPv4 and IPv6.
    pub fn is_dual_stack(&self) -> bool {
        self.family == AddressFamily::DualStack
    }

    /// Returns whether the host name is that of a FIPS 140 endpoint.
    pub fn is_fips(&self) -> bool {
        self.tls == Tls::Fips
    }

    /// Returns whether both values have the same account, Region and partition. The host names and the ports may differ.
    pub fn is_same_as(&self, other: &Registry) -> bool {
        let key = |registry: &Registry| (registry.account.clone(), registry.partition);
        key(self) == key(other) && self.region == other.region
    }
}

/// Writes the host name, followed by `:PORT` if a port was parsed.
impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl std::str::FromStr for Registry {
    type Err = ParseRegistryError;

    fn from_str(reference: &str) -> Result<Self, ParseRegistryError> {
        Registry::parse(reference)
    }
}

fn host_and_port(reference: &str) -> Result<(String, Option<u16>), ParseRegistryError> {
    let rest = match reference.split_once("://") {
        Some(("https" | "http", rest)) => rest,
        Some(_) => return Err(ParseRegistryError),
        None => reference,
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().map_err(|_| ParseRegistryError)?)),
        None => (authority, None),
    };
    Ok((host.to_ascii_lowercase(), port))
}

fn service(rest: &str) -> Option<(Tls, AddressFamily, &str)> {
    let (family, rest) = match rest.strip_prefix("dkr.ecr") {
        Some(rest) => (AddressFamily::Ipv4, rest),
        None => (AddressFamily::DualStack, rest.strip_prefix("dkr-ecr")?),
    };
    match rest.strip_prefix("-fips.") {
        Some(rest) => Some((Tls::Fips, family, rest)),
        None => Some((Tls::Default, family, rest.strip_prefix('.')?)),
    }
}

fn is_region(region: &str) -> bool {
    let is_label_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let fits = (1..=63).contains(&region.len());
    fits && region.starts_with(|first: char| first.is_ascii_alphabetic())
        && !region.ends_with('-')
        && region.bytes().all(is_label_byte)
}

impl Partition {
    fn of_region(region: &str) -> Self {
        let matches = |prefix: &(&str, Partition)| region.starts_with(prefix.0);
        let found = REGION_PREFIXES.iter().find(|prefix| matches(prefix));
        found.map_or(Partition::Aws, |&(_, partition)| partition)
    }

    /// Returns the DNS suffix of the host name, which follows the Region. Returns `None` if the partition has no dual-stack host names.
    fn suffix(self, family: AddressFamily) -> Option<&'static str> {
        match (self, family) {
            (Partition::Aws, AddressFamily::Ipv4) => Some("amazonaws.com"),
            (Partition::Aws, AddressFamily::DualStack) => Some("on.aws"),
            (Partition::China, AddressFamily::Ipv4) => Some("amazonaws.com.cn"),
            (Partition::China, AddressFamily::DualStack) => Some("on.amazonwebservices.com.cn"),
            (Partition::Europe, AddressFamily::Ipv4) => Some("amazonaws.eu"),
            (Partition::Europe, AddressFamily::DualStack) => Some("on.amazonwebservices.eu"),
            (Partition::Iso, AddressFamily::Ipv4) => Some("c2s.ic.gov"),
            (Partition::IsoB, AddressFamily::Ipv4) => Some("sc2s.sgov.gov"),
            (Partition::IsoE, AddressFamily::Ipv4) => Some("cloud.adc-e.uk"),
            (Partition::IsoF, AddressFamily::Ipv4) => Some("csp.hci.ic.gov"),
            (_, AddressFamily::DualStack) => None,
        }
    }
}

const REGION_PREFIXES: [(&str, Partition); 7] = [
    ("cn-", Partition::China),
    ("eusc-", Partition::Europe),
    ("us-iso-", Partition::Iso),
    ("us-isob-", Partition::IsoB),
    ("eu-isoe-", Partition::IsoE),
    ("us-isof-", Partition::IsoF),
    ("eu-isof-", Partition::IsoF),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_an_image_a_url_and_a_host() {
        let host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        for reference in [
            host.to_owned(),
            format!("{host}/"),
            format!("{host}/team/app:1.0"),
            format!("{host}/team/app@sha256:00"),
            format!("https://{host}"),
            format!("https://{host}/v2/app/"),
            host.to_ascii_uppercase(),
        ] {
            let registry = Registry::parse(&reference).unwrap();
            assert_eq!(registry.account(), "123456789012", "{reference}");
            assert_eq!(registry.region(), "eu-west-1", "{reference}");
            assert_eq!(registry.to_string(), host, "{reference}");
        }
    }

    #[test]
    fn the_port_is_part_of_the_displayed_host() {
        let registry = Registry::parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com:5000/x:1");
        let text = registry.unwrap().to_string();
        assert_eq!(text, "123456789012.dkr.ecr.eu-west-1.amazonaws.com:5000");
    }

    #[test]
    fn the_host_name_determines_the_partition() {
        for (rest, partition) in [
            ("dkr.ecr.us-gov-west-1.amazonaws.com", Partition::Aws),
            ("dkr-ecr.us-east-1.on.aws", Partition::Aws),
            ("dkr.ecr.cn-north-1.amazonaws.com.cn", Partition::China),
            (
                "dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                Partition::China,
            ),
            ("dkr.ecr.eusc-de-east-1.amazonaws.eu", Partition::Europe),
            ("dkr.ecr.us-iso-east-1.c2s.ic.gov", Partition::Iso),
            ("dkr.ecr.us-isob-east-1.sc2s.sgov.gov", Partition::IsoB),
            ("dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", Partition::IsoE),
            ("dkr.ecr.us-isof-south-1.csp.hci.ic.gov", Partition::IsoF),
        ] {
            let registry = Registry::parse(&format!("123456789012.{rest}")).unwrap();
            assert_eq!(registry.partition(), partition, "{rest}");
        }
    }

    #[test]
    fn the_host_name_determines_fips_and_dual_stack() {
        let parse = |rest: &str| Registry::parse(&format!("123456789012.{rest}")).unwrap();
        let plain = parse("dkr.ecr.us-east-1.amazonaws.com");
        let fips = parse("dkr.ecr-fips.us-east-1.amazonaws.com");
        let dual = parse("dkr-ecr.us-east-1.on.aws");
        let both = parse("dkr-ecr-fips.us-east-1.on.aws");
        let variants = [&plain, &fips, &dual, &both]
            .map(|registry| (registry.is_fips(), registry.is_dual_stack()));
        assert_eq!(
            variants,
            [(false, false), (true, false), (false, true), (true, true)]
        );
        assert!(plain.is_same_as(&both));
        assert!(!plain.is_same_as(&parse("dkr.ecr.us-east-2.amazonaws.com")));
    }

    #[test]
    fn similar_host_names_are_rejected() {
        for reference in [
            "",
            "alpine",
            "docker.io/library/alpine",
            "https://index.docker.io/v1/",
            "public.ecr.aws/nginx",
            "12345678901.dkr.ecr.us-east-1.amazonaws.com",
            "1234567890123.dkr.ecr.us-east-1.amazonaws.com",
            "AECRA3456789.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.test",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com@evil.test/",
            "evil.test/123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "x.123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.on.aws",
            "123456789012.dkr-ecr.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com.cn",
            "123456789012.dkr.ecr..amazonaws.com",
            "123456789012.dkr.ecr.us_east.amazonaws.com",
            "123456789012.dkr.ecrx.us-east-1.amazonaws.com",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:x/app",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com:99999/app",
            "ftp://123456789012.dkr.ecr.us-east-1.amazonaws.com",
            "u:p@123456789012.dkr.ecr.us-east-1.amazonaws.com",
        ] {
            assert_eq!(
                Registry::parse(reference),
                Err(ParseRegistryError),
                "{reference}"
            );
        }
    }
}
