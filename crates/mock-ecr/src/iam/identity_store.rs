//! Everyone whom a world knows, found by key and by name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{AuthMode, World};
use crate::iam::principal::Principal;
use crate::types::{AccountId, PrincipalArn, Region};

/// Everyone whom a world knows, by access key and by ARN.
#[derive(Debug)]
pub(crate) struct Principals {
    by_access_key_id: HashMap<String, Arc<Principal>>,
    by_arn: HashMap<PrincipalArn, Arc<Principal>>,
    auth: AuthMode,
    default_account: AccountId,
    region: Region,
}

impl Principals {
    pub(crate) fn new(world: &World) -> Self {
        let all = world.principals().map(Arc::new).collect::<Vec<_>>();
        let key = |principal: &Arc<Principal>| principal.access_key_id.clone();
        let arn = |principal: &Arc<Principal>| principal.arn.clone();
        Principals {
            by_access_key_id: all.iter().map(|p| (key(p), Arc::clone(p))).collect(),
            by_arn: all.iter().map(|p| (arn(p), Arc::clone(p))).collect(),
            auth: world.auth,
            default_account: world.default_account(),
            region: world.region.clone(),
        }
    }

    pub(crate) fn auth(&self) -> AuthMode {
        self.auth
    }

    /// Whose key this is, if the world says so.
    pub(crate) fn with_access_key_id(&self, id: &str) -> Option<&Arc<Principal>> {
        self.by_access_key_id.get(id)
    }

    /// Whom a lenient mock takes the owner of an unknown key for: the root user of the account that a key of twelve
    /// digits names, or else of the default account.
    pub(crate) fn presumed(&self, access_key_id: &str, region: &Region) -> Arc<Principal> {
        let account = access_key_id.parse().unwrap_or(self.default_account);
        Arc::new(Principal::root(account, region))
    }

    /// The principal that a token was minted for, if it still exists.
    ///
    /// The root user of every account exists without being listed; a lenient mock takes anyone's word.
    pub(crate) fn with_arn(&self, arn: &PrincipalArn) -> Option<Arc<Principal>> {
        if let Some(known) = self.by_arn.get(arn) {
            return Some(Arc::clone(known));
        }
        let is_taken_on_trust = arn.is_root() || self.auth == AuthMode::Lenient;
        is_taken_on_trust.then(|| {
            let mut principal = Principal::root(arn.account(), &self.region);
            principal.arn = arn.clone();
            Arc::new(principal)
        })
    }
}
