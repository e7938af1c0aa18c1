//! Lifecycle policies act on images: at their times, in short transactions, and only on images that are not protected.

use super::due::scheduled;
use super::*;
use crate::config::Background;
use crate::domain::due;
use crate::domain::image_status::ImageStatus;
use crate::domain::run_due::FailedWork;
use crate::domain::{
    LifecyclePreview, LifecycleRun, PreviewPage, PreviewResult, PreviewStatus, PreviewSummary,
    Selection, Tagged,
};
use crate::lifecycle::{LifecyclePolicy, StorageClass};

pub(super) const DAY: u64 = 24 * 3600;

pub(super) fn day(days: u64) -> Timestamp {
    NOW + Duration::from_secs(days * DAY)
}

/// Returns a policy of one rule.
pub(super) fn policy(selection: &str, action: &str) -> LifecyclePolicy {
    let text = format!(
        r#"{{"rules":[{{"rulePriority":1,"selection":{{{selection}}},"action":{{{action}}}}}]}}"#
    );
    LifecyclePolicy::parse(&text).unwrap()
}

pub(super) const EXPIRE: &str = r#""type":"expire""#;
pub(super) const ARCHIVE: &str = r#""type":"transition","targetStorageClass":"archive""#;

pub(super) fn older(tags: &str, days: u64) -> String {
    format!(
        r#""tagStatus":"{tags}","countType":"sinceImagePushed","countUnit":"days","countNumber":{days}"#
    )
}

pub(super) async fn set(fixture: &Fixture, selection: &str, action: &str) {
    let id = &fixture.repository.id;
    let policy = policy(selection, action);
    let put = fixture.repositories.put_lifecycle_policy(id, &policy, NOW);
    put.await.unwrap();
}

pub(super) async fn run_until(fixture: &Fixture, now: Timestamp) {
    fixture.repositories.run_due(now).await.unwrap();
}

pub(super) async fn last_evaluated(fixture: &Fixture) -> Timestamp {
    let policy = fixture
        .repositories
        .lifecycle_policy(&fixture.repository.id);
    policy.await.unwrap().last_evaluated
}

/// Returns a manifest of the given number.
pub(super) fn numbered(number: usize) -> String {
    format!("{{{}}}", " ".repeat(number))
}

pub(super) async fn put(
    fixture: &Fixture,
    manifest: &str,
    tag: Option<&str>,
    now: Timestamp,
) -> Digest {
    let new = NewImage {
        manifest: Bytes::from(manifest.to_owned()),
        media_type: None,
        digest: None,
        tag: tag.map(|tag| tag.parse().unwrap()),
    };
    let put = fixture
        .repositories
        .put_image(&fixture.repository.id, new, now);
    put.await.unwrap().image.digest
}

#[tokio::test]
async fn images_expire_at_the_evaluation_after_they_are_old_enough() {
    for fixture in Fixture::both().await {
        put(&fixture, "{}", None, NOW).await;
        put(&fixture, "{ }", Some("kept"), NOW).await;
        let young = put(&fixture, "{  }", None, day(1)).await;
        set(&fixture, &older("untagged", 2), EXPIRE).await;
        assert_eq!(last_evaluated(&fixture).await, Timestamp::from_millis(0));
        run_until(&fixture, day(2)).await;
        assert_eq!(fixture.images().await.len(), 3);
        assert_eq!(last_evaluated(&fixture).await, day(2));
        run_until(&fixture, day(3)).await;
        let left = fixture.images().await;
        assert!(left.iter().any(|image| image.digest == young));
        assert_eq!((left.len(), last_evaluated(&fixture).await), (2, day(3)));
        // The clock is moved by a year.
        run_until(&fixture, day(365) + Duration::from_secs(1)).await;
        let left = fixture.images().await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].tags[0].as_str(), "kept");
        assert_eq!(last_evaluated(&fixture).await, day(365));
    }
}

/// Between two changes, a clock that is moved by years causes no evaluations.
#[tokio::test]
async fn a_clock_at_its_end_ends_the_evaluations() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    put(&fixture, "{}", None, NOW).await;
    set(&fixture, &older("untagged", 20_000), EXPIRE).await;
    run_until(&fixture, Timestamp::from_millis(i64::MAX)).await;
    assert_eq!(fixture.images().await, []);
}

#[tokio::test]
async fn images_are_archived_at_the_time_of_the_evaluation_and_expire_after_90_days() {
    for fixture in Fixture::both().await {
        put(&fixture, "{}", Some("a"), NOW).await;
        let text = format!(
            r#"{{"rules":[{{"rulePriority":1,"selection":{{{}}},"action":{{{ARCHIVE}}}}},{{"rulePriority":2,"selection":{{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90}},"action":{{{EXPIRE}}}}}]}}"#,
            older("any", 5)
        );
        let policy = LifecyclePolicy::parse(&text).unwrap();
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        all.put_lifecycle_policy(id, &policy, NOW).await.unwrap();
        run_until(&fixture, day(96)).await;
        let image = &fixture.images().await[0].metadata;
        assert_eq!(
            (image.status, image.archived()),
            (ImageStatus::Archived, Some(day(6)))
        );
        run_until(&fixture, day(97)).await;
        assert_eq!(fixture.images().await, []);
    }
}

/// Returns whether work is due.
async fn due_now(fixture: &Fixture, now: Timestamp) -> bool {
    let due = fixture
        .repositories
        .store
        .read(move |view| due::is_due(view, now));
    due.await.unwrap()
}

#[tokio::test]
async fn many_images_expire_in_short_transactions() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    for number in 0..1000 {
        let tag = format!("t{number}");
        let tag = (number % 2 == 0).then_some(&tag[..]);
        put(&fixture, &numbered(number), tag, NOW).await;
    }
    set(&fixture, &older("any", 1), EXPIRE).await;
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let run = all.start_lifecycle(id, day(2)).await.unwrap();
    let expected = LifecycleRun {
        expired: 1000,
        archived: 0,
    };
    assert_eq!(run, expected);
    while due_now(&fixture, day(2)).await {
        let run = all.due_run(&all.present(day(2))).await.unwrap();
        let work = all.store.transact(move |records| {
            run.run_first(records)?;
            Ok::<_, FailedWork>(records.changes())
        });
        let changes = work.await.unwrap();
        // The changes of the last image can exceed the limit, and the rest of the step is a change, too.
        assert!(changes <= 510, "{changes} changes in a transaction");
    }
    assert_eq!(all.image_digests(id).await.unwrap(), []);
    assert_eq!(last_evaluated(&fixture).await, day(2));
}

/// An image of one repository cannot be read. Other repositories are evaluated, and this one again when it can be read.
#[tokio::test]
async fn an_evaluation_that_fails_is_repeated_a_day_later() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    let other = Fixture {
        repositories: all.clone(),
        repository: all
            .create(&id("other"), Settings::created_at(NOW), Vec::new())
            .await
            .unwrap(),
        _directory: tempfile::tempdir().unwrap(),
    };
    for one in [&fixture, &other] {
        put(one, "{}", None, NOW).await;
        set(one, &older("any", 1), EXPIRE).await;
    }
    let at = all.lookup(&fixture.repository.id);
    let damaged = all.store.transact(move |records| {
        let key = at.generation(records.view())?.image(&sha256("{}"));
        let bytes = records.view().get(&key)?.unwrap();
        records.put(&key, "{}");
        Ok::<_, RepositoryError>((key, bytes))
    });
    let (key, bytes) = damaged.await.unwrap();
    run_until(&fixture, day(5)).await;
    assert_eq!(other.images().await, []);
    assert_eq!(last_evaluated(&fixture).await, Timestamp::from_millis(0));
    let repaired = all.store.transact(move |records| {
        records.put(&key, bytes.clone());
        Ok::<_, RepositoryError>(())
    });
    repaired.await.unwrap();
    run_until(&fixture, day(6)).await;
    assert_eq!(fixture.images().await, []);
}

/// The clock is before 1970.
#[tokio::test]
async fn work_is_done_at_its_time_before_1970() {
    for fixture in Fixture::both().await {
        let before = Timestamp::from_millis(-10 * 365 * 24 * 3600 * 1000);
        let days = |days: u64| before + Duration::from_secs(days * DAY);
        put(&fixture, "{}", None, before).await;
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        let policy = policy(&older("any", 2), EXPIRE);
        all.put_lifecycle_policy(id, &policy, before).await.unwrap();
        run_until(&fixture, days(2)).await;
        assert_eq!(last_evaluated(&fixture).await, days(2));
        put(&fixture, "{ }", None, days(2)).await;
        run_until(&fixture, days(3)).await;
        assert_eq!(fixture.images().await.len(), 1);
        let run = all.start_lifecycle(id, days(5)).await.unwrap();
        assert_eq!(run.expired, 1);
        run_until(&fixture, days(5)).await;
        assert_eq!(fixture.images().await, []);
    }
}

#[tokio::test]
async fn an_index_expires_before_its_images() {
    for fixture in Fixture::both().await {
        let image = put(&fixture, "{}", None, NOW).await;
        let index = format!(
            r#"{{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"digest":"{image}"}}]}}"#
        );
        put(&fixture, &index, Some("index"), NOW).await;
        set(&fixture, &older("any", 1), EXPIRE).await;
        run_until(&fixture, day(2)).await;
        let left: Vec<Digest> = fixture
            .images()
            .await
            .into_iter()
            .map(|one| one.digest)
            .collect();
        assert_eq!(left, [image]);
        run_until(&fixture, day(3)).await;
        assert_eq!(fixture.images().await, []);
    }
}

#[tokio::test]
async fn images_follow_their_subject() {
    for action in [EXPIRE, ARCHIVE] {
        for fixture in Fixture::both().await {
            let image = put(&fixture, "{}", Some("old"), NOW).await;
            let artifact = format!(r#"{{"subject":{{"digest":"{image}"}}}}"#);
            let artifact = put(&fixture, &artifact, None, day(1)).await;
            let second = format!(r#"{{"subject":{{"digest":"{artifact}"}}}}"#);
            put(&fixture, &second, None, day(1)).await;
            put(&fixture, "{ }", Some("other"), day(1)).await;
            let prefix = r#""tagStatus":"tagged","tagPrefixList":["old"]"#;
            let selection = older("tagged", 1).replace(r#""tagStatus":"tagged""#, prefix);
            set(&fixture, &selection, action).await;
            run_until(&fixture, day(2)).await;
            let images = fixture.images().await;
            let active = images
                .iter()
                .filter(|image| image.metadata.status.is_active());
            assert_eq!(active.count(), 1);
            assert_eq!(images.len(), if action == EXPIRE { 1 } else { 4 });
        }
    }
}

/// An image that was changed after the evaluation of a policy is not expired by it.
#[tokio::test]
async fn an_image_that_was_tagged_in_the_meantime_stays() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    put(&fixture, "{}", None, NOW).await;
    put(&fixture, "{ }", None, NOW).await;
    set(&fixture, &older("untagged", 1), EXPIRE).await;
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    // Between two daily evaluations.
    let later = day(1) + Duration::from_secs(1);
    let run = all.start_lifecycle(id, later).await.unwrap();
    assert_eq!(run.expired, 2);
    let tagged = put(&fixture, "{}", Some("kept"), later).await;
    run_until(&fixture, later).await;
    assert_eq!(all.image_digests(id).await.unwrap(), [tagged]);
}

#[tokio::test]
async fn a_replaced_or_deleted_policy_is_not_evaluated() {
    for fixture in Fixture::both().await {
        put(&fixture, "{}", None, NOW).await;
        set(&fixture, &older("untagged", 1), EXPIRE).await;
        let (id, all) = (&fixture.repository.id, &fixture.repositories);
        let later = NOW + Duration::from_secs(DAY / 2);
        let harmless = policy(&older("untagged", 99), EXPIRE);
        all.put_lifecycle_policy(id, &harmless, later)
            .await
            .unwrap();
        run_until(&fixture, day(1)).await;
        assert_eq!(last_evaluated(&fixture).await, Timestamp::from_millis(0));
        run_until(&fixture, day(2)).await;
        assert_eq!(
            last_evaluated(&fixture).await,
            later + Duration::from_secs(DAY)
        );
        assert_eq!(scheduled(all).await, 1);
        let deleted = all.delete_lifecycle_policy(id).await.unwrap();
        assert_eq!(scheduled(all).await, 0);
        assert_eq!(deleted.text, harmless.normalised());
        run_until(&fixture, day(500)).await;
        assert_eq!(fixture.images().await.len(), 1);
        let missing = all.lifecycle_policy(id).await.unwrap_err();
        assert!(matches!(
            missing,
            RepositoryError::LifecyclePolicyNotFound(_)
        ));
    }
}

async fn preview(fixture: &Fixture, page: PreviewPage, now: Timestamp) -> LifecyclePreview {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    all.lifecycle_preview(id, page, None, now).await.unwrap()
}

/// Returns a page of the results of a preview.
fn following(after: Option<usize>, limit: usize) -> PreviewPage {
    PreviewPage::Following { after, limit }
}

async fn start_preview(
    fixture: &Fixture,
    policy: Option<LifecyclePolicy>,
) -> Result<String, RepositoryError> {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let policy = policy.map(|policy| ("sent".to_owned(), policy));
    all.start_lifecycle_preview(id, policy, day(2)).await
}

/// The duration of a preview is a minute.
const BACKGROUND: Background = Background {
    scan_duration: Duration::ZERO,
    lifecycle_preview_duration: Duration::from_secs(60),
    replication_delay: Duration::ZERO,
    restore_duration: Duration::ZERO,
    signing_duration: Duration::from_secs(60),
};

#[tokio::test]
async fn one_preview_runs_at_a_time() {
    let mut fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.repositories = fixture.repositories.with_background(BACKGROUND);
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let missing = start_preview(&fixture, None).await.unwrap_err();
    assert!(matches!(
        missing,
        RepositoryError::LifecyclePolicyNotFound(_)
    ));
    let missing = all.lifecycle_preview(id, following(None, 9), None, day(2));
    assert!(matches!(
        missing.await,
        Err(RepositoryError::LifecyclePreviewNotFound(_))
    ));
    let policy = policy(&older("any", 1), EXPIRE);
    let text = start_preview(&fixture, Some(policy)).await.unwrap();
    assert_eq!(text, "sent");
    set(&fixture, &older("any", 1), EXPIRE).await;
    let running = start_preview(&fixture, None).await.unwrap_err();
    assert!(matches!(
        running,
        RepositoryError::LifecyclePreviewInProgress(_)
    ));
}

#[tokio::test]
async fn a_preview_shows_its_results_when_its_duration_has_passed() {
    for mut fixture in Fixture::both().await {
        fixture.repositories = fixture.repositories.with_background(BACKGROUND);
        for number in 0..600 {
            put(&fixture, &numbered(number), None, NOW).await;
        }
        put(&fixture, &numbered(600), Some("tagged"), NOW).await;
        let policy = policy(&older("any", 1), EXPIRE);
        start_preview(&fixture, Some(policy)).await.unwrap();
        let minute = day(2) + Duration::from_secs(60);
        let all = following(None, 999);
        let early = minute - Duration::from_millis(1);
        let early = preview(&fixture, all.clone(), early).await;
        assert_eq!(early.status, PreviewStatus::InProgress);
        assert_eq!(early.results.len(), 0);
        let complete = preview(&fixture, all.clone(), minute).await;
        assert_eq!(complete.status, PreviewStatus::Complete);
        assert_eq!((&complete.text[..], complete.results.len()), ("sent", 601));
        let summary = PreviewSummary {
            expiring: 601,
            transitioning: 0,
        };
        assert_eq!(complete.summary, summary);
        assert_eq!(complete.results[0].1.class(), StorageClass::Standard);
        let expired = preview(&fixture, all, minute + Duration::from_secs(DAY)).await;
        assert_eq!(expired.status, PreviewStatus::Expired);
        assert_eq!(expired.results.len(), 0);
        check_pages(&fixture, &complete.results, minute).await;
        // A preview changes nothing.
        let digests = fixture.repositories.image_digests(&fixture.repository.id);
        assert_eq!(digests.await.unwrap().len(), 601);
    }
}

/// Compares pages and selections of the results of a preview with all results.
async fn check_pages(fixture: &Fixture, results: &[(usize, PreviewResult)], now: Timestamp) {
    let mut pages = Vec::new();
    while let after = pages.len().checked_sub(1)
        && let page = preview(fixture, following(after, 100), now).await
        && !page.results.is_empty()
    {
        pages.extend(page.results);
    }
    assert_eq!(pages, results);
    let tag = Selection::Tag("tagged".parse().unwrap());
    let of_tag = preview(fixture, PreviewPage::Of(vec![tag]), now).await;
    assert_eq!(of_tag.results.len(), 1);
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let tagged = all.lifecycle_preview(id, following(None, 9), Some(Tagged::Yes), now);
    assert_eq!(tagged.await.unwrap().results, of_tag.results);
}
