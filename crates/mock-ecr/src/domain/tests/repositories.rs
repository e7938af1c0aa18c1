//! Repositories and lists.

use super::*;

#[tokio::test]
async fn a_page_follows_the_last_one_even_if_the_list_has_changed() {
    for fixture in Fixture::both().await {
        let Fixture {
            repositories,
            repository,
            ..
        } = &fixture;
        for tag in ["b", "d", "a", "c"] {
            fixture.push("{}", tag).await.unwrap();
        }
        let tags = |after| repositories.tags(&repository.id, after, 2);
        assert_eq!(
            tags(None).await.unwrap(),
            ["a", "b"].map(|tag| tag.parse().unwrap())
        );
        repositories
            .delete_tag(&repository.id, &"b".parse().unwrap(), NOW)
            .await
            .unwrap();
        assert_eq!(
            tags(Some("b")).await.unwrap(),
            ["c", "d"].map(|tag| tag.parse().unwrap())
        );
        for name in ["x/b", "x/a", "x-a"] {
            repositories
                .create(&id(name), Settings::created_at(NOW), Vec::new())
                .await
                .unwrap();
        }
        let registry = id("any").registry;
        let all = repositories.list(&registry, None, 9).await.unwrap();
        let last = &all[1].id.name;
        let rest = repositories.list(&registry, Some(last), 9).await.unwrap();
        assert_eq!((all.len(), rest), (4, all[2..].to_vec()));
    }
}

#[tokio::test]
async fn the_repositories_of_all_registries_are_listed_in_order() {
    for fixture in Fixture::both().await {
        let other: AccountId = "210987654321".parse().unwrap();
        let at = |account, region: &str, name: &str| {
            RepositoryId::private(account, region.parse().unwrap(), name.parse().unwrap())
        };
        let first = AccountId::EXAMPLE;
        let expected = [
            at(first, "eu-west-1", "app"),
            at(first, "us-east-1", "team-x"),
            at(first, "us-east-1", "team/app"),
            at(other, "eu-west-1", "app"),
        ];
        for id in expected.iter().filter(|id| **id != fixture.repository.id) {
            let settings = Settings::created_at(NOW);
            fixture
                .repositories
                .create(id, settings, Vec::new())
                .await
                .unwrap();
        }
        let all = fixture.repositories.all().await.unwrap();
        let ids: Vec<_> = all.into_iter().map(|one| one.id).collect();
        assert_eq!(ids, expected);
        fixture.repositories.reset(&[]).await.unwrap();
        assert_eq!(fixture.repositories.all().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_deleted_repository_has_no_content_left() {
    for fixture in Fixture::both().await {
        let id = &fixture.repository.id;
        let again = fixture
            .repositories
            .create(id, Settings::created_at(NOW), Vec::new())
            .await;
        assert!(matches!(
            again,
            Err(RepositoryError::RepositoryAlreadyExists(_))
        ));
        fixture.push("{}", "latest").await.unwrap();
        let error = fixture.repositories.delete(id).await.unwrap_err();
        assert!(
            matches!(error, RepositoryError::RepositoryNotEmpty(_)),
            "{error}"
        );
        fixture.repositories.delete_with_images(id).await.unwrap();
        assert!(fixture.repositories.find(id).await.is_err());
        fixture
            .repositories
            .create(id, Settings::created_at(NOW), Vec::new())
            .await
            .unwrap();
        assert!(
            fixture
                .repositories
                .tags(id, None, 9)
                .await
                .unwrap()
                .is_empty()
        );
    }
}
