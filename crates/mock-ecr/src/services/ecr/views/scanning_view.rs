//! The scanning configuration of a registry in inputs and outputs.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::config::{ScanFilter, ScanFrequency, ScanType};
use crate::domain::scanning::ScanningConfiguration;

/// `scanningConfiguration` in outputs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationView {
    rules: Vec<RuleView>,
    scan_type: ScanType,
}

/// A rule of a scanning configuration in inputs and outputs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleView {
    repository_filters: Vec<FilterView>,
    scan_frequency: ScanFrequency,
}

/// A filter of repositories in inputs and outputs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterView {
    filter: String,
    filter_type: String,
}

impl ConfigurationView {
    pub(crate) fn of(configuration: &ScanningConfiguration) -> Self {
        let rules = configuration.rules.iter().map(|rule| RuleView {
            repository_filters: rule
                .filters
                .iter()
                .map(|one| FilterView::of(&one.filter))
                .collect(),
            scan_frequency: rule.frequency,
        });
        ConfigurationView {
            rules: rules.collect(),
            scan_type: configuration.scan_type,
        }
    }
}

impl RuleView {
    pub(crate) fn parse(&self) -> Result<(ScanFrequency, Vec<ScanFilter>), ApiError> {
        let filters = self.repository_filters.iter().map(|one| one.filter.parse());
        let filters = filters.collect::<Result<_, _>>();
        // The service model permits the same filters, so its validation rejects the others before.
        let filters = filters.map_err(|_| invalid("filter", "must be a filter of repositories"));
        Ok((self.scan_frequency, filters?))
    }
}

impl FilterView {
    pub(crate) fn of(filter: &ScanFilter) -> Self {
        FilterView {
            filter: filter.to_string(),
            filter_type: "WILDCARD".to_owned(),
        }
    }
}
