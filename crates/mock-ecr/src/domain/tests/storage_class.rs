//! Archived and restored images.

use super::*;
use crate::config::Background;
use crate::domain::archive::UpdatedClass;
use crate::domain::image_status::ImageStatus;
use crate::domain::{Selected, Selection, SelectionError, Tagged};
use crate::lifecycle::StorageClass;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

async fn update(
    fixture: &Fixture,
    tag: &str,
    class: StorageClass,
    now: Timestamp,
) -> Result<Result<UpdatedClass, SelectionError>, RepositoryError> {
    let (id, image) = (&fixture.repository.id, Selection::Tag(tag.parse().unwrap()));
    let all = &fixture.repositories;
    all.update_storage_class(id, image, class, now).await
}

async fn archive(fixture: &Fixture, tag: &str, now: Timestamp) {
    let archived = update(fixture, tag, StorageClass::Archive, now).await;
    assert_eq!(archived.unwrap().unwrap().1, ImageStatus::Archived);
}

async fn status(fixture: &Fixture, digest: &Digest) -> ImageStatus {
    let reference = Reference::Digest(digest.clone());
    let image = fixture
        .repositories
        .image(&fixture.repository.id, &reference);
    image.await.unwrap().metadata.status
}

#[tokio::test]
async fn an_archived_image_is_restored_after_the_configured_time() {
    for mut fixture in Fixture::both().await {
        let background = Background {
            restore_duration: Duration::from_secs(60),
            ..Background::default()
        };
        fixture.repositories = fixture.repositories.with_background(background);
        fixture.push("{}", "a").await.unwrap();
        archive(&fixture, "a", later(1)).await;
        let restored = update(&fixture, "a", StorageClass::Standard, later(10)).await;
        let (digest, activating) = restored.unwrap().unwrap();
        assert_eq!(activating.name(), "ACTIVATING");
        fixture.repositories.run_due(later(69)).await.unwrap();
        assert_eq!(status(&fixture, &digest).await, activating);
        // The work is done at its time, also if it is done later.
        fixture.repositories.run_due(later(9999)).await.unwrap();
        assert_eq!(status(&fixture, &digest).await, ImageStatus::Active);
        let image = &fixture.images().await[0].metadata;
        assert_eq!(image.archived(), Some(later(1)));
        assert_eq!(image.activated(), Some(later(70)));
    }
}

#[tokio::test]
async fn without_a_duration_an_image_is_restored_at_once() {
    let mut fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let background = Background {
        restore_duration: Duration::ZERO,
        ..Background::default()
    };
    fixture.repositories = fixture.repositories.with_background(background);
    fixture.push("{}", "a").await.unwrap();
    archive(&fixture, "a", NOW).await;
    let restored = update(&fixture, "a", StorageClass::Standard, later(1)).await;
    assert_eq!(restored.unwrap().unwrap().1, ImageStatus::Active);
    assert_eq!(
        fixture.images().await[0].metadata.activated(),
        Some(later(1))
    );
}

#[tokio::test]
async fn a_push_restores_an_image_at_once() {
    for fixture in Fixture::both().await {
        fixture.push("{}", "a").await.unwrap();
        archive(&fixture, "a", NOW).await;
        let created = fixture.push("{}", "a").await.unwrap();
        assert_eq!(created, Created::New);
        let image = fixture.images().await.remove(0).metadata;
        assert_eq!(
            (image.status, image.activated()),
            (ImageStatus::Active, Some(NOW))
        );
        let again = fixture.push("{}", "a").await.unwrap();
        assert_eq!(again, Created::Existing);
    }
}

/// The end of a restoration that a push has replaced does not end a later restoration.
#[tokio::test]
async fn an_outdated_restoration_is_ignored() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.push("{}", "a").await.unwrap();
    archive(&fixture, "a", NOW).await;
    let restore = |now| update(&fixture, "a", StorageClass::Standard, now);
    restore(NOW).await.unwrap().unwrap();
    fixture.push("{}", "a").await.unwrap();
    archive(&fixture, "a", NOW).await;
    let half = NOW + Duration::from_millis(500);
    let (digest, _) = restore(half).await.unwrap().unwrap();
    fixture.repositories.run_due(later(1)).await.unwrap();
    assert_eq!(status(&fixture, &digest).await.name(), "ACTIVATING");
    fixture.repositories.run_due(later(2)).await.unwrap();
    assert_eq!(status(&fixture, &digest).await, ImageStatus::Active);
}

#[tokio::test]
async fn an_image_that_is_not_active_cannot_be_archived_and_an_active_one_not_restored() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.push("{}", "a").await.unwrap();
    let unchanged = |result: Result<_, RepositoryError>| {
        matches!(result, Err(RepositoryError::StorageClassUnchanged(_)))
    };
    assert!(unchanged(
        update(&fixture, "a", StorageClass::Standard, NOW).await
    ));
    archive(&fixture, "a", NOW).await;
    assert!(unchanged(
        update(&fixture, "a", StorageClass::Archive, NOW).await
    ));
    let restored = update(&fixture, "a", StorageClass::Standard, NOW).await;
    restored.unwrap().unwrap();
    for class in [StorageClass::Standard, StorageClass::Archive] {
        assert!(unchanged(update(&fixture, "a", class, NOW).await));
    }
    let missing = update(&fixture, "b", StorageClass::Archive, NOW)
        .await
        .unwrap();
    assert_eq!(missing, Err(SelectionError::ImageNotFound));
}

#[tokio::test]
async fn an_image_is_archived_after_the_index_that_lists_it() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.push("{}", "a").await.unwrap();
    let image = sha256("{}");
    let index = format!(r#"{{"mediaType":"{INDEX}","manifests":[{{"digest":"{image}"}}]}}"#);
    let new = NewImage {
        manifest: index.into(),
        media_type: None,
        digest: None,
        tag: Some("index".parse().unwrap()),
    };
    let put = fixture
        .repositories
        .put_image(&fixture.repository.id, new, NOW);
    put.await.unwrap();
    let archived = update(&fixture, "a", StorageClass::Archive, NOW).await;
    assert!(matches!(
        archived,
        Err(RepositoryError::ListedByActiveIndexes(_))
    ));
    archive(&fixture, "index", NOW).await;
    archive(&fixture, "a", NOW).await;
}

/// An image can be listed by very many indexes.
#[tokio::test]
async fn an_error_names_ten_of_the_indexes_of_an_image() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.push("{}", "a").await.unwrap();
    let image = sha256("{}");
    for number in 0..250 {
        let index = format!(
            r#"{{"mediaType":"{INDEX}","manifests":[{{"digest":"{image}"}}]{}}}"#,
            " ".repeat(number)
        );
        let tag = format!("index{number}");
        let new = NewImage {
            manifest: index.into(),
            media_type: None,
            digest: None,
            tag: Some(tag.parse().unwrap()),
        };
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        all.put_image(id, new, NOW).await.unwrap();
        if number < 150 {
            archive(&fixture, &tag, NOW).await;
        }
    }
    let archived = update(&fixture, "a", StorageClass::Archive, NOW).await;
    let Err(RepositoryError::ListedByActiveIndexes(indexes)) = archived else {
        panic!("{archived:?}");
    };
    assert_eq!(indexes.len(), 10);
    for number in 150..250 {
        archive(&fixture, &format!("index{number}"), NOW).await;
    }
    archive(&fixture, "a", NOW).await;
}

#[tokio::test]
async fn an_archived_image_cannot_be_pulled_but_deleted() {
    for fixture in Fixture::both().await {
        fixture.push("{}", "a").await.unwrap();
        archive(&fixture, "a", NOW).await;
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        let image = || vec![Selection::Tag("a".parse().unwrap())];
        let selected = all.selected(id, image(), 99).await.unwrap();
        assert_eq!(
            selected,
            Selected::Images(vec![Err(SelectionError::Inaccessible)])
        );
        let deleted = all.delete_selected(id, image(), NOW).await.unwrap();
        assert!(deleted[0].is_ok());
        fixture.push("{}", "a").await.unwrap();
        let listed = list(&fixture, None, StatusFilter::Active).await;
        assert_eq!(listed.len(), 1);
    }
}

async fn list(
    fixture: &Fixture,
    only: Option<Tagged>,
    status: StatusFilter,
) -> Vec<(Digest, Option<Tag>)> {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let mut pairs: Vec<(Digest, Option<Tag>)> = Vec::new();
    let mut after: Option<(Digest, String)> = None;
    loop {
        let page = all.image_tags(id, after.clone(), 1, only, status);
        let page = page.await.unwrap();
        let last = page.pairs.first().cloned();
        pairs.extend(last.clone());
        let last = last.map(|(digest, tag)| (digest, tag.map(String::from).unwrap_or_default()));
        match page.last.or(last) {
            Some(last) => after = Some(last),
            None => return pairs,
        }
    }
}

#[tokio::test]
async fn images_are_listed_by_their_status() {
    for fixture in Fixture::both().await {
        for number in 0..4 {
            let manifest = format!("{{{}}}", " ".repeat(number));
            for tag in ["x", "y"] {
                let tag = format!("{tag}{number}");
                fixture.push(&manifest, &tag).await.unwrap();
            }
        }
        archive(&fixture, "x1", NOW).await;
        archive(&fixture, "x2", NOW).await;
        archive(&fixture, "x3", NOW).await;
        let restored = update(&fixture, "x2", StorageClass::Standard, NOW).await;
        restored.unwrap().unwrap();
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        for tag in ["x3", "y3"] {
            all.delete_tag(id, &tag.parse().unwrap(), NOW)
                .await
                .unwrap();
        }
        for (status, tags, untagged) in [
            (StatusFilter::Active, "x0 y0", 0),
            (StatusFilter::Archived, "x1 y1", 1),
            (StatusFilter::Activating, "x2 y2", 0),
            (StatusFilter::Any, "x0 x1 x2 y0 y1 y2", 1),
        ] {
            for only in [None, Some(Tagged::Yes), Some(Tagged::No)] {
                let listed = list(&fixture, only, status).await;
                let found = listed.iter().filter_map(|(_, tag)| tag.as_ref());
                let mut found: Vec<_> = found.map(Tag::as_str).collect();
                found.sort_unstable();
                let without = listed.iter().filter(|(_, tag)| tag.is_none()).count();
                let expected = match only {
                    None => (tags, untagged),
                    Some(Tagged::Yes) => (tags, 0),
                    Some(Tagged::No) => ("", untagged),
                };
                assert_eq!(
                    (&found.join(" ")[..], without),
                    expected,
                    "{status:?} {only:?}"
                );
            }
            let images = all.images(id, None, 9, status).await.unwrap();
            let matching = images.iter();
            let matching = matching.filter(|image| status.matches(image.metadata.status));
            // Each image has two tags or none.
            let expected = tags.split(' ').count() / 2 + untagged;
            assert_eq!(matching.count(), expected, "{status:?}");
        }
    }
}
