//! The principals and sessions of a mock, by access key and by ARN.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::iam::auth_mode::AuthMode;
use crate::iam::policy::named_principal::NamedPrincipal;
use crate::iam::principal::Principal;
use crate::types::error_chain::debug_as_chain;
use crate::types::revision::Revision;
use crate::types::secret_index::SecretIndex;
use crate::types::{AccountId, PrincipalArn, Region};

/// The principals of a mock: the principals of the configuration, and the sessions that are added while the mock runs.
#[derive(Debug)]
pub(crate) struct IdentityStore {
    initial: Identities,
    sessions: RwLock<Sessions>,
    revision: Revision,
    auth: AuthMode,
    /// The accounts that exist. The default account is one of them.
    accounts: BTreeSet<AccountId>,
    default_account: AccountId,
    region: Region,
}

#[derive(Debug, Default)]
struct Identities {
    by_access_key_id: HashMap<String, Arc<Principal>>,
    /// Several sessions can have one ARN; the latest one is used.
    by_arn: HashMap<PrincipalArn, Arc<Principal>>,
    secrets: SecretIndex,
}

/// The latest [`MAX_SESSIONS`] sessions.
#[derive(Debug, Default)]
struct Sessions {
    identities: Identities,
    oldest_first: VecDeque<Arc<Principal>>,
}

impl IdentityStore {
    pub(crate) fn new(
        principals: impl Iterator<Item = Principal>,
        auth: AuthMode,
        accounts: BTreeSet<AccountId>,
        default_account: AccountId,
        region: Region,
    ) -> Self {
        let mut initial = Identities::default();
        principals.for_each(|principal| initial.insert(&Arc::new(principal)));
        IdentityStore {
            initial,
            sessions: RwLock::default(),
            revision: Revision::default(),
            auth,
            accounts,
            default_account,
            region,
        }
    }

    pub(crate) fn auth(&self) -> AuthMode {
        self.auth
    }

    /// Adds a session. If there are more than [`MAX_SESSIONS`], the oldest one is removed.
    ///
    /// # Errors
    ///
    /// Returns an error if the keys are invalid or the access key ID is in use.
    pub(crate) fn add_session(&self, session: Principal) -> Result<(), SessionError> {
        session
            .check_keys()
            .map_err(|invalid| SessionError::InvalidKey(invalid.to_string()))?;
        let mut sessions = self.write();
        let id = &session.access_key_id;
        let known = [&self.initial, &sessions.identities];
        if known
            .iter()
            .any(|known| known.by_access_key_id.contains_key(id))
        {
            return Err(SessionError::AccessKeyInUse(session.access_key_id));
        }
        sessions.add(Arc::new(session));
        drop(sessions);
        self.revision.increment();
        Ok(())
    }

    /// Removes all sessions.
    pub(crate) fn remove_sessions(&self) {
        *self.write() = Sessions::default();
        self.revision.increment();
    }

    /// Returns the number of changes of the sessions.
    pub(crate) fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Returns the principal or session with an access key ID.
    pub(crate) fn with_access_key_id(&self, id: &str) -> Option<Arc<Principal>> {
        let initial = self.initial.by_access_key_id.get(id).cloned();
        initial.or_else(|| self.read().identities.by_access_key_id.get(id).cloned())
    }

    /// Returns the caller that a mock in lenient mode assumes for an unknown access key ID: the root user of the
    /// account with this ID. If the access key ID is not an account ID, returns the root user of the default account.
    pub(crate) fn lenient_principal(&self, access_key_id: &str, region: &Region) -> Arc<Principal> {
        let account = access_key_id.parse().unwrap_or(self.default_account);
        Arc::new(Principal::root(account, region))
    }

    /// Returns the principal that a token was issued for. Returns `None` if the principal does not exist any more.
    ///
    /// The root user of an account that exists needs no entry in the configuration. In lenient mode, every principal
    /// exists.
    pub(crate) fn with_arn(&self, arn: &PrincipalArn) -> Option<Arc<Principal>> {
        let initial = self.initial.by_arn.get(arn).cloned();
        let known = initial.or_else(|| self.read().identities.by_arn.get(arn).cloned());
        let is_root_user = arn.is_root() && self.has_account(arn.account());
        let exists_unlisted = is_root_user || self.auth == AuthMode::Lenient;
        known.or_else(|| {
            exists_unlisted.then(|| {
                let mut principal = Principal::root(arn.account(), &self.region);
                principal.arn = arn.clone();
                Arc::new(principal)
            })
        })
    }

    /// Returns whether a principal that a policy names exists. A role and all its
    /// sessions exist if a session of the role is known. All federated users exist: they are not created before they are
    /// used. In lenient mode,
    /// every principal exists.
    pub(crate) fn contains(&self, named: &NamedPrincipal) -> bool {
        match named {
            _ if self.auth == AuthMode::Lenient => true,
            NamedPrincipal::Everyone => true,
            NamedPrincipal::Account(id) => self.has_account(*id),
            NamedPrincipal::Arn(arn) => self.has_account(arn.account()) && self.has(arn),
        }
    }

    /// Returns whether an account exists: it is configured, or a session belongs to it.
    fn has_account(&self, id: AccountId) -> bool {
        self.accounts.contains(&id) || {
            let sessions = self.read();
            let mut arns = sessions.identities.by_arn.keys();
            arns.any(|arn| arn.account() == id)
        }
    }

    /// Returns whether a principal of an account that exists is known.
    fn has(&self, arn: &PrincipalArn) -> bool {
        let sessions = self.read();
        let mut known = [&self.initial, &sessions.identities]
            .into_iter()
            .flat_map(|identities| identities.by_arn.keys())
            .filter(|known| known.account() == arn.account());
        match arn.role().or(arn.session_role()) {
            Some(role) => known.any(|one| one.role().or(one.session_role()) == Some(role)),
            None => arn.is_root() || arn.is_temporary() || known.any(|one| one == arn),
        }
    }

    /// Returns the positions of secret access keys and session tokens in a text, except of those of less than 8 bytes.
    pub(crate) fn find_secrets(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.initial.secrets.find(text);
        found.extend(self.read().identities.secrets.find(text));
        found
    }

    /// Returns whether a text is a secret access key or a session token.
    pub(crate) fn is_secret(&self, text: &[u8]) -> bool {
        self.initial.secrets.contains(text) || self.read().identities.secrets.contains(text)
    }

    fn read(&self) -> RwLockReadGuard<'_, Sessions> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Sessions> {
        let sessions = self.sessions.write();
        sessions.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identities {
    fn insert(&mut self, principal: &Arc<Principal>) {
        let (key, arn) = (&principal.access_key_id, &principal.arn);
        self.by_access_key_id
            .insert(key.clone(), Arc::clone(principal));
        self.by_arn.insert(arn.clone(), Arc::clone(principal));
        let secrets = &mut self.secrets;
        principal
            .secrets()
            .for_each(|secret| secrets.insert(secret));
    }

    fn remove(&mut self, principal: &Arc<Principal>) {
        self.by_access_key_id.remove(&principal.access_key_id);
        let is_latest = |latest: &Arc<Principal>| Arc::ptr_eq(latest, principal);
        if self.by_arn.get(&principal.arn).is_some_and(is_latest) {
            self.by_arn.remove(&principal.arn);
        }
        let secrets = &mut self.secrets;
        principal
            .secrets()
            .for_each(|secret| secrets.remove(secret));
    }
}

impl Sessions {
    fn add(&mut self, session: Arc<Principal>) {
        self.identities.insert(&session);
        self.oldest_first.push_back(session);
        if self.oldest_first.len() > MAX_SESSIONS
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.identities.remove(&oldest);
        }
    }
}

/// The maximum number of sessions.
pub(crate) const MAX_SESSIONS: usize = 10_000;

/// An error returned by [`MockEcr::add_session`](crate::MockEcr::add_session).
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The access key ID belongs to another principal or session.
    #[error("the access key ID {0} belongs to another principal or session")]
    AccessKeyInUse(String),
    /// The access key ID or the secret access key is invalid. The string contains the name of the invalid field and the
    /// expected form. It also contains an invalid access key ID, but never a secret access key.
    #[error("{0}")]
    InvalidKey(String),
    /// A pattern of allowed or denied actions matches no action. The string contains the pattern and similar actions.
    #[error("{0}")]
    UnknownAction(String),
    /// The configuration lists accounts, and the account of the session is not in the list.
    #[error("the account {0} is not in the list of accounts of the configuration")]
    UnknownAccount(AccountId),
}

debug_as_chain!(SessionError);

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> IdentityStore {
        let (account, region) = (AccountId::EXAMPLE, Region::default());
        let example = Principal::example(account, &region);
        let accounts = BTreeSet::from([account]);
        let mode = AuthMode::Strict;
        IdentityStore::new([example].into_iter(), mode, accounts, account, region)
    }

    fn session(index: usize) -> Principal {
        let arn = "arn:aws:sts::123456789012:assumed-role/ci/job";
        Principal::new(arn.parse().unwrap(), format!("ASIA{index}"), "secret")
    }

    #[test]
    fn a_session_is_found_until_the_sessions_are_removed() {
        let store = store();
        let arn = session(0).arn;
        assert!(store.with_arn(&arn).is_none());
        store.add_session(session(0)).unwrap();
        assert!(store.with_access_key_id("ASIA0").is_some());
        assert!(store.with_arn(&arn).is_some());
        store.remove_sessions();
        assert!(store.with_access_key_id("ASIA0").is_none());
        assert!(store.with_arn(&arn).is_none());
    }

    #[test]
    fn the_root_user_of_an_account_that_does_not_exist_is_unknown() {
        let arn = |account: &str| format!("arn:aws:iam::{account}:root").parse().unwrap();
        assert!(store().with_arn(&arn("123456789012")).is_some());
        assert!(store().with_arn(&arn("999999999999")).is_none());
    }

    #[test]
    fn policies_can_name_known_users_and_roles_of_known_accounts() {
        let store = store();
        store.add_session(session(0)).unwrap();
        let exists = |name: &str| store.contains(&name.parse().unwrap());
        for name in [
            "*",
            "123456789012",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/developer",
            "arn:aws:iam::123456789012:role/path/ci",
            "arn:aws:sts::123456789012:assumed-role/ci/another-job",
            "arn:aws:sts::123456789012:federated-user/bob",
        ] {
            assert!(exists(name), "{name}");
        }
        for name in [
            "999999999999",
            "arn:aws:iam::999999999999:root",
            "arn:aws:iam::123456789012:user/other",
            "arn:aws:iam::123456789012:role/other",
            "arn:aws:sts::123456789012:assumed-role/other/job",
            "arn:aws:iam::999999999999:user/developer",
        ] {
            assert!(!exists(name), "{name}");
        }
    }

    #[test]
    fn keys_that_cannot_sign_are_rejected() {
        for id in ["", "A B", "A/B", "\n"] {
            let mut session = session(0);
            session.access_key_id = id.to_owned();
            let error = store().add_session(session).unwrap_err();
            assert!(matches!(error, SessionError::InvalidKey(_)), "{id:?}");
        }
        let mut unsigned = session(0);
        unsigned.secret_access_key = "".into();
        let error = store().add_session(unsigned).unwrap_err().to_string();
        assert!(error.contains("secret_access_key"), "{error}");
    }

    #[test]
    fn an_access_key_id_in_use_is_rejected() {
        let store = store();
        store.add_session(session(0)).unwrap();
        assert!(store.add_session(session(0)).is_err());
        let mut taken = session(1);
        taken.access_key_id = Principal::EXAMPLE_ACCESS_KEY_ID.to_owned();
        let error = store.add_session(taken).unwrap_err().to_string();
        assert!(error.contains(Principal::EXAMPLE_ACCESS_KEY_ID), "{error}");
    }

    #[test]
    fn the_oldest_session_is_removed_when_there_are_too_many() {
        let store = store();
        for index in 0..=MAX_SESSIONS {
            store.add_session(session(index)).unwrap();
        }
        assert!(store.with_access_key_id("ASIA0").is_none());
        assert!(store.with_access_key_id("ASIA1").is_some());
        assert!(store.is_secret(b"secret"));
        assert!(store.with_arn(&session(0).arn).is_some());
    }
}
