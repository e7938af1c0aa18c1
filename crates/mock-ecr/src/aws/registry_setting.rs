//! The rules of the settings of a registry. The API and the configuration of a mock have the same rules.

use crate::types::{AccountId, PrincipalArn, Region};

/// The maximum number of principals of a registry whose pulls are not recorded. `[ASSUME]`: it is the maximum length of the list in the service
/// model.
pub(crate) const MAX_EXCLUSIONS: usize = 100;

/// The maximum number of resource tags of a repository. Source: AWS's general reference, "Tag naming limits and requirements".
pub(crate) const MAX_RESOURCE_TAGS: usize = 50;

/// The maximum number of repository creation templates of a registry. `[ASSUME]`: the service model declares `LimitExceededException` without a
/// number.
pub(crate) const MAX_TEMPLATES: usize = 100;

/// Returns the name of the record of a prefix. A slash at the end of a prefix is implied.
pub(crate) fn record_name(prefix: &str) -> &str {
    prefix.strip_suffix('/').unwrap_or(prefix)
}

/// Returns whether a key and a value are a resource tag. Source: AWS's general reference, "Tag naming limits and requirements".
pub(crate) fn is_resource_tag(key: &str, value: &str) -> bool {
    (1..=128).contains(&key.chars().count())
        && value.chars().count() <= 256
        && !key.to_ascii_lowercase().starts_with("aws:")
}

/// Returns whether the ARN of a signing profile is one of a Region. Source: "Managed signing" in the user guide of Amazon ECR.
pub(crate) fn is_profile_in(arn: &str, region: &Region) -> bool {
    let scope = format!("arn:{}:signer:{region}:", region.partition().name);
    arn.starts_with(&scope)
}

/// Returns whether an ARN is that of a role of an account. Source: the description of `customRoleArn` in the service model.
pub(crate) fn is_role_of(arn: &str, account: AccountId, region: &Region) -> bool {
    let arn: Option<PrincipalArn> = arn.parse().ok();
    let partition = region.partition().name;
    arn.is_some_and(|arn| {
        arn.role().is_some() && (arn.account(), arn.partition()) == (account, partition)
    })
}

/// Returns the beginning of the ARNs of the KMS keys of a Region.
pub(crate) fn kms_scope(region: &Region) -> String {
    format!("arn:{}:kms:{region}:", region.partition().name)
}

/// Returns whether an ARN is that of a KMS key of a Region.
pub(crate) fn is_kms_key_in(arn: &str, region: &Region) -> bool {
    let owned = arn.strip_prefix(&kms_scope(region));
    let key = owned.and_then(|owned| owned.split_once(":key/"));
    key.is_some_and(|(_, key)| is_kms_key_id(key))
}

/// Returns whether a text is a UUID, or the ID of a multi-Region key, such as `mrk-1234abcd12ab34cd56ef1234567890ab`.
pub(crate) fn is_kms_key_id(text: &str) -> bool {
    let hex = text.strip_prefix("mrk-").unwrap_or(text).replace('-', "");
    hex.len() == 32 && hex.bytes().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_of_a_prefix_is_implied() {
        assert_eq!(record_name("prod/"), "prod");
        assert_eq!(record_name("prod"), "prod");
    }
}
