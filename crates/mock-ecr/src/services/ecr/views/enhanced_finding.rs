//! A finding of Amazon Inspector in outputs.
//!
//! Sources: `EnhancedImageScanFinding` in the service model, and an example of its values in the user guide of Amazon ECR. The values of a
//! finding that the mock does not have are those of the example.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::config::scanning::Finding;
use crate::domain::TaggedImage;
use crate::domain::hasher::digest_of;
use crate::domain::scanning::Report;
use crate::types::{Algorithm, RepositoryId};

/// An element of `enhancedFindings`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnhancedFinding {
    aws_account_id: String,
    description: String,
    exploit_available: &'static str,
    finding_arn: String,
    first_observed_at: Box<RawValue>,
    fix_available: &'static str,
    last_observed_at: Box<RawValue>,
    package_vulnerability_details: Vulnerability,
    remediation: Remediation,
    resources: Vec<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_details: Option<ScoreDetails>,
    severity: &'static str,
    status: &'static str,
    title: String,
    r#type: &'static str,
    updated_at: Box<RawValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerability {
    cvss: Vec<CvssScore>,
    reference_urls: Vec<String>,
    related_vulnerabilities: Vec<String>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_url: Option<String>,
    vendor_created_at: Box<RawValue>,
    vendor_severity: &'static str,
    vendor_updated_at: Box<RawValue>,
    vulnerability_id: String,
    vulnerable_packages: Vec<Package>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CvssScore {
    base_score: f64,
    scoring_vector: String,
    source: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    arch: &'static str,
    epoch: u8,
    fixed_in_version: String,
    name: String,
    package_manager: &'static str,
    version: String,
}

#[derive(Debug, Serialize)]
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Debug, Serialize)]
struct Recommendation {
    text: &'static str,
}

#[derive(Debug, Serialize)]
struct Resource {
    details: ResourceDetails,
    id: String,
    tags: BTreeMap<String, String>,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceDetails {
    aws_ecr_container_image: ImageDetails,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetails {
    architecture: &'static str,
    image_hash: String,
    image_tags: Vec<String>,
    in_use_count: u8,
    platform: &'static str,
    pushed_at: Box<RawValue>,
    registry: String,
    repository_name: String,
}

#[derive(Debug, Serialize)]
struct ScoreDetails {
    cvss: CvssDetails,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CvssDetails {
    adjustments: [(); 0],
    score: f64,
    score_source: &'static str,
    scoring_vector: String,
    version: &'static str,
}

impl EnhancedFinding {
    pub(crate) fn of(
        finding: &Finding,
        id: &RepositoryId,
        image: &TaggedImage,
        report: &Report,
    ) -> Self {
        let observed = || epoch_seconds::raw(report.completed);
        EnhancedFinding {
            aws_account_id: id.account().to_string(),
            description: finding.description.clone().unwrap_or_default(),
            exploit_available: yes_or_no(finding.exploit_available),
            finding_arn: arn(finding, id, image),
            first_observed_at: observed(),
            fix_available: yes_or_no(finding.fixed_in.is_some()),
            last_observed_at: observed(),
            package_vulnerability_details: Vulnerability::of(finding, report),
            remediation: Remediation {
                recommendation: Recommendation {
                    text: "None Provided",
                },
            },
            resources: vec![Resource::of(id, image)],
            score: finding.score,
            score_details: ScoreDetails::of(finding),
            severity: finding.severity.name(),
            status: "ACTIVE",
            title: title(finding),
            r#type: "PACKAGE_VULNERABILITY",
            updated_at: observed(),
        }
    }
}

fn yes_or_no(value: bool) -> &'static str {
    match value {
        true => "YES",
        false => "NO",
    }
}

fn title(finding: &Finding) -> String {
    match &finding.package {
        Some(package) => format!("{} - {package}", finding.name),
        None => finding.name.clone(),
    }
}

/// Returns the ARN of a finding. Its ID is derived from the image and the finding.
fn arn(finding: &Finding, id: &RepositoryId, image: &TaggedImage) -> String {
    let text = format!("{id}\n{}\n{}", image.digest, finding.key());
    let hash = digest_of(Algorithm::Sha256, text.as_bytes());
    let (partition, region) = (id.registry.partition().name, id.registry.place());
    let (account, hash) = (id.account(), &hash.hex()[..32]);
    format!("arn:{partition}:inspector2:{region}:{account}:finding/{hash}")
}

impl Vulnerability {
    fn of(finding: &Finding, report: &Report) -> Self {
        let updated = || epoch_seconds::raw(report.source_updated());
        Vulnerability {
            cvss: CvssScore::of(finding).into_iter().collect(),
            reference_urls: finding.uri.clone().into_iter().collect(),
            related_vulnerabilities: Vec::new(),
            source: "DEBIAN_CVE",
            source_url: finding.uri.clone(),
            vendor_created_at: updated(),
            vendor_severity: "not yet assigned",
            vendor_updated_at: updated(),
            vulnerability_id: finding.name.clone(),
            vulnerable_packages: Package::of(finding).into_iter().collect(),
        }
    }
}

impl CvssScore {
    fn of(finding: &Finding) -> Option<Self> {
        Some(CvssScore {
            base_score: finding.score?,
            scoring_vector: finding.vector.clone().unwrap_or_default(),
            source: "NVD",
            version: "3.1",
        })
    }
}

impl Package {
    fn of(finding: &Finding) -> Option<Self> {
        let fixed_in = finding.fixed_in.clone();
        Some(Package {
            arch: "AMD64",
            epoch: 0,
            fixed_in_version: fixed_in.unwrap_or_else(|| "NotAvailable".to_owned()),
            name: finding.package.clone()?,
            package_manager: "OS",
            version: finding.version.clone().unwrap_or_default(),
        })
    }
}

impl Resource {
    fn of(id: &RepositoryId, image: &TaggedImage) -> Self {
        Resource {
            details: ResourceDetails {
                aws_ecr_container_image: ImageDetails {
                    architecture: "amd64",
                    image_hash: image.digest.to_string(),
                    image_tags: image.tags.iter().map(ToString::to_string).collect(),
                    in_use_count: 0,
                    platform: "DEBIAN_12",
                    pushed_at: epoch_seconds::raw(image.metadata.pushed()),
                    registry: id.account().to_string(),
                    repository_name: id.name.to_string(),
                },
            },
            id: format!("{id}/{}", image.digest),
            tags: BTreeMap::new(),
            r#type: "AWS_ECR_CONTAINER_IMAGE",
        }
    }
}

impl ScoreDetails {
    fn of(finding: &Finding) -> Option<Self> {
        Some(ScoreDetails {
            cvss: CvssDetails {
                adjustments: [],
                score: finding.score?,
                score_source: "NVD",
                scoring_vector: finding.vector.clone().unwrap_or_default(),
                version: "3.1",
            },
        })
    }
}
