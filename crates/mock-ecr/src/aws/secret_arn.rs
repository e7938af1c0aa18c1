//! ARNs of the secrets in AWS Secrets Manager that contain the credentials of an upstream registry.

use std::str::FromStr;

use crate::types::{AccountId, NameError, Region};

/// The ARN of a secret of AWS Secrets Manager for a pull-through cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretArn {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// The prefix that the name of a secret must have. Source: the pattern of `CredentialArn` in the service model.
const PREFIX: &str = "ecr-pullthroughcache/";

impl SecretArn {
    pub(crate) const EXPECTED: &str = "the ARN of a secret for a pull-through cache, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/NAME";
}

impl FromStr for SecretArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let read = || {
            let rest = text.strip_prefix("arn:")?;
            let [partition, "secretsmanager", region, account, "secret", name] =
                rest.splitn(6, ':').collect::<Vec<_>>()[..]
            else {
                return None;
            };
            let region: Region = region.parse().ok()?;
            let is_name = name.len() > PREFIX.len() && name.starts_with(PREFIX);
            (is_name && region.partition().name == partition).then_some(())?;
            let account = account.parse().ok()?;
            Some(SecretArn { account, region })
        };
        read().ok_or_else(|| NameError::new("secret ARN", text, Self::EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_secret_has_the_prefix_of_pull_through_caches() {
        let arn = |name: &str| format!("arn:aws:secretsmanager:us-east-1:123456789012:{name}");
        let parsed: SecretArn = arn("secret:ecr-pullthroughcache/hub-AbCdEf")
            .parse()
            .unwrap();
        assert_eq!(parsed.account.as_str(), "123456789012");
        assert_eq!(parsed.region.as_str(), "us-east-1");
        for name in [
            "secret:hub",
            "secret:ecr-pullthroughcache/",
            "key:ecr-pullthroughcache/hub",
        ] {
            assert!(arn(name).parse::<SecretArn>().is_err(), "{name}");
        }
        let other =
            "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub";
        assert!(other.parse::<SecretArn>().is_err());
    }
}
