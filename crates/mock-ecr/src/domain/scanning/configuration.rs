//! The scanning configuration of a registry.

use serde::{Deserialize, Serialize};

use crate::config::{RegistryScanning, ScanFilter, ScanFrequency, ScanType};
use crate::types::RepositoryName;
use crate::types::timestamp::Timestamp;

/// The scanning configuration of a registry. The default has basic scanning and no rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScanningConfiguration {
    pub(crate) scan_type: ScanType,
    pub(crate) rules: Vec<Rule>,
}

/// The filters of a scan frequency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) frequency: ScanFrequency,
    pub(crate) filters: Vec<Filter>,
}

/// A filter of repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) filter: ScanFilter,
    /// Since when the registry has the filter. Without it, the registry has always had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since_millis: Option<i64>,
}

/// The rule that applies to a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppliedRule {
    pub(crate) frequency: ScanFrequency,
    /// The filters of the rule that match the repository.
    pub(crate) filters: Vec<ScanFilter>,
    /// Since when a filter matches the repository. `None`: always.
    pub(super) since: Option<Timestamp>,
}

impl ScanningConfiguration {
    pub(crate) fn new(
        scan_type: ScanType,
        rules: Vec<(ScanFrequency, Vec<ScanFilter>)>,
        since: Option<Timestamp>,
    ) -> Self {
        let since_millis = since.map(Timestamp::as_millis);
        let filter = |filter| Filter {
            filter,
            since_millis,
        };
        let rules = rules.into_iter().map(|(frequency, filters)| Rule {
            frequency,
            filters: filters.into_iter().map(filter).collect(),
        });
        ScanningConfiguration {
            scan_type,
            rules: rules.collect(),
        }
    }

    /// Returns the rule that applies to a repository. A frequency of more scans has precedence.
    ///
    /// Source for the frequencies of enhanced scanning: the user guide of Amazon ECR, `image-scanning-enhanced.html`. That a scan on push
    /// has precedence over manual scans is `[ASSUME]`.
    pub(crate) fn applied_rule(&self, name: &RepositoryName) -> Option<AppliedRule> {
        let matches = |filter: &&Filter| filter.filter.matches(name);
        let matching = self
            .rules
            .iter()
            .filter(|rule| rule.filters.iter().any(|filter| matches(&filter)));
        let rule = matching.clone().max_by_key(|rule| rule.frequency)?;
        let all = matching.flat_map(|rule| rule.filters.iter().filter(matches));
        let filters = rule.filters.iter().filter(matches);
        Some(AppliedRule {
            frequency: rule.frequency,
            filters: filters.map(|filter| filter.filter.clone()).collect(),
            // `None` is less than any time.
            since: all.map(Filter::since).min().flatten(),
        })
    }

    /// Keeps the times of the filters that the previous configuration had. Amazon Inspector scans the images of their repositories already.
    pub(super) fn continuing(mut self, previous: &ScanningConfiguration) -> Self {
        if (previous.scan_type, self.scan_type) != (ScanType::Enhanced, ScanType::Enhanced) {
            return self;
        }
        for filter in self.rules.iter_mut().flat_map(|rule| &mut rule.filters) {
            let mut known = previous.rules.iter().flat_map(|rule| &rule.filters);
            if let Some(known) = known.find(|known| known.filter == filter.filter) {
                filter.since_millis = known.since_millis;
            }
        }
        self
    }
}

impl Filter {
    fn since(&self) -> Option<Timestamp> {
        self.since_millis.map(Timestamp::from_millis)
    }
}

impl From<&RegistryScanning> for ScanningConfiguration {
    fn from(initial: &RegistryScanning) -> Self {
        let rules = initial.rules.iter();
        let rules = rules.map(|rule| (rule.scan_frequency, rule.filters.clone()));
        ScanningConfiguration::new(initial.scan_type, rules.collect(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScanFrequency::{ContinuousScan, Manual, ScanOnPush};

    fn filters(texts: &[&str]) -> Vec<ScanFilter> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn applied(
        configuration: &ScanningConfiguration,
        name: &str,
    ) -> Option<(ScanFrequency, usize)> {
        let rule = configuration.applied_rule(&name.parse().unwrap());
        rule.map(|rule| (rule.frequency, rule.filters.len()))
    }

    #[test]
    fn the_rule_with_more_scans_applies() {
        let rules = vec![
            (ContinuousScan, filters(&["prod*", "*app"])),
            (ScanOnPush, filters(&["*"])),
        ];
        let enhanced = ScanningConfiguration::new(ScanType::Enhanced, rules, None);
        assert_eq!(applied(&enhanced, "prod"), Some((ContinuousScan, 1)));
        assert_eq!(applied(&enhanced, "prod-app"), Some((ContinuousScan, 2)));
        assert_eq!(applied(&enhanced, "dev"), Some((ScanOnPush, 1)));
        let rules = vec![
            (Manual, filters(&["prod", "test"])),
            (ScanOnPush, filters(&["prod"])),
        ];
        let basic = ScanningConfiguration::new(ScanType::Basic, rules, None);
        assert_eq!(applied(&basic, "prod"), Some((ScanOnPush, 1)));
        assert_eq!(applied(&basic, "test"), Some((Manual, 1)));
        assert_eq!(applied(&basic, "dev"), None);
    }

    #[test]
    fn a_filter_keeps_its_time_while_the_registry_has_enhanced_scanning() {
        let at = Timestamp::from_millis;
        let new = |scan_type, texts: &[&str], now| {
            let rules = vec![(ScanOnPush, filters(texts))];
            ScanningConfiguration::new(scan_type, rules, Some(at(now)))
        };
        let since = |configuration: &ScanningConfiguration, name: &str| {
            configuration
                .applied_rule(&name.parse().unwrap())
                .unwrap()
                .since
        };
        let first = new(ScanType::Enhanced, &["aa"], 1);
        let second = new(ScanType::Enhanced, &["aa", "bb"], 2).continuing(&first);
        assert_eq!(since(&second, "aa"), Some(at(1)));
        assert_eq!(since(&second, "bb"), Some(at(2)));
        assert_eq!(since(&second, "aabb"), Some(at(1)));
        let basic = new(ScanType::Basic, &["aa"], 3).continuing(&second);
        let third = new(ScanType::Enhanced, &["aa"], 4).continuing(&basic);
        assert_eq!(since(&third, "aa"), Some(at(4)));
    }
}
