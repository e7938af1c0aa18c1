//! The quotas of registries, repositories and images.

use serde::Deserialize;

/// The quotas of ECR that a mock applies. A request that would exceed one is rejected with `LimitExceededException`, and a
/// push to the registry with 403 `DENIED`.
///
/// A push of an image or of a tag that exists is accepted. The repositories and the images of the configuration are
/// counted, but initial repositories are created although they exceed the quota of repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Quotas {
    /// The maximum number of images of a repository. An index is one image, and so is each of its images. If `None`, the
    /// default, the number is not limited. The quota of ECR is 100,000; a push that checks this quota reads as many keys as
    /// the repository has images.
    pub images_per_repository: Option<u32>,
    /// The maximum number of repositories of an account in a Region. If `None`, the default, the number is not limited. The
    /// quota of ECR is 100,000.
    pub repositories: Option<u32>,
    /// The maximum number of basic scans of a registry that start on one day, in UTC on the mock's clock (assumed: ECR limits
    /// the scans in 24 hours). If `None`, the default, the number is not limited. The quota of ECR is 100,000. If the quota
    /// is reached, `StartImageScan` is rejected. A push, a restoration or a replication succeeds, but starts no scan
    /// (assumed).
    pub scans_per_day: Option<u32>,
    /// The maximum number of tags of an image. If `None`, the default, it is 1,000, the quota of ECR, if the registry has
    /// [`Quirk::DefaultQuotas`](crate::config::Quirk::DefaultQuotas). Otherwise it is not limited.
    pub tags_per_image: Option<u32>,
}

impl Quotas {
    /// Source: the user guide of Amazon ECR, `service-quotas.html`; medic/cht-core#11099 (2026).
    pub(super) const DEFAULT_TAGS: u32 = 1000;
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;

    #[track_caller]
    fn tags(toml: &str) -> Option<u32> {
        Config::parse(toml).unwrap().quotas().tags_per_image
    }

    #[test]
    fn the_default_quota_of_tags_is_that_of_ecr_and_the_dialect_oci_has_none() {
        assert_eq!(tags(""), Some(1000));
        assert_eq!(tags("dialect = 'oci'"), None);
        assert_eq!(tags("quirks.default_quotas = false"), None);
        assert_eq!(tags("dialect = 'oci'\nquotas.tags_per_image = 2"), Some(2));
        assert_eq!(tags("quotas.tags_per_image = 2000"), Some(2000));
    }

    #[test]
    fn a_quota_that_is_not_a_number_is_invalid() {
        let error = Config::parse("[quotas]\nrepositories = -1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2, column 16: quotas.repositories: invalid value: integer `-1`, expected an integer from 0 to 4294967295"
        );
    }
}
