//! The methods of the builder for lifecycle policies.

use std::time::Duration;

use crate::builder::MockEcrBuilder;
use crate::lifecycle::LifecyclePolicy;
use crate::types::argument::ArgumentError;

impl MockEcrBuilder {
    /// Sets the lifecycle policy of a repository of the default account, in the default Region, in JSON. The repository is created
    /// if this builder does not contain it.
    ///
    /// [`start`](MockEcrBuilder::start) returns an error if an argument is invalid.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let policy = r#"{"rules": [{
    ///     "rulePriority": 1,
    ///     "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
    ///     "action": {"type": "expire"}
    /// }]}"#;
    /// let ecr = MockEcr::builder().lifecycle_policy("team/app", policy).start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn lifecycle_policy(mut self, repository: &str, json: &str) -> Self {
        let method = "lifecycle_policy";
        let policy = LifecyclePolicy::parse(json);
        let policy = policy.map_err(|error| ArgumentError::new(method, json, error));
        let name = self.invalid.parse(method, repository);
        if let (Some(name), Some(_)) = (name, self.invalid.record(policy)) {
            self.initial_repository(name).lifecycle_policy = Some(json.to_owned());
        }
        self
    }

    /// Sets the duration of a preview of a lifecycle policy. See
    /// [`Background`](crate::config::Background::lifecycle_preview_duration) for the default.
    #[must_use]
    pub fn lifecycle_preview_duration(mut self, duration: Duration) -> Self {
        self.config.background.lifecycle_preview_duration = duration;
        self
    }
}
