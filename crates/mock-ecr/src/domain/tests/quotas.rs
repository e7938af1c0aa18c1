//! Quotas of images, tags and repositories.

use super::*;
use crate::config::Quotas;

impl Fixture {
    fn with_quotas(mut self, set: impl FnOnce(&mut Quotas)) -> Self {
        let mut quotas = Quotas::default();
        set(&mut quotas);
        self.repositories = self.repositories.with_quotas(quotas);
        self
    }
}

#[tokio::test]
async fn a_new_image_that_exceeds_the_quota_is_rejected_and_changes_nothing() {
    for fixture in Fixture::both().await {
        let fixture = fixture.with_quotas(|quotas| quotas.images_per_repository = Some(2));
        fixture.push("{}", "a").await.unwrap();
        fixture.push("{ }", "b").await.unwrap();
        let before = fixture.images().await;
        let error = fixture.push("{  }", "a").await.unwrap_err();
        assert!(
            matches!(error, RepositoryError::TooManyImages { limit: 2, .. }),
            "{error}"
        );
        assert_eq!(fixture.images().await, before);
        // An image and a tag that exist, and another tag of an image.
        assert_eq!(fixture.push("{}", "a").await.unwrap(), Created::Existing);
        assert_eq!(fixture.push("{}", "b").await.unwrap(), Created::New);
        let (id, digest) = (&fixture.repository.id, sha256("{ }"));
        let deleted = fixture
            .repositories
            .delete_image(id, &digest, ListedImages::Rejected, NOW);
        deleted.await.unwrap();
        assert_eq!(fixture.push("{  }", "c").await.unwrap(), Created::New);
    }
}

#[tokio::test]
async fn a_new_tag_that_exceeds_the_quota_is_rejected() {
    for fixture in Fixture::both().await {
        let fixture = fixture.with_quotas(|quotas| quotas.tags_per_image = Some(2));
        fixture.push("{}", "a").await.unwrap();
        fixture.push("{}", "b").await.unwrap();
        fixture.push("{ }", "moved").await.unwrap();
        for tag in ["c", "moved"] {
            let error = fixture.push("{}", tag).await.unwrap_err();
            assert!(
                matches!(error, RepositoryError::TooManyTags { limit: 2, .. }),
                "{error}"
            );
        }
        assert_eq!(fixture.push("{}", "b").await.unwrap(), Created::Existing);
        fixture.push("{ }", "b").await.unwrap();
        fixture.push("{}", "c").await.unwrap();
    }
}

#[tokio::test]
async fn a_repository_that_exceeds_the_quota_of_its_registry_is_rejected() {
    for fixture in Fixture::both().await {
        let Fixture { repositories, .. } =
            &fixture.with_quotas(|quotas| quotas.repositories = Some(2));
        let create = |id| async move {
            let settings = Settings::created_at(NOW);
            repositories.create(&id, settings, Vec::new()).await
        };
        create(id("second")).await.unwrap();
        let error = create(id("third")).await.unwrap_err();
        assert!(
            matches!(error, RepositoryError::TooManyRepositories { limit: 2, .. }),
            "{error}"
        );
        let again = create(id("second")).await.unwrap_err();
        assert!(matches!(again, RepositoryError::RepositoryAlreadyExists(_)));
        let elsewhere = "eu-west-1".parse().unwrap();
        let name = "third".parse().unwrap();
        let elsewhere = RepositoryId::private(AccountId::EXAMPLE, elsewhere, name);
        create(elsewhere).await.unwrap();
    }
}
