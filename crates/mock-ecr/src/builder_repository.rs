//! The methods of the builder for the settings of repositories.

use crate::builder::MockEcrBuilder;
use crate::config::Encryption;

impl MockEcrBuilder {
    /// Sets the encryption of a repository of the default account, in the default Region. The repository is created if this builder
    /// does not contain it. A mock encrypts nothing.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if an argument is invalid.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use mock_ecr::config::{Encryption, EncryptionType};
    ///
    /// let encryption = Encryption::new(EncryptionType::Kms);
    /// let builder = MockEcr::builder().encryption("team/app", encryption);
    /// let ecr = builder.resource_tag("team/app", "team", "a").start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn encryption(mut self, repository: &str, encryption: Encryption) -> Self {
        if let Some(name) = self.invalid.parse("encryption", repository) {
            self.initial_repository(name).encryption = encryption;
        }
        self
    }

    /// Adds a resource tag to a repository of the default account, in the default Region, or replaces its value. The repository is
    /// created if this builder does not contain it. Resource tags are not related to the tags of images.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if an argument is invalid.
    #[must_use]
    pub fn resource_tag(
        mut self,
        repository: &str,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        if let Some(name) = self.invalid.parse("resource_tag", repository) {
            let tags = &mut self.initial_repository(name).resource_tags;
            tags.insert(key.into(), value.into());
        }
        self
    }
}
