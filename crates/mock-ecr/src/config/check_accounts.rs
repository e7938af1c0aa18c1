//! Checks the accounts of a configuration.

use std::collections::HashSet;

use crate::config::configuration::Config;
use crate::config::conflict::Conflict;
use crate::types::AccountId;

impl Config {
    pub(super) fn check_accounts(&self) -> Result<(), Conflict> {
        let mut ids = HashSet::new();
        match self
            .accounts
            .iter()
            .position(|account| !ids.insert(account.id))
        {
            Some(index) => {
                let at = vec!["accounts".into(), index.into(), "id".into()];
                let id = &self.accounts[index].id;
                Err(Conflict::new(at, id, "an ID that no other account has"))
            }
            None => Ok(()),
        }
    }

    /// If accounts are listed, a mistyped one would otherwise have a registry that no caller finds.
    pub(super) fn check_accounts_of_registries(&self) -> Result<(), Conflict> {
        fn of<T>(
            table: &'static str,
            elements: &[T],
            account: fn(&T) -> Option<AccountId>,
        ) -> impl Iterator<Item = (&'static str, usize, AccountId)> {
            let accounts = elements.iter().map(account).enumerate();
            accounts.filter_map(move |(index, account)| Some((table, index, account?)))
        }

        let mut found = of("repositories", &self.repositories, |one| one.account)
            .chain(of("registries", &self.registries, |one| one.account))
            .chain(of("registry_scanning", &self.registry_scanning, |one| {
                one.account
            }))
            .chain(of(
                "registry_replication",
                &self.registry_replication,
                |one| one.account,
            ))
            .chain(of("scan_results", &self.scan_results, |one| one.account))
            .chain(of(
                "pull_through_cache_rules",
                &self.pull_through_cache_rules,
                |one| one.account,
            ));
        match found.find(|(.., account)| !self.is_account(*account)) {
            Some((table, index, account)) => {
                let at = vec![table.into(), index.into(), "account".into()];
                let expected = "one of the listed accounts";
                Err(Conflict::new(at, &account, expected))
            }
            None => Ok(()),
        }
    }

    /// Returns whether an account exists. If no accounts are listed, a registry of each account can exist.
    pub(super) fn is_account(&self, account: AccountId) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|listed| listed.id == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_of_an_account_that_is_not_listed_is_rejected() {
        let account = "account = '222222222222'";
        for (table, keys) in [
            ("repositories", "name = 'app'"),
            ("registries", ""),
            ("registry_scanning", "scan_type = 'BASIC'"),
            ("registry_replication", "rules = []"),
            ("scan_results", "repository = 'app'\nimage = '1.0'"),
            (
                "pull_through_cache_rules",
                "ecr_repository_prefix = 'quay'\nupstream_registry_url = 'quay.io'",
            ),
        ] {
            let config = format!("[[{table}]]\n{account}\n{keys}\n");
            Config::parse(&config).unwrap();
            let other = "[[accounts]]\nid = '123456789012'\n";
            let error = Config::parse(&(config.clone() + other))
                .unwrap_err()
                .to_string();
            let expected = format!(
                "line 2, column 11: {table}[0].account: invalid value \"222222222222\": expected one of the listed accounts"
            );
            assert_eq!(error, expected);
            let known = "[[accounts]]\nid = '222222222222'\n";
            Config::parse(&(config + known)).unwrap();
        }
    }
}
