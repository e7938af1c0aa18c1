//! Checks the initial replication configurations.

use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::replication::{
    Destinations, InvalidDestination, RegistryReplication, ReplicationRule,
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
        if let Some(filter) = one.rules.iter().find_map(invalid_filter) {
            let expected = "at most 100 filters of 2 to 256 lower-case letters, digits, '.', '_', '-' and '/', such as prod/";
            return Err(Conflict::new(at(), &filter, expected));
        }
        let account = one.account.unwrap_or(self.default_account());
        let allowed = Destinations {
            account,
            region: one.region.as_ref().unwrap_or(&self.region),
            additional_regions: &self.additional_regions,
        };
        let destinations = one.rules.iter().flat_map(|rule| &rule.destinations);
        let destinations = destinations.map(|to| (to.account.unwrap_or(account), &to.region));
        allowed.check(destinations).map_err(|error| {
            let expected = "destinations that PutReplicationConfiguration accepts";
            let value = match &error {
                InvalidDestination::Source => allowed.region.to_string(),
                InvalidDestination::TooMany => count.to_string(),
                InvalidDestination::UnknownRegion(region)
                | InvalidDestination::OtherPartition(region) => region.clone(),
            };
            Conflict::new(at(), &value, expected).caused_by(error)
        })
    }
}

/// Source: `ReplicationRuleList` in the service model.
const MOST_RULES: usize = 25;

/// Returns a filter that is not valid, or the number of filters if there are too many. Source: `RepositoryFilterList` and `RepositoryFilterValue` in the
/// service model.
fn invalid_filter(rule: &ReplicationRule) -> Option<String> {
    if rule.filters.len() > 100 {
        return Some(rule.filters.len().to_string());
    }
    let is_valid = |filter: &&String| {
        let fits = (2..=256).contains(&filter.len());
        let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-/".contains(&c);
        fits && filter.bytes().all(is_name)
    };
    rule.filters
        .iter()
        .find(|filter| !is_valid(filter))
        .cloned()
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
        rejects(&own, rules, "cannot be the same as the source registry");
        let mars = rule("{ destinations = [{ region = 'mars' }] }");
        rejects(&mars, rules, "invalid value \"mars\"");
        rejects(&mars, rules, "invalid region mars");
        let filter = rule("{ destinations = [], filters = ['Prod'] }");
        rejects(&filter, rules, "filters of 2 to 256 lower-case letters");
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
