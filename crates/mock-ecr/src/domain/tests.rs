//! Tests of the operations on repositories, with each kind of store.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::domain::hasher::digest_of;
use crate::domain::upload::ContentError;
use crate::domain::{
    ContentStream, Image, NewImage, Repositories, Repository, RepositoryError, Settings,
    TagMutability,
};
use crate::store::{Created, Store, StoreLocation};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Algorithm, Digest, Reference, RepositoryId};

const NOW: Timestamp = Timestamp::AWS_EXAMPLE;

struct Fixture {
    repositories: Repositories,
    repository: Repository,
    _directory: tempfile::TempDir,
}

impl Fixture {
    /// Returns the same repository in memory and in a directory.
    async fn both() -> [Fixture; 2] {
        [
            Fixture::on(|_| StoreLocation::Memory).await,
            Fixture::on(|path| StoreLocation::Directory(path.to_owned())).await,
        ]
    }

    async fn on(location: impl Fn(&std::path::Path) -> StoreLocation) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = location(directory.path()).open(None).await.unwrap();
        let repositories = Repositories::new(store, "seed");
        let settings = Settings::created_at(NOW);
        let repository = repositories
            .create(&id("team/app"), settings)
            .await
            .unwrap();
        Fixture {
            repositories,
            repository,
            _directory: directory,
        }
    }

    async fn upload(
        &self,
        parts: &[&'static str],
        digest: &Digest,
    ) -> Result<u64, RepositoryError> {
        let id = &self.repository.id;
        let upload = self.repositories.begin_upload(id, NOW).await?;
        for part in parts {
            let content = content(part);
            self.repositories
                .upload(id, &upload, None, content, NOW)
                .await?;
        }
        let completed = self.repositories.complete_upload(id, &upload, digest, NOW);
        Ok(completed.await?.0)
    }

    async fn images(&self) -> Vec<Image> {
        let images = self.repositories.images(&self.repository.id, None, 9);
        images.await.unwrap()
    }

    async fn read(&self, digest: &Digest) -> Vec<u8> {
        let id = &self.repository.id;
        let opened = self
            .repositories
            .open_layer(id, digest, None)
            .await
            .unwrap();
        let chunks: Vec<Bytes> = opened.bytes.map(Result::unwrap).collect().await;
        chunks.concat()
    }

    async fn push(&self, manifest: &str, tag: &str) -> Result<Created, RepositoryError> {
        let new = NewImage {
            manifest: Bytes::from(manifest.to_owned()),
            media_type: Some("application/vnd.oci.image.manifest.v1+json".to_owned()),
            digest: None,
            tag: Some(tag.parse().unwrap()),
        };
        let pushed = self
            .repositories
            .put_image(&self.repository, new, NOW)
            .await?;
        Ok(pushed.created)
    }
}

fn id(name: &str) -> RepositoryId {
    let region = "us-east-1".parse().unwrap();
    RepositoryId::private(AccountId::EXAMPLE, region, name.parse().unwrap())
}

fn content(text: &'static str) -> ContentStream<'static> {
    let bytes = text
        .as_bytes()
        .chunks(3)
        .map(|chunk| Ok(Bytes::from_static(chunk)));
    stream::iter(bytes).boxed()
}

fn sha256(text: &str) -> Digest {
    digest_of(Algorithm::Sha256, text.as_bytes())
}

fn manifest_of(layer: &str) -> String {
    let digest = sha256(layer);
    format!(
        r#"{{"schemaVersion":2,"layers":[{{"digest":"{digest}","size":{}}}]}}"#,
        layer.len()
    )
}

#[tokio::test]
async fn a_layer_is_stored_if_its_digest_is_correct() {
    for fixture in Fixture::both().await {
        for parts in [&["hello world"][..], &["hello", " ", "world"]] {
            let digest = sha256("hello world");
            assert_eq!(fixture.upload(parts, &digest).await.unwrap(), 11);
            assert_eq!(fixture.read(&digest).await, b"hello world");
            let digest = digest_of(Algorithm::Sha512, b"hello world");
            assert_eq!(fixture.upload(parts, &digest).await.unwrap(), 11);
            assert_eq!(fixture.read(&digest).await, b"hello world");
            let wrong = sha256("other");
            let error = fixture.upload(parts, &wrong).await.unwrap_err();
            assert!(
                matches!(error, RepositoryError::LayerDigestMismatch { .. }),
                "{error}"
            );
            let size = fixture
                .repositories
                .layer_size(&fixture.repository.id, &wrong)
                .await;
            assert_eq!(size.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_layer_can_be_empty() {
    for fixture in Fixture::both().await {
        assert_eq!(fixture.upload(&[], &sha256("")).await.unwrap(), 0);
        assert_eq!(fixture.read(&sha256("")).await, b"");
    }
}

#[tokio::test]
async fn a_part_that_ends_early_is_not_stored_and_can_be_sent_again() {
    for fixture in Fixture::both().await {
        let Fixture {
            repositories,
            repository,
            ..
        } = &fixture;
        let id = &repository.id;
        let upload = repositories.begin_upload(id, NOW).await.unwrap();
        let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(ContentError)]).boxed();
        let error = repositories
            .upload(id, &upload, None, broken, NOW)
            .await
            .unwrap_err();
        assert!(matches!(error, RepositoryError::BrokenContent), "{error}");
        assert_eq!(
            repositories.uploaded(id, &upload, NOW).await.unwrap().size,
            0
        );
        let complete = content("hello");
        assert_eq!(
            repositories
                .upload(id, &upload, Some(0), complete, NOW)
                .await
                .unwrap()
                .size,
            5
        );
        let again = content("hello");
        let error = repositories
            .upload(id, &upload, Some(3), again, NOW)
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                RepositoryError::PartOutOfOrder {
                    start: 3,
                    expected: 5,
                    ..
                }
            ),
            "{error}"
        );
        let completed = repositories
            .complete_upload(id, &upload, &sha256("hello"), NOW)
            .await;
        assert_eq!(completed.unwrap(), (5, Created::New));
    }
}

#[tokio::test]
async fn an_upload_expires_after_a_day() {
    for fixture in Fixture::both().await {
        let id = &fixture.repository.id;
        let upload = fixture.repositories.begin_upload(id, NOW).await.unwrap();
        let later = NOW + Duration::from_secs(24 * 3600);
        let before = Timestamp::from_millis(later.as_millis() - 1);
        assert!(
            fixture
                .repositories
                .uploaded(id, &upload, before)
                .await
                .is_ok()
        );
        let error = fixture
            .repositories
            .uploaded(id, &upload, later)
            .await
            .unwrap_err();
        assert!(
            matches!(error, RepositoryError::UploadNotFound { .. }),
            "{error}"
        );
        assert!(
            fixture
                .repositories
                .uploaded(id, &upload, NOW)
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn servers_with_the_same_seed_and_store_generate_different_upload_ids() {
    let store = Store::in_memory();
    let (one, other) = (
        Repositories::new(store.clone(), "seed"),
        Repositories::new(store, "seed"),
    );
    let first = one.begin_upload(&id("app"), NOW).await.unwrap();
    assert_ne!(first, other.begin_upload(&id("app"), NOW).await.unwrap());
}

#[tokio::test]
async fn an_image_without_its_layers_is_rejected() {
    for fixture in Fixture::both().await {
        let pushed = fixture.push(&manifest_of("one"), "latest").await;
        let error = pushed.unwrap_err();
        assert!(
            matches!(error, RepositoryError::LayersNotFound { .. }),
            "{error}"
        );
        assert!(fixture.images().await.is_empty());
    }
}

#[tokio::test]
async fn a_tag_names_the_image_that_was_pushed_last() {
    for fixture in Fixture::both().await {
        let id = &fixture.repository.id;
        fixture.upload(&["one"], &sha256("one")).await.unwrap();
        fixture.upload(&["two"], &sha256("two")).await.unwrap();
        for (layer, created) in [
            ("one", Created::New),
            ("one", Created::Existing),
            ("two", Created::New),
        ] {
            let manifest = manifest_of(layer);
            assert_eq!(fixture.push(&manifest, "latest").await.unwrap(), created);
            let reference: Reference = "latest".parse().unwrap();
            let image = fixture.repositories.image(id, &reference).await.unwrap();
            assert_eq!(image.manifest, manifest.as_bytes());
            assert_eq!(image.digest, sha256(&manifest));
            assert_eq!((image.metadata.size, image.metadata.pushed()), (3, NOW));
        }
        assert_eq!(fixture.images().await.len(), 2);
        let two = sha256(&manifest_of("two"));
        let tags = fixture.repositories.delete_image(id, &two).await.unwrap();
        assert_eq!(tags, ["latest".parse().unwrap()]);
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

#[tokio::test]
async fn the_tags_of_an_image_are_those_that_name_it() {
    for fixture in Fixture::both().await {
        let Fixture {
            repositories,
            repository,
            ..
        } = &fixture;
        let id = &repository.id;
        let tags_of = async |manifest: &str, after, limit| {
            let digest = sha256(manifest);
            let tags = repositories.tags_of(id, &digest, after, limit);
            let tags = tags.await.unwrap().into_iter();
            tags.map(String::from).collect::<Vec<_>>()
        };
        for tag in ["c", "a", "d", "b"] {
            fixture.push("{}", tag).await.unwrap();
        }
        assert_eq!(tags_of("{}", None, 9).await, ["a", "b", "c", "d"]);
        assert_eq!(tags_of("{}", Some("a"), 2).await, ["b", "c"]);
        fixture.push("{ }", "b").await.unwrap();
        let tag = "c".parse().unwrap();
        repositories.delete_tag(id, &tag).await.unwrap();
        assert_eq!(tags_of("{}", Some("a"), 2).await, ["d"]);
        assert_eq!(tags_of("{ }", None, 9).await, ["b"]);
        fixture.push("{}", "b").await.unwrap();
        assert_eq!(tags_of("{}", None, 9).await, ["a", "b", "d"]);
        assert!(tags_of("{ }", None, 9).await.is_empty());
        repositories.delete_image(id, &sha256("{}")).await.unwrap();
        assert!(tags_of("{}", None, 9).await.is_empty());
    }
}

#[tokio::test]
async fn one_of_several_concurrent_pushes_sets_an_immutable_tag() {
    for fixture in Fixture::both().await {
        let immutable = TagMutability::named("IMMUTABLE", vec![]).unwrap();
        let id = &fixture.repository.id;
        let repository = fixture
            .repositories
            .put_mutability(id, immutable)
            .await
            .unwrap();
        let fixture = Fixture {
            repository,
            ..fixture
        };
        let layers = ["a", "b", "c", "d", "e", "f"];
        for layer in layers {
            fixture.upload(&[layer], &sha256(layer)).await.unwrap();
        }
        let manifests = layers.map(manifest_of);
        let pushes = manifests
            .iter()
            .map(|manifest| fixture.push(manifest, "1.0"));
        let outcomes = futures_util::future::join_all(pushes).await;
        let accepted = outcomes.iter().filter(|outcome| outcome.is_ok());
        assert_eq!(accepted.count(), 1, "{outcomes:?}");
        let errors = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        for error in errors {
            assert!(
                matches!(error, RepositoryError::TagAlreadyExists { .. }),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn an_index_without_its_images_is_rejected_and_a_subject_need_not_exist() {
    for fixture in Fixture::both().await {
        let subject = sha256("subject");
        let index = format!(r#"{{"manifests":[{{"digest":"{subject}"}}]}}"#);
        let error = fixture.push(&index, "all").await.unwrap_err();
        assert!(
            matches!(error, RepositoryError::ReferencedImagesNotFound { .. }),
            "{error}"
        );
        let referrer = format!(r#"{{"subject":{{"digest":"{subject}"}},"artifactType":"a/b"}}"#);
        fixture.push(&referrer, "signature").await.unwrap();
        let id = &fixture.repository.id;
        let referrers = fixture.repositories.referrers(id, &subject).await.unwrap();
        assert_eq!(referrers[0].digest, sha256(&referrer));
        assert_eq!(referrers[0].metadata.artifact_type.as_deref(), Some("a/b"));
        fixture
            .repositories
            .delete_image(id, &referrers[0].digest)
            .await
            .unwrap();
        assert!(
            fixture
                .repositories
                .referrers(id, &subject)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

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
            .delete_tag(&repository.id, &"b".parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            tags(Some("b")).await.unwrap(),
            ["c", "d"].map(|tag| tag.parse().unwrap())
        );
        for name in ["x/b", "x/a", "x-a"] {
            repositories
                .create(&id(name), Settings::created_at(NOW))
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
            fixture.repositories.create(id, settings).await.unwrap();
        }
        let all = fixture.repositories.all().await.unwrap();
        let ids: Vec<_> = all.into_iter().map(|one| one.id).collect();
        assert_eq!(ids, expected);
        fixture.repositories.reset("seed").await.unwrap();
        assert_eq!(fixture.repositories.all().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_deleted_repository_has_no_content_left() {
    for fixture in Fixture::both().await {
        let id = &fixture.repository.id;
        let again = fixture
            .repositories
            .create(id, Settings::created_at(NOW))
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
            .create(id, Settings::created_at(NOW))
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
