//! Images and tags.

use super::operations::{import, import_layer, put};
use super::*;
use crate::domain::mutability::TagRule;
use crate::domain::{CacheState, Imported};
use crate::store::tests::{Disk, Recorder};

#[tokio::test]
async fn an_image_without_its_layers_is_rejected() {
    for fixture in Fixture::both().await {
        let pushed = fixture.push(&manifest_of("one"), "latest").await;
        let error = pushed.unwrap_err();
        assert!(
            matches!(error, RepositoryError::MissingLayers { .. }),
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
        let tags = fixture
            .repositories
            .delete_image(id, &two, ListedImages::Rejected, NOW)
            .await
            .unwrap();
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
        let tags_of = async |manifest: &str| {
            let references = vec![Reference::Digest(sha256(manifest))];
            let images = repositories.images_of(id, references).await.unwrap();
            let tags = images.into_iter().flatten().flat_map(|image| image.tags);
            tags.map(String::from).collect::<Vec<_>>()
        };
        for tag in ["c", "a", "d", "b"] {
            fixture.push("{}", tag).await.unwrap();
        }
        assert_eq!(tags_of("{}").await, ["a", "b", "c", "d"]);
        fixture.push("{ }", "b").await.unwrap();
        let tag = "c".parse().unwrap();
        repositories.delete_tag(id, &tag, NOW).await.unwrap();
        assert_eq!(tags_of("{}").await, ["a", "d"]);
        assert_eq!(tags_of("{ }").await, ["b"]);
        fixture.push("{}", "b").await.unwrap();
        assert_eq!(tags_of("{}").await, ["a", "b", "d"]);
        assert!(tags_of("{ }").await.is_empty());
        repositories
            .delete_image(id, &sha256("{}"), ListedImages::Rejected, NOW)
            .await
            .unwrap();
        assert!(tags_of("{}").await.is_empty());
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
        let referrers = async || {
            let referrers = fixture.repositories.referrers(
                id,
                &subject,
                ReferrerFilter::default(),
                None,
                usize::MAX,
            );
            referrers.await.unwrap().page
        };
        let found = referrers().await;
        assert_eq!(found[0].image.digest, sha256(&referrer));
        assert_eq!(
            found[0].image.metadata.artifact_type.as_deref(),
            Some("a/b")
        );
        fixture
            .repositories
            .delete_image(id, &found[0].image.digest, ListedImages::Rejected, NOW)
            .await
            .unwrap();
        assert!(referrers().await.is_empty());
    }
}

/// A list that is read at one time cannot fail because something was deleted in the meantime, and has the tags of that time.
#[tokio::test]
async fn a_list_of_images_with_their_tags_is_one_read() {
    let (disk, recorder) = (Disk::default(), Recorder::default());
    let all = Repositories::new(disk.recorded(&recorder), "seed", || NOW);
    super::operations::prepare(&all).await;
    let app = id("team/app");
    recorder.take_reads();
    let tags = |images: &[TaggedImage]| {
        let tags = images.iter().flat_map(|image| image.tags.clone());
        tags.map(String::from).collect::<Vec<_>>()
    };

    let page = all.images(&app, None, 9, StatusFilter::Any).await.unwrap();
    assert_eq!(tags(&page), ["1", "2"]);
    assert_eq!(recorder.take_reads(), 1);

    let references = ["1", "absent", "2"].map(|tag| Reference::Tag(tag.parse().unwrap()));
    let found = all.images_of(&app, references.to_vec()).await.unwrap();
    let image = page.into_iter().next();
    assert_eq!(found, [image.clone(), None, image]);
    assert_eq!(recorder.take_reads(), 1);

    let listed = all.all_images(None, None, 9).await.unwrap().unwrap();
    let listed = listed.images.iter();
    let listed = listed.map(|(one, image)| (one.name.as_str(), &image.tags[..]));
    let expected = [("team/app", &["1", "2"].map(|tag| tag.parse().unwrap())[..])];
    assert_eq!(listed.collect::<Vec<_>>(), expected);
    assert_eq!(recorder.take_reads(), 1);

    let counts = all.image_counts().await.unwrap();
    let counts = counts
        .iter()
        .map(|(one, images)| (one.id.name.as_str(), *images));
    assert_eq!(counts.collect::<Vec<_>>(), [("other", 0), ("team/app", 1)]);
    assert_eq!(recorder.take_reads(), 1);
}

/// A client pushes the tag of a cached image. Neither a later import nor one that has begun before replaces the pushed image.
#[tokio::test]
async fn an_import_does_not_replace_an_image_that_a_client_has_pushed() {
    for fixture in Fixture::both().await {
        let (all, app) = (&fixture.repositories, id("team/app"));
        import(all, app.clone()).await.unwrap();
        let tag: Tag = "3".parse().unwrap();
        let tomorrow = NOW + Duration::from_secs(24 * 3600);
        let state = async || {
            let cache = all.cache_of_tag(&app, &tag, tomorrow).await.unwrap();
            cache.unwrap().1
        };
        assert_eq!(state().await, CacheState::Stale);
        put(all, "{}", Some("3")).await.unwrap();
        assert_eq!(state().await, CacheState::Current);
        import(all, app.clone()).await.unwrap();
        let found = all.image(&app, &Reference::Tag(tag)).await.unwrap();
        assert_eq!(found.digest, sha256("{}"));
    }
}

/// Two imports of a tag begin at the same time, and the tag becomes immutable after the first one.
#[tokio::test]
async fn an_import_does_not_replace_an_immutable_tag() {
    for fixture in Fixture::both().await {
        let (all, app) = (&fixture.repositories, id("team/app"));
        let first = import_layer(all, app.clone(), "three").await.unwrap();
        assert_eq!(first, Imported::Yes);
        let immutable = TagMutability {
            rule: TagRule::Immutable,
            ..TagMutability::default()
        };
        all.put_mutability(&app, immutable).await.unwrap();
        let second = import_layer(all, app, "four").await.unwrap();
        assert_eq!(second, Imported::Existing);
    }
}
