//! `BatchGetRepositoryScanningConfiguration` and `PutImageScanningConfiguration`.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::config::{ScanFrequency, ScanType};
use crate::domain::scanning::ScanningConfiguration;
use crate::domain::{Repository, RepositoryError};
use crate::services::context::RequestContext;
use crate::services::ecr::views::scanning_view::FilterView;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchGetRepositoryScanningConfiguration {
    repository_names: Vec<RepositoryName>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchGetOutput {
    failures: Vec<Failure>,
    scanning_configurations: Vec<RepositoryScanning>,
}

/// Source of the reason: getmoto/moto.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    failure_code: &'static str,
    failure_reason: &'static str,
    repository_name: RepositoryName,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryScanning {
    applied_scan_filters: Vec<FilterView>,
    repository_arn: String,
    repository_name: String,
    scan_frequency: ScanFrequency,
    scan_on_push: bool,
}

impl Operation for BatchGetRepositoryScanningConfiguration {
    const NAME: &'static str = "BatchGetRepositoryScanningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    type Output = BatchGetOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<BatchGetOutput, ApiError> {
        let (registry, repositories) = (cx.own_registry(), &cx.state.repositories);
        let configuration = repositories.scanning_configuration(&registry).await?;
        let mut output = BatchGetOutput {
            failures: Vec::new(),
            scanning_configurations: Vec::new(),
        };
        for name in self.repository_names {
            let id = cx.open(None, name).await?;
            match repositories.find(&id).await {
                Ok(repository) => {
                    let scanning = RepositoryScanning::of(&repository, &configuration);
                    output.scanning_configurations.push(scanning);
                }
                Err(RepositoryError::RepositoryNotFound(id)) => output.failures.push(Failure {
                    failure_code: "REPOSITORY_NOT_FOUND",
                    failure_reason: "REPOSITORY_NOT_FOUND",
                    repository_name: id.name,
                }),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(output)
    }
}

impl RepositoryScanning {
    /// `[ASSUME]`: `scanOnPush` is the setting of the repository. With basic scanning and without a filter, it determines the frequency. The
    /// frequency of a repository that is not scanned, which the user guide names `Off`, is `MANUAL`.
    fn of(repository: &Repository, configuration: &ScanningConfiguration) -> Self {
        let scan_on_push = repository.settings.scan_on_push;
        let rule = configuration.applied_rule(&repository.id.name);
        let by_rule = rule.as_ref().map(|rule| rule.frequency);
        let by_repository = match configuration.scan_type {
            ScanType::Basic if scan_on_push => ScanFrequency::ScanOnPush,
            _ => ScanFrequency::Manual,
        };
        let filters = rule.map(|rule| rule.filters).unwrap_or_default();
        RepositoryScanning {
            applied_scan_filters: filters.iter().map(FilterView::of).collect(),
            repository_arn: repository.id.to_string(),
            repository_name: repository.id.name.to_string(),
            scan_frequency: by_rule.map_or(by_repository, |rule| rule.max(by_repository)),
            scan_on_push,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutImageScanningConfiguration {
    registry_id: Option<AccountId>,
    repository_name: RepositoryName,
    image_scanning_configuration: ImageScanningConfiguration,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageScanningConfiguration {
    scan_on_push: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutOutput {
    image_scanning_configuration: ScanOnPush,
    registry_id: String,
    repository_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ScanOnPush {
    scan_on_push: bool,
}

impl Operation for PutImageScanningConfiguration {
    const NAME: &'static str = "PutImageScanningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = PutOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<PutOutput, ApiError> {
        let id = cx.open(self.registry_id, self.repository_name).await?;
        let scan_on_push = self.image_scanning_configuration.scan_on_push;
        let scan_on_push = scan_on_push.unwrap_or_default();
        let repositories = &cx.state.repositories;
        repositories.put_scan_on_push(&id, scan_on_push).await?;
        Ok(PutOutput {
            image_scanning_configuration: ScanOnPush { scan_on_push },
            registry_id: id.account().to_string(),
            repository_name: id.name.to_string(),
        })
    }
}
