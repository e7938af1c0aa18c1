//! The settings of a registry: transactions that check and act, in the order of a scheduler, and the template of a new repository.

use super::consistency::{check, check_swept};
use super::interleavings::check_schedules;
use super::operations::{Operation, put_profile};
use super::*;
use crate::config::{CreationCause, ScanFrequency, ScanType};
use crate::domain::mutability::TagRule;
use crate::domain::registry_settings::InitialSettings;
use crate::domain::scanning::ScanningConfiguration;
use crate::domain::{
    MutabilityChange, RegistrySettingError, Selection, TemplateChange, WithoutTemplate,
};
use crate::store::tests::Disk;
use crate::types::RegistryId;

/// Operations of which only the first one succeeds.
const ONCE: [Operation; 4] = [
    ("create a template", |all| {
        Box::pin(create_template(all, "new"))
    }),
    ("delete a template", |all| {
        Box::pin(async { all.delete_template(&registry(), "team").await.map(drop) })
    }),
    ("exclude a principal", |all| {
        Box::pin(async {
            let principal = "arn:aws:iam::123456789012:role/new".parse().unwrap();
            all.exclude_puller(&registry(), &principal, NOW).await
        })
    }),
    ("include a principal", |all| {
        Box::pin(async {
            let principal = EXCLUDED.parse().unwrap();
            all.remove_pull_exclusion(&registry(), &principal).await
        })
    }),
];

const EXCLUDED: &str = "arn:aws:iam::123456789012:role/excluded";

fn registry() -> RegistryId {
    id("team/app").registry
}

/// Creates a template for repositories with immutable tags.
async fn create_template(all: &Repositories, prefix: &str) -> Result<(), RepositoryError> {
    let change = TemplateChange {
        applied_for: Some(vec![CreationCause::CreateOnPush]),
        mutability: MutabilityChange {
            name: Some("IMMUTABLE".to_owned()),
            exclusions: None,
        },
        ..TemplateChange::default()
    };
    let created = all.create_template(&registry(), prefix, change, NOW).await;
    created.map(drop)
}

async fn create_on_push(
    all: &Repositories,
    name: &str,
    without: WithoutTemplate,
) -> Result<Option<Repository>, RepositoryError> {
    let cause = CreationCause::CreateOnPush;
    all.create_on_behalf(&id(name), cause, without, NOW).await
}

/// Runs an operation twice at the same time. One of both returns an error.
fn run_twice(operation: Operation) {
    shuttle::future::block_on(async move {
        let disk = Disk::default();
        let all = Repositories::new(disk.scheduled(), "seed", || NOW);
        create_template(&all, "team").await.unwrap();
        let excluded = EXCLUDED.parse().unwrap();
        all.exclude_puller(&registry(), &excluded, NOW)
            .await
            .unwrap();
        let running = [(); 2].map(|()| {
            let all = all.clone();
            shuttle::future::spawn(async move { operation.1(&all).await })
        });
        let mut succeeded = 0;
        for one in running {
            match one.await.unwrap() {
                Ok(()) => succeeded += 1,
                Err(RepositoryError::Registry(_)) => {}
                Err(error) => panic!("{}: {error}", operation.0),
            }
        }
        assert_eq!(succeeded, 1, "{}", operation.0);
    });
}

#[test]
fn of_two_changes_at_the_same_time_one_succeeds() {
    for operation in ONCE {
        check_schedules(5, move || run_twice(operation));
    }
}

/// Two clients push to a repository that does not exist. Both find the one that one of them has created.
#[test]
fn pushes_at_the_same_time_create_one_repository() {
    let pushes = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            create_template(&all, "team").await.unwrap();
            let pushing = [(); 2].map(|()| {
                let all = all.clone();
                let nothing = WithoutTemplate::Nothing;
                shuttle::future::spawn(async move {
                    create_on_push(&all, "team/app", nothing).await.unwrap()
                })
            });
            for one in pushing {
                let created = one.await.unwrap().unwrap();
                assert_eq!(created.settings.mutability.rule, TagRule::Immutable);
            }
            disk.settle().await;
            check(&disk).await;
            all.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
        });
    };
    check_schedules(10, pushes);
}

#[tokio::test]
async fn a_repository_is_created_by_the_template_or_with_the_default_settings() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        create_template(all, "prod").await.unwrap();
        let rule = async |name, without| {
            let created = create_on_push(all, name, without).await.unwrap();
            created.map(|created| created.settings.mutability.rule)
        };
        let (nothing, defaults) = (WithoutTemplate::Nothing, WithoutTemplate::Defaults);
        assert_eq!(rule("other/app", nothing).await, None);
        assert_eq!(rule("other/app", defaults).await, Some(TagRule::Mutable));
        assert_eq!(rule("prod/app", defaults).await, Some(TagRule::Immutable));
        // A repository that exists is not changed.
        assert_eq!(rule("team/app", nothing).await, Some(TagRule::Mutable));
        let replicated = CreationCause::Replication;
        let new = id("prod/new");
        let created = all.create_on_behalf(&new, replicated, nothing, NOW);
        assert_eq!(created.await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_quota_applies_to_repositories_that_are_created_on_behalf_of_a_caller() {
    let fixture = &Fixture::both().await[0];
    let all = fixture.repositories.with_quotas(crate::config::Quotas {
        repositories: Some(1),
        ..crate::config::Quotas::default()
    });
    let created = create_on_push(&all, "other", WithoutTemplate::Defaults).await;
    assert!(matches!(
        created,
        Err(RepositoryError::TooManyRepositories { .. })
    ));
    let missing = all.delete_template(&registry(), "other").await.unwrap_err();
    let RepositoryError::Registry(RegistrySettingError::TemplateNotFound(prefix)) = missing else {
        panic!("{missing}");
    };
    assert_eq!(prefix, "other");
}

/// One client removes the filters of a template, and another one replaces them. The template is one that the two updates could have made in turn.
#[test]
fn updates_of_a_template_at_the_same_time_are_made_in_turn() {
    let updates = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            create_template(&all, "team").await.unwrap();
            let changes = [
                (
                    Some("MUTABLE_WITH_EXCLUSION"),
                    Some(vec!["dev-*".to_owned()]),
                ),
                (Some("MUTABLE"), None),
                (None, Some(vec!["new-*".to_owned()])),
            ];
            let updating = changes.map(|(name, exclusions)| {
                let all = all.clone();
                let name = name.map(str::to_owned);
                shuttle::future::spawn(async move {
                    let mutability = MutabilityChange { name, exclusions };
                    let change = TemplateChange {
                        mutability,
                        ..TemplateChange::default()
                    };
                    all.update_template(&registry(), "team", change, NOW).await
                })
            });
            for one in updating {
                match one.await.unwrap() {
                    Ok(_) | Err(RepositoryError::Registry(RegistrySettingError::Mutability(_))) => {
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            let found = all.templates(&registry(), None, None, 2).await.unwrap();
            let stored = &found[0].mutability;
            let exclusions: Vec<_> = stored.exclusions.iter().map(String::as_str).collect();
            let states: [(&str, &[&str]); 3] = [
                ("MUTABLE", &[]),
                ("MUTABLE_WITH_EXCLUSION", &["dev-*"]),
                ("MUTABLE_WITH_EXCLUSION", &["new-*"]),
            ];
            assert!(states.contains(&(stored.name(), &exclusions)), "{stored:?}");
        });
    };
    check_schedules(10, updates);
}

#[tokio::test]
async fn a_registry_has_at_most_a_hundred_templates() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        for number in 0..100 {
            create_template(all, &format!("team-{number}"))
                .await
                .unwrap();
        }
        let error = create_template(all, "one-more").await.unwrap_err();
        let RepositoryError::Registry(RegistrySettingError::TooManyTemplates) = error else {
            panic!("{error}");
        };
        let exists = create_template(all, "team-1").await.unwrap_err();
        let RepositoryError::Registry(RegistrySettingError::TemplateAlreadyExists(_)) = exists
        else {
            panic!("{exists}");
        };
    }
}

/// The initial state is created when a mock starts, with the settings in its store, and by a reset, which removes them.
#[tokio::test]
async fn the_initial_state_is_created_with_the_stored_settings_unless_a_reset_removes_them() {
    let all = Repositories::new(Disk::default().open(), "seed", || NOW);
    put_profile(&all).await.unwrap();
    let rules = vec![(ScanFrequency::ScanOnPush, vec!["*".parse().unwrap()])];
    let scanning = ScanningConfiguration::new(ScanType::Basic, rules, None);
    all.put_scanning_configuration(&registry(), scanning)
        .await
        .unwrap();
    let app = id("team/app");
    for is_reset in [false, true] {
        let creator = match is_reset {
            true => all.with_initial_settings(InitialSettings::default()),
            false => all.clone(),
        };
        let settings = Settings::created_at(NOW);
        let initial = creator
            .create_unpublished(&app, settings, Vec::new())
            .await
            .unwrap();
        let image = crate::config::image::Image::new().layer("hello");
        let digest = initial.content().push(&app, &image, Vec::new(), NOW);
        let digest = digest.await.unwrap();
        initial.publish().await.unwrap();
        let statuses = all.signing_statuses(&app, &digest).await.unwrap();
        assert_eq!(statuses.is_empty(), is_reset);
        let scanned = all.scan(&app, Selection::Digest(digest), NOW).await;
        assert_eq!(scanned.unwrap().unwrap().scan.is_none(), is_reset);
        all.delete_with_images(&app).await.unwrap();
    }
}
