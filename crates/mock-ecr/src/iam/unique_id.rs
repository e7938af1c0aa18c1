//! Generates the unique ids of users and roles, and keys for principals that are created without keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::types::PrincipalArn;

/// Returns the `UserId` of a caller:
///
/// - for the root user: the account id
/// - for a user: its unique id
/// - for a session of a role: the unique id of the role, and the name of the session
/// - for a federated user: the account id, and the name of the user
///
/// The ids depend only on the ARN, so they are equal in every mock. Source: "Policy variables: principal key values" in AWS's IAM user
/// guide.
pub(crate) fn of_caller(arn: &PrincipalArn) -> String {
    let account = arn.account();
    let resource: Vec<&str> = arn.resource().split('/').collect();
    match resource.as_slice() {
        ["assumed-role", role @ .., session] => {
            let role = role.join("/");
            format!(
                "{}:{session}",
                unique_id("AROA", &format!("{account} {role}"))
            )
        }
        ["federated-user", name @ ..] => format!("{account}:{}", name.join("/")),
        ["root"] => account.to_string(),
        _ => unique_id("AIDA", arn.as_str()),
    }
}

/// Returns an access key ID that depends only on the ARN: 20 characters, of which the first four are `ASIA` for temporary credentials, and
/// `AKIA` otherwise.
pub(crate) fn access_key_id(arn: &PrincipalArn) -> String {
    let prefix = if arn.is_temporary() { "ASIA" } else { "AKIA" };
    let mut id = unique_id(prefix, arn.as_str());
    id.truncate(20);
    id
}

/// Returns a secret of 40 characters that depends only on the ARN and the kind of secret.
pub(crate) fn secret(arn: &PrincipalArn, kind: &str) -> String {
    let hash = Sha256::digest(format!("mock-ecr {kind}\n{arn}"));
    STANDARD.encode(&hash[..30])
}

/// Returns 21 characters: a prefix for users or roles, and 17 characters of the base32 alphabet. Source: "Unique identifiers" in AWS's IAM
/// user guide.
fn unique_id(prefix: &str, of: &str) -> String {
    let hash = Sha256::digest(format!("mock-ecr unique id\n{of}"));
    let letters = hash.iter().map(|byte| ALPHABET[usize::from(byte % 32)]);
    prefix
        .chars()
        .chain(letters.map(char::from).take(17))
        .collect()
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;

    fn id(arn: &str) -> String {
        of_caller(&arn.parse().unwrap())
    }

    #[test]
    fn derived_keys_are_those_of_aws_in_form_and_differ_between_principals() {
        let arn = |text: &str| text.parse::<PrincipalArn>().unwrap();
        let user = arn("arn:aws:iam::123456789012:user/ci");
        let session = arn("arn:aws:sts::123456789012:assumed-role/ci/job");
        assert!(access_key_id(&user).starts_with("AKIA") && access_key_id(&user).len() == 20);
        assert!(access_key_id(&session).starts_with("ASIA"));
        assert_eq!(secret(&user, "key").len(), 40);
        assert_ne!(secret(&user, "key"), secret(&user, "session"));
        assert_ne!(secret(&user, "key"), secret(&session, "key"));
    }

    #[test]
    fn users_roles_and_accounts_have_different_ids() {
        let user = id("arn:aws:iam::123456789012:user/developer");
        assert!(user.starts_with("AIDA") && user.len() == 21, "{user}");
        assert_ne!(user, id("arn:aws:iam::123456789012:user/other"));
        let first = id("arn:aws:sts::123456789012:assumed-role/ci/job-1");
        let second = id("arn:aws:sts::123456789012:assumed-role/ci/job-2");
        let (role, session) = first.split_once(':').unwrap();
        assert!(role.starts_with("AROA") && role.len() == 21, "{role}");
        assert_eq!(session, "job-1");
        assert_eq!(second, format!("{role}:job-2"));
        assert_eq!(id("arn:aws:iam::123456789012:root"), "123456789012");
        let federated = id("arn:aws:sts::123456789012:federated-user/bob");
        assert_eq!(federated, "123456789012:bob");
    }
}
