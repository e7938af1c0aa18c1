//! The steps of rules: what happens if requests and other evaluations change images between the evaluation and a step.

use super::due::scheduled;
use super::lifecycle::{ARCHIVE, EXPIRE, day, older, policy, put, run_until};
use super::*;
use crate::config::Background;
use crate::domain::Selection;
use crate::lifecycle::StorageClass;
use crate::store::{Folder, StoreError};

/// Sets a policy of one rule. Its first daily evaluation is on the next day.
async fn set(fixture: &Fixture, selection: &str, action: &str) {
    let (id, policy) = (&fixture.repository.id, policy(selection, action));
    let put = fixture
        .repositories
        .put_lifecycle_policy(id, &policy, day(2));
    put.await.unwrap();
}

/// Returns the manifest of an artifact that names a subject.
fn artifact(subject: &Digest, number: usize) -> String {
    format!(
        r#"{{"subject":{{"digest":"{subject}"}}{}}}"#,
        " ".repeat(number)
    )
}

async fn start(fixture: &Fixture, now: Timestamp) -> usize {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    all.start_lifecycle(id, now).await.unwrap().expired
}

async fn left(fixture: &Fixture) -> Vec<Digest> {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    all.image_digests(id).await.unwrap()
}

/// Carries out one work.
async fn run_one(fixture: &Fixture, now: Timestamp) {
    let all = &fixture.repositories;
    let run = all.due_run(&all.present(now)).await.unwrap();
    let run = all.store.transact(move |records| run.run_first(records));
    run.await.unwrap();
}

/// Returns a policy that expires the tagged images that are older than a day.
fn tagged() -> String {
    let prefix = r#""tagStatus":"tagged","tagPrefixList":["x"]"#;
    older("tagged", 1).replace(r#""tagStatus":"tagged""#, prefix)
}

#[tokio::test]
async fn two_evaluations_at_one_time_have_steps_of_their_own() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let subject = put(&fixture, "{}", Some("x1"), NOW).await;
    for number in 0..300 {
        put(&fixture, &artifact(&subject, number), None, NOW).await;
    }
    let second = NOW + Duration::from_secs(1);
    put(&fixture, "{ }", Some("x2"), second).await;
    set(&fixture, &tagged(), EXPIRE).await;
    assert_eq!(start(&fixture, day(2)).await, 2);
    // The first transaction removes the subject and some of its referrers.
    run_one(&fixture, day(2)).await;
    let count = left(&fixture).await.len();
    assert!((2..300).contains(&count), "{count}");
    put(&fixture, "{  }", Some("x3"), NOW).await;
    assert_eq!(start(&fixture, day(2)).await, 2);
    run_until(&fixture, day(2)).await;
    assert_eq!(left(&fixture).await, []);
}

/// An image does not expire after the deletion of the policy was answered. The referrers of an image that has expired before do.
#[tokio::test]
async fn the_steps_of_a_deleted_or_replaced_policy_take_no_image() {
    for is_replaced in [false, true] {
        let fixture = Fixture::on(|_| StoreLocation::Memory).await;
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        let subject = put(&fixture, "{}", Some("x1"), NOW).await;
        for number in 0..300 {
            put(&fixture, &artifact(&subject, number), None, NOW).await;
        }
        let second = NOW + Duration::from_secs(1);
        let kept = put(&fixture, "{ }", Some("x2"), second).await;
        set(&fixture, &tagged(), EXPIRE).await;
        assert_eq!(start(&fixture, day(2)).await, 2);
        run_one(&fixture, day(2)).await;
        match is_replaced {
            true => {
                let other = policy(&older("any", 9), ARCHIVE);
                let put = all.put_lifecycle_policy(id, &other, day(2));
                put.await.unwrap();
            }
            false => drop(all.delete_lifecycle_policy(id).await.unwrap()),
        }
        run_until(&fixture, day(2)).await;
        assert_eq!(left(&fixture).await, [kept]);
    }
}

const KEEP_ONE: &str = r#""tagStatus":"any","countType":"imageCountMoreThan","countNumber":1"#;

/// An image that a request has deleted and pushed again is the youngest one.
#[tokio::test]
async fn an_image_that_was_pushed_again_does_not_expire() {
    for fixture in Fixture::both().await {
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        let old = put(&fixture, "{}", None, NOW).await;
        let young = put(&fixture, "{ }", None, day(1)).await;
        set(&fixture, KEEP_ONE, EXPIRE).await;
        assert_eq!(start(&fixture, day(2)).await, 1);
        let image = vec![Selection::Digest(old.clone())];
        all.delete_selected(id, image, day(2)).await.unwrap();
        put(&fixture, "{}", None, day(2)).await;
        run_until(&fixture, day(2)).await;
        let mut expected = vec![old, young];
        expected.sort();
        assert_eq!(left(&fixture).await, expected);
    }
}

#[tokio::test]
async fn a_referrer_that_is_being_restored_expires_with_its_subject() {
    let mut fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let background = Background {
        restore_duration: Duration::from_secs(9 * 24 * 3600),
        ..Background::default()
    };
    fixture.repositories = fixture.repositories.with_background(background);
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let subject = put(&fixture, "{}", Some("x"), NOW).await;
    let referrer = put(&fixture, &artifact(&subject, 0), None, NOW).await;
    for class in [StorageClass::Archive, StorageClass::Standard] {
        let image = Selection::Digest(referrer.clone());
        let updated = all.update_storage_class(id, image, class, NOW).await;
        updated.unwrap().unwrap();
    }
    set(&fixture, &tagged(), EXPIRE).await;
    run_until(&fixture, day(3)).await;
    assert_eq!(left(&fixture).await, []);
}

/// The record of a step does not contain the referrers of an image. A transaction reads a limited number of them.
#[tokio::test]
async fn an_image_can_have_any_number_of_referrers() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let subject = put(&fixture, "{}", Some("x"), NOW).await;
    let mut last = subject.clone();
    for number in 0..1000 {
        put(&fixture, &artifact(&subject, number), None, NOW).await;
        // A chain of images, each of which is the subject of the next one.
        last = put(&fixture, &artifact(&last, number + 2000), None, NOW).await;
    }
    set(&fixture, &tagged(), EXPIRE).await;
    start(&fixture, day(2)).await;
    let all = &fixture.repositories;
    loop {
        let records = all.store.read(|view| {
            let page = view.page(&Folder::all_due(), None, 1)?;
            Ok::<_, StoreError>(page.first().map(|(_, bytes)| bytes.len()))
        });
        let length = records.await.unwrap().unwrap();
        if scheduled(all).await == 1 {
            break;
        }
        assert!(length < 2000, "a step of {length} bytes");
        run_one(&fixture, day(2)).await;
    }
    assert_eq!(left(&fixture).await, []);
}
