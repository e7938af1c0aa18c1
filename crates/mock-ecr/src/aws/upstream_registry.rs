//! The registries from which a pull-through cache can fetch images.

use std::error::Error;
use std::fmt;

use crate::aws::hosts::Host;
use crate::types::{AccountId, Region};

/// A registry from which a pull-through cache can fetch images.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UpstreamRegistry {
    /// The value of `upstreamRegistry`. Source: the enum `UpstreamRegistry` of the service model.
    pub(crate) name: &'static str,
    url: UpstreamUrl,
    pub(crate) login: UpstreamLogin,
}

/// The URLs of a registry: host names without a scheme.
#[derive(Debug, PartialEq, Eq)]
enum UpstreamUrl {
    Exactly(&'static str),
    /// The hosts that are one label below a domain.
    Below(&'static str),
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
    PrivateEcr,
}

/// What a rule needs to fetch images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamLogin {
    Anonymous,
    /// The ARN of a secret with a user name and an access token.
    Secret,
    /// The ARN of a role, if the registry is in another account.
    Role,
}

/// Sources: "Pull through cache" and "Creating a pull through cache rule" in the user guide of Amazon ECR, and, for the URLs of Amazon ECR, the
/// tests of `aws_ecr_pull_through_cache_rule` in hashicorp/terraform-provider-aws. The URL of Chainguard is `[ASSUME]`.
const UPSTREAMS: [UpstreamRegistry; 9] = {
    use UpstreamLogin::{Anonymous, Role, Secret};
    use UpstreamUrl::{Below, Exactly, PrivateEcr};
    [
        upstream("ecr", PrivateEcr, Role),
        upstream("ecr-public", Exactly("public.ecr.aws"), Anonymous),
        upstream("quay", Exactly("quay.io"), Anonymous),
        upstream("k8s", Exactly("registry.k8s.io"), Anonymous),
        upstream("docker-hub", Exactly("registry-1.docker.io"), Secret),
        upstream("github-container-registry", Exactly("ghcr.io"), Secret),
        upstream("azure-container-registry", Below(".azurecr.io"), Secret),
        upstream(
            "gitlab-container-registry",
            Exactly("registry.gitlab.com"),
            Secret,
        ),
        upstream("chainguard", Exactly("cgr.dev"), Secret),
    ]
};

const fn upstream(name: &'static str, url: UpstreamUrl, login: UpstreamLogin) -> UpstreamRegistry {
    UpstreamRegistry { name, url, login }
}

static ALL: [UpstreamRegistry; 9] = UPSTREAMS;

/// Formats the URLs of all registries that a pull-through cache supports, as the end of a sentence.
#[derive(Debug)]
pub(crate) struct SupportedUrls;

impl fmt::Display for SupportedUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, one) in ALL.iter().enumerate() {
            f.write_str(match ALL.len() - index {
                1 => " or ",
                _ if index == 0 => "",
                _ => ", ",
            })?;
            match one.url {
                UpstreamUrl::Exactly(host) => f.write_str(host)?,
                UpstreamUrl::Below(domain) => write!(f, "NAME{domain}")?,
                UpstreamUrl::PrivateEcr => f.write_str("ACCOUNT.dkr.ecr.REGION.amazonaws.com")?,
            }
        }
        Ok(())
    }
}

impl Error for SupportedUrls {}

impl UpstreamRegistry {
    /// Returns the registry with this URL, if a pull-through cache supports it.
    pub(crate) fn of_url(url: &str) -> Option<&'static Self> {
        ALL.iter().find(|one| one.url.matches(url))
    }

    /// Returns whether an image without a namespace is one of the official images of Docker Hub, which are in the namespace `library`.
    pub(crate) fn has_library(&self) -> bool {
        self.name == "docker-hub"
    }
}

impl UpstreamUrl {
    fn matches(&self, url: &str) -> bool {
        match self {
            UpstreamUrl::Exactly(host) => url == *host,
            UpstreamUrl::Below(domain) => url.strip_suffix(domain).is_some_and(is_label),
            UpstreamUrl::PrivateEcr => private_registry(url).is_some(),
        }
    }
}

fn is_label(text: &str) -> bool {
    let is_part = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !text.is_empty() && text.bytes().all(is_part)
}

/// Returns the account and the Region of a private registry of Amazon ECR with this URL.
pub(crate) fn private_registry(url: &str) -> Option<(AccountId, Region)> {
    let Host::Registry { account, region } = Host::of(url) else {
        return None;
    };
    let suffix = region.partition().dns_suffix;
    let expected = format!("{account}.dkr.ecr.{region}.{suffix}");
    (url == expected).then_some((account, region))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::aws::model::shapes::Model;
    use crate::aws::service::AwsService;

    #[test]
    fn the_names_are_those_of_the_service_model() {
        let model = Model::of(AwsService::Ecr);
        let expected: BTreeSet<&str> = model
            .shape("UpstreamRegistry")
            .values
            .iter()
            .map(String::as_str)
            .collect();
        let found: BTreeSet<&str> = UPSTREAMS.iter().map(|one| one.name).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_registry_is_recognized_by_its_url() {
        let name = |url| UpstreamRegistry::of_url(url).map(|one| one.name);
        for (url, expected) in [
            ("public.ecr.aws", "ecr-public"),
            ("registry.k8s.io", "k8s"),
            ("quay.io", "quay"),
            ("registry-1.docker.io", "docker-hub"),
            ("ghcr.io", "github-container-registry"),
            ("registry.gitlab.com", "gitlab-container-registry"),
            ("team.azurecr.io", "azure-container-registry"),
            ("cgr.dev", "chainguard"),
            ("210987654321.dkr.ecr.eu-west-1.amazonaws.com", "ecr"),
            ("210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn", "ecr"),
        ] {
            assert_eq!(name(url), Some(expected), "{url}");
        }
        for url in [
            "",
            "docker.io",
            "https://quay.io",
            "quay.io/team",
            ".azurecr.io",
            "a.b.azurecr.io",
            "21.dkr.ecr.eu-west-1.amazonaws.com",
            "210987654321.dkr.ecr.eu-west-1.example.com",
        ] {
            assert_eq!(name(url), None, "{url}");
        }
    }
}
