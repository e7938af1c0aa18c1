//! Lifecycle policies of repositories of a running mock.

use crate::config::ArgumentError;
use crate::lifecycle::LifecyclePolicy;
use crate::repository::error::RepositoryError;
use crate::repository::handle::Repository;

/// The result of the evaluation of a lifecycle policy, which [`MockEcr::run_lifecycle`](crate::MockEcr::run_lifecycle) returns. Images that
/// were expired or archived because their subject was are not counted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LifecycleRun {
    /// The repository.
    pub repository: Repository,
    /// The number of images that the rules have expired.
    pub expired: usize,
    /// The number of images that the rules have archived.
    pub archived: usize,
}

impl Repository {
    /// Sets the lifecycle policy of the repository, as `PutLifecyclePolicy` does. `policy` is JSON of any length.
    ///
    /// # Errors
    ///
    /// Returns an error if the policy or the name of the repository is invalid, if the repository does not exist, or if the
    /// store fails.
    pub async fn set_lifecycle_policy(&self, policy: &str) -> Result<(), RepositoryError> {
        let parsed = LifecyclePolicy::parse(policy)
            .map_err(|error| ArgumentError::new("set_lifecycle_policy", policy, error))?;
        let id = self.existing().await?;
        let (repositories, now) = (&self.state().repositories, self.state().clock.now());
        Ok(repositories.put_lifecycle_policy(&id, &parsed, now).await?)
    }

    /// Evaluates the lifecycle policy of the repository at once, and expires or archives the images that its rules select. The mock
    /// also evaluates a policy every 24 hours of its clock.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mock_ecr::MockEcr;
    /// use mock_ecr::repository::Image;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// let app = ecr.repository("team/app");
    /// for number in ["1", "2", "3"] {
    ///     app.push(Image::new().layer(number).tag(number)).await?;
    ///     ecr.clock().advance(Duration::from_secs(1));
    /// }
    /// app.set_lifecycle_policy(
    ///     r#"{"rules": [{
    ///         "rulePriority": 1,
    ///         "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
    ///         "action": {"type": "expire"}
    ///     }]}"#,
    /// )
    /// .await?;
    /// assert_eq!(app.run_lifecycle().await?.expired, 2);
    /// assert_eq!(app.tags().await?, ["3"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the repository is invalid, if the repository does not exist or has no lifecycle policy, or if
    /// the store fails.
    pub async fn run_lifecycle(&self) -> Result<LifecycleRun, RepositoryError> {
        let id = self.existing().await?;
        let (repositories, now) = (&self.state().repositories, self.state().clock.now());
        let run = repositories.start_lifecycle(&id, now).await?;
        repositories.run_due(now).await?;
        Ok(LifecycleRun {
            repository: self.clone(),
            expired: run.expired,
            archived: run.archived,
        })
    }
}
