//! Checks the initial replication configurations.

use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::replication::{
    Destinations, RegistryReplication, ReplicationDestination, ReplicationRule,
};
use crate::config::unique::Unique;

impl Config {
    pub(in crate::config) fn check_registry_replication(&self) -> Result<(), Conflict> {
        let list = "registry_replication";
        let mut registries = Unique::new();
        for (index, one) in self.registry_replication.iter().enumerate() {
            let region = one.region.as_ref();
            self.check_registry(&mut registries, (list, index), one.account, region)?;
            self.check_rules(one, || vec![list.into(), index.into(), "rules".into()])?;
        }
        Ok(())
    }

    fn check_rules(
        &self,
        one: &RegistryReplication,
        at: impl Fn() -> Vec<Step>,
    ) -> Result<(), Conflict> {
        let count = one.rules.len();
        if count > MOST_RULES {
            return Err(Conflict::new(at(), &count, "at most 25 rules"));
        }
        for (index, rule) in one.rules.iter().enumerate() {
            check_filters(rule, || {
                [at(), vec![index.into(), "filters".into()]].concat()
            })?;
        }
        let account = one.account.unwrap_or(self.default_account());
        let allowed = Destinations {
            account,
            region: one.region.as_ref().unwrap_or(&self.region),
            additional_regions: &self.additional_regions,
        };
        let account_of = |to: &ReplicationDestination| to.account.unwrap_or(account);
        for (rule, index, to) in destinations(one) {
            let at = |key: &'static str| {
                let to: [Step; 4] = [rule.into(), "destinations".into(), index.into(), key.into()];
                [at(), to.into()].concat()
            };
            if let Some(account) = to.account.filter(|account| !self.is_account(*account)) {
                let expected = "one of the listed accounts";
                return Err(Conflict::new(at("account"), &account, expected));
            }
            let checked = allowed.check([(account_of(to), &to.region)].into_iter());
            checked.map_err(|error| {
                let expected = "a destination that PutReplicationConfiguration accepts";
                Conflict::new(at("region"), &to.region, expected).caused_by(error)
            })?;
        }
        let all = destinations(one).map(|(.., to)| (account_of(to), &to.region));
        allowed.check(all).map_err(|error| {
            let (count, expected) = (destinations(one).count(), "at most 25 destinations");
            Conflict::new(at(), &count, expected).caused_by(error)
        })
    }
}

/// Returns each destination, with the numbers of its rule and of the destination in it.
fn destinations(
    one: &RegistryReplication,
) -> impl Iterator<Item = (usize, usize, &ReplicationDestination)> {
    one.rules.iter().enumerate().flat_map(|(rule, each)| {
        let all = each.destinations.iter().enumerate();
        all.map(move |(index, to)| (rule, index, to))
    })
}

/// Source: `ReplicationRuleList` in the service model.
const MOST_RULES: usize = 25;

/// Source: `RepositoryFilterList` and `RepositoryFilterValue` in the service model.
fn check_filters(rule: &ReplicationRule, at: impl Fn() -> Vec<Step>) -> Result<(), Conflict> {
    let count = rule.filters.len();
    if count > 100 {
        return Err(Conflict::new(at(), &count, "at most 100 filters"));
    }
    let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-/".contains(&c);
    let is_valid = |filter: &str| (2..=256).contains(&filter.len()) && filter.bytes().all(is_name);
    match rule.filters.iter().position(|filter| !is_valid(filter)) {
        None => Ok(()),
        Some(index) => {
            let expected =
                "2 to 256 lower-case letters, digits, '.', '_', '-' and '/', such as prod/";
            let at = [at(), vec![index.into()]].concat();
            Err(Conflict::new(at, &rule.filters[index], expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    #[test]
    fn the_rules_of_a_registry_are_checked() {
        let rule = |rule: &str| format!("[[registry_replication]]\nrules = [{rule}]\n");
        let valid = rule("{ destinations = [{ region = 'eu-west-1' }], filters = ['prod/'] }");
        assert!(Config::parse(&valid).is_ok());
        let rules = "registry_replication[0].rules";
        let own = rule("{ destinations = [{ region = 'us-east-1' }] }");
        let region = "registry_replication[0].rules[0].destinations[0].region";
        rejects(&own, region, "cannot be the same as the source registry");
        let mars = rule("{ destinations = [{ region = 'mars' }] }");
        rejects(&mars, region, "invalid value \"mars\"");
        rejects(&mars, region, "invalid region mars");
        let other = "account = '210987654321', region = 'eu-west-1'";
        let other = rule(&format!("{{ destinations = [{{ {other} }}] }}"));
        assert!(Config::parse(&other).is_ok());
        let listed = other + "[[accounts]]\nid = '123456789012'\n";
        let account = "registry_replication[0].rules[0].destinations[0].account";
        rejects(&listed, account, "one of the listed accounts");
        let filter = rule("{ destinations = [], filters = ['Prod'] }");
        let filters = "registry_replication[0].rules[0].filters[0]";
        rejects(&filter, filters, "2 to 256 lower-case letters");
        let many = rule(&"{ destinations = [] }, ".repeat(26));
        rejects(&many, rules, "at most 25 rules");
        let twice = format!("{valid}{valid}");
        let text = "it repeats registry_replication[0] (line 1, column 1)";
        rejects(&twice, "registry_replication[1]", text);
        let place = Config::parse(&twice).unwrap_err().to_string();
        assert!(
            place.starts_with("line 3, column 1: registry_replication[1]"),
            "{place}"
        );
        let region = format!("{valid}region = 'mars'\n");
        rejects(&region, "registry_replication[0].region", "a Region of AWS");
    }
}
