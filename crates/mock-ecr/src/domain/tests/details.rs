//! What is read for a page about an image or a repository is read at one time.

use super::interleavings::check_schedules;
use super::operations::{prepare, put, tags};
use super::*;
use crate::domain::Unpublished;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::lifecycle::LifecyclePolicy;
use crate::store::tests::Disk;

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}"#;
const EXPIRE_ALL_BUT_ONE: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

/// Gives `team/app` of [`prepare`] two policies, resource tags and a referrer of its image. Returns the digest of the image.
async fn prepare_details(all: &Repositories) -> Digest {
    prepare(all).await;
    let (app, image) = (id("team/app"), sha256(&manifest_of("one")));
    let policy = RepositoryPolicy::parse(POLICY).unwrap();
    all.put_policy(&app, &policy).await.unwrap();
    let policy = LifecyclePolicy::parse(EXPIRE_ALL_BUT_ONE).unwrap();
    all.put_lifecycle_policy(&app, &policy, NOW).await.unwrap();
    all.tag_resource(&app, tags()).await.unwrap();
    let referrer = format!(r#"{{"subject":{{"digest":"{image}"}},"artifactType":"a/b"}}"#);
    put(all, &referrer, Some("referrer")).await.unwrap();
    image
}

/// Returns an unpublished `team/app` with the same image, another tag and nothing else.
async fn replacement(all: &Repositories) -> Unpublished {
    let (app, settings) = (id("team/app"), Settings::created_at(NOW));
    let created = all.create_unpublished(&app, settings, Vec::new());
    let replacement = created.await.unwrap();
    let (digest, within) = (sha256("one"), replacement.content());
    let layer = within.put_layer(&app, &digest, content("one"));
    layer.await.unwrap();
    put(within, &manifest_of("one"), Some("3")).await.unwrap();
    replacement
}

/// Asserts that the details are those of the prepared state or of the replaced repository, if there are any.
async fn check_whole(all: &Repositories, image: &Digest) {
    let app = id("team/app");
    match all.image_details(&app, image, 100, NOW).await {
        Ok(found) => {
            let numbers = (found.tags.len(), found.referrers.len());
            let is_scanned = found.scan.is_some();
            let states = [((2, 1), true), ((1, 0), false)];
            assert!(states.contains(&(numbers, is_scanned)), "{found:?}");
        }
        Err(RepositoryError::RepositoryNotFound(_) | RepositoryError::ImageNotFound { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    match all.repository_details(&app, 100, NOW).await {
        Ok(found) => {
            let policies = [found.policy.is_some(), found.lifecycle_policy.is_some()];
            let numbers = [
                found.images,
                found.resource_tags.len(),
                found.expiring.len(),
            ];
            let states = [([true; 2], [2, 2, 1]), ([false; 2], [1, 0, 0])];
            assert!(states.contains(&(policies, numbers)), "{found:?}");
        }
        Err(RepositoryError::RepositoryNotFound(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn details_are_those_of_one_time_during_a_deletion_a_reset_and_a_replacement() {
    for change in 0..3 {
        check_schedules(20, move || {
            shuttle::future::block_on(async move {
                let disk = Disk::default();
                let all = Repositories::new(disk.scheduled(), "seed", || NOW);
                let image = prepare_details(&all).await;
                let (other, initial) = (all.clone(), [replacement(&all).await]);
                let change = shuttle::future::spawn(async move {
                    match change {
                        0 => drop(other.delete_with_images(&id("team/app")).await.unwrap()),
                        1 => other.reset(&[]).await.unwrap(),
                        _ => other.reset(&initial).await.unwrap(),
                    }
                });
                for _ in 0..3 {
                    check_whole(&all, &image).await;
                }
                change.await.unwrap();
                check_whole(&all, &image).await;
            });
        });
    }
}

#[tokio::test]
async fn the_details_have_at_most_the_permitted_number_of_referrers_and_expiring_images() {
    for fixture in Fixture::both().await {
        let (all, app) = (&fixture.repositories, id("team/app"));
        all.delete(&app).await.unwrap();
        let image = prepare_details(all).await;
        let referrer = format!(r#"{{"subject":{{"digest":"{image}"}},"artifactType":"c/d"}}"#);
        put(all, &referrer, None).await.unwrap();
        for (limit, expected) in [(1, 1), (2, 2), (100, 2)] {
            let found = all.image_details(&app, &image, limit, NOW).await.unwrap();
            assert_eq!((found.referrers.len(), found.tags.len()), (expected, 2));
            let found = all.repository_details(&app, limit, NOW).await.unwrap();
            assert_eq!((found.expiring.len(), found.images), (expected, 3));
        }
        let other = all.image_details(&app, &sha256("other"), 9, NOW).await;
        assert!(matches!(other, Err(RepositoryError::ImageNotFound { .. })));
        let other = all.repository_details(&id("other/app"), 9, NOW).await;
        assert!(matches!(other, Err(RepositoryError::RepositoryNotFound(_))));
    }
}
