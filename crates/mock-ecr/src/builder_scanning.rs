//! The methods of the builder for the scanning of images.

use std::time::Duration;

use crate::builder::MockEcrBuilder;
use crate::config::scanning::ScanResult;
use crate::config::{ImageScanResult, RegistryScanning};

impl MockEcrBuilder {
    /// Scans the images of a repository of the default account, in the default Region, when they are pushed. The repository
    /// is created if this builder does not contain it.
    #[must_use]
    pub fn scan_on_push(mut self, repository: &str) -> Self {
        if let Some(name) = self.invalid.parse("scan_on_push", repository) {
            self.initial_repository(name).scan_on_push = true;
        }
        self
    }

    /// Sets the initial scanning configuration of a registry. By default, a registry has basic scanning and no rules. See
    /// [`Config::registry_scanning`](crate::Config::registry_scanning).
    #[must_use]
    pub fn registry_scanning(mut self, scanning: RegistryScanning) -> Self {
        self.config.registry_scanning.push(scanning);
        self
    }

    /// Sets the result of the scans of an image of a repository of the default account, in the default Region. `image` is a tag
    /// or a digest. Neither the repository nor the image need exist yet.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if an argument is invalid.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// use mock_ecr::repository::{Finding, FindingSeverity, ScanResult};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let finding = Finding::new("CVE-2022-49043", FindingSeverity::High).package("libxml2", "2.9.14");
    /// let result = ScanResult::with_findings([finding]);
    /// let ecr = MockEcr::builder().scan_result("team/app", "1.0", result).start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn scan_result(mut self, repository: &str, image: &str, result: ScanResult) -> Self {
        if let Some(name) = self.invalid.parse("scan_result", repository) {
            let result = ImageScanResult::new(name, image, result);
            self.config.scan_results.push(result);
        }
        self
    }

    /// Sets the time from the start of a scan of an image to its end, on the mock's clock. Zero ends a scan at once. See
    /// [`Background`](crate::config::Background::scan_duration) for the default.
    #[must_use]
    pub fn scan_duration(mut self, duration: Duration) -> Self {
        self.config.background.scan_duration = duration;
        self
    }
}
