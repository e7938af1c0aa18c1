//! The KMS keys of encrypted repositories. The mock does not encrypt anything, and every key exists.

use crate::aws::registry_setting::{is_kms_key_id, kms_scope};
use crate::domain::error::RepositoryError;
use crate::domain::hasher::digest_of;
use crate::types::{AccountId, Algorithm, Region};

/// The alias of the key that AWS manages. It is the default. Source: the documentation of `kmsKey` in the service model.
const AWS_MANAGED: &str = "alias/aws/ecr";

/// Returns the ARN of the key that an alias, an ID or an ARN names. A repository stores this ARN. Source: cloudposse/terraform-aws-ecr#85,
/// where an ID or an alias differs from the stored value.
///
/// The ID of the key of an alias depends only on the registry and the alias.
///
/// # Errors
///
/// Returns an error if the text has another form, or if it names a key of another Region.
pub(crate) fn arn(
    named: Option<&str>,
    account: AccountId,
    region: &Region,
) -> Result<String, RepositoryError> {
    let named = named.unwrap_or(AWS_MANAGED);
    let scope = kms_scope(region);
    let (owner, resource) = match named.strip_prefix(&scope) {
        Some(rest) => rest.split_once(':').ok_or_else(|| invalid(named))?,
        None => ("", named),
    };
    let owner = if owner.is_empty() {
        account.to_string()
    } else {
        owner.to_owned()
    };
    let key = match resource.strip_prefix("key/") {
        Some(key) => key.to_owned(),
        None if resource.starts_with("alias/") => key_of_alias(&scope, &owner, resource),
        None => resource.to_owned(),
    };
    if !is_kms_key_id(&key) {
        return Err(invalid(named));
    }
    Ok(format!("{scope}{owner}:key/{key}"))
}

fn key_of_alias(scope: &str, owner: &str, alias: &str) -> String {
    let named = format!("{scope}{owner}:{alias}");
    let digest = digest_of(Algorithm::Sha256, named.as_bytes());
    let hex = digest.hex();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hex[part]);
    parts.join("-")
}

fn invalid(named: &str) -> RepositoryError {
    RepositoryError::InvalidKmsKey(named.to_owned())
}
