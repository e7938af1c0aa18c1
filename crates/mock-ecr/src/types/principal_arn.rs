//! ARNs of principals.

use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::account_id::AccountId;
use crate::types::name::{NameError, as_text};
use crate::types::region::{Partition, Region};

/// The ARN of a principal: a user, a role session, a federated user or the root user of an account. The form is
/// `arn:PARTITION:iam::ACCOUNT:RESOURCE` or `arn:PARTITION:sts::ACCOUNT:RESOURCE`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrincipalArn(Arc<str>);

impl From<PrincipalArn> for String {
    fn from(arn: PrincipalArn) -> Self {
        arn.as_str().to_owned()
    }
}

impl PrincipalArn {
    pub(crate) const EXPECTED: &str = "a user, a root user, or a session of a role or of a federated user, such as \
        arn:aws:iam::123456789012:user/developer or arn:aws:sts::123456789012:assumed-role/ROLE/SESSION";

    /// Creates the ARN of the root user of `account`, in the partition of `region`.
    pub fn root(account: AccountId, region: &Region) -> Self {
        PrincipalArn::root_in(region.partition(), account)
    }

    /// Creates the ARN of the root user of `account`.
    pub(crate) fn root_in(partition: Partition, account: AccountId) -> Self {
        let partition = partition.name;
        PrincipalArn(format!("arn:{partition}:iam::{account}:root").into())
    }

    /// Creates the ARN of a user of `account`, in the partition of `region`.
    pub(crate) fn user(account: AccountId, region: &Region, name: &str) -> Self {
        let partition = region.partition().name;
        PrincipalArn(format!("arn:{partition}:iam::{account}:user/{name}").into())
    }

    /// Returns the ARN as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the account that the principal belongs to.
    pub fn account(&self) -> AccountId {
        self.part(4)
            .parse()
            .expect("the account was checked when the ARN was parsed")
    }

    /// Returns whether the principal is the root user of its account.
    pub fn is_root(&self) -> bool {
        self.resource() == "root"
    }

    /// Returns whether the credentials of the principal are temporary: it is a session of a role or a federated user.
    pub(crate) fn is_temporary(&self) -> bool {
        self.part(2) == "sts"
    }

    /// Returns the partition, such as `aws`.
    pub(crate) fn partition(&self) -> &str {
        self.part(1)
    }

    /// Returns the name of the role without its path, if this is the ARN of a role.
    pub(crate) fn role(&self) -> Option<&str> {
        let path = self.resource().strip_prefix("role/")?;
        (!self.is_temporary()).then(|| last_segment(path))
    }

    /// Returns the name of the role without its path, if this is the ARN of a session of a role.
    pub(crate) fn session_role(&self) -> Option<&str> {
        let names = self.resource().strip_prefix("assumed-role/")?;
        let (path, _) = names.rsplit_once('/')?;
        self.is_temporary().then(|| last_segment(path))
    }

    /// Returns whether this is the ARN of a session of a role. The ARN of a session does not contain the path of the role.
    pub(crate) fn is_session_of(&self, role: &PrincipalArn) -> bool {
        role.role().is_some()
            && role.role() == self.session_role()
            && (role.partition(), role.account()) == (self.partition(), self.account())
    }

    /// Returns the part after the account, such as `user/developer`.
    pub(crate) fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0
            .splitn(6, ':')
            .nth(index)
            .expect("a parsed ARN has six parts")
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl FromStr for PrincipalArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = matches!(parts[..], ["arn", partition, service, "", account, resource]
            if !partition.is_empty() && account.parse::<AccountId>().is_ok() && is_principal(service, resource));
        let is_printable = text.len() <= 2048 && text.bytes().all(|c| c.is_ascii_graphic());
        if is_arn && is_printable {
            Ok(PrincipalArn(text.into()))
        } else {
            Err(NameError::new("principal ARN", text, Self::EXPECTED))
        }
    }
}

/// Returns whether a resource of a service is a principal.
fn is_principal(service: &str, resource: &str) -> bool {
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    match (service, kind) {
        ("iam", "root") => resource == "root",
        ("iam", "user" | "role") | ("sts", "federated-user") => !name.is_empty(),
        ("sts", "assumed-role") => {
            let session = name.rsplit_once('/');
            session.is_some_and(|(role, session)| !role.is_empty() && !session.is_empty())
        }
        _ => false,
    }
}

as_text!(PrincipalArn);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_contains_the_name_of_its_role() {
        let arn = |text: &str| text.parse::<PrincipalArn>().unwrap();
        let session = arn("arn:aws:sts::210987654321:assumed-role/Role/job");
        assert_eq!(
            (session.session_role(), session.role()),
            (Some("Role"), None)
        );
        let role = arn("arn:aws-cn:iam::210987654321:role/path/to/Role");
        assert_eq!((role.session_role(), role.role()), (None, Some("Role")));
        assert_eq!(role.partition(), "aws-cn");
    }

    #[test]
    fn a_principal_arn_contains_its_account() {
        let arn: PrincipalArn = "arn:aws:sts::210987654321:assumed-role/Role/session:1"
            .parse()
            .unwrap();
        assert_eq!(arn.account().as_str(), "210987654321");
        for wrong in [
            "",
            "arn:aws:iam::12:user/x",
            "arn:aws:ecr:us-east-1:123456789012:x",
            "arn:aws:iam::123456789012:",
            "arn:aws:iam::123456789012:usr/x",
            "arn:aws:iam::123456789012:user",
            "arn:aws:iam::123456789012:root/x",
            "arn:aws:iam::123456789012:assumed-role/x/y",
            "arn:aws:sts::123456789012:assumed-role/x",
            "arn:aws:sts::123456789012:assumed-rol/x/y",
        ] {
            assert!(wrong.parse::<PrincipalArn>().is_err(), "{wrong}");
        }
    }
}
