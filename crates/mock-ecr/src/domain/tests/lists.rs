//! Lists whose work is bounded, whatever a repository contains.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::image_record::image_of;
use crate::domain::listing::{Bounds, ImageTags, Listing};
use crate::domain::{StatusFilter, Tagged, archive};
use crate::store::Generation;

/// Returns a repository in memory.
async fn fixture() -> Fixture {
    Fixture::on(|_| StoreLocation::Memory).await
}

async fn put(fixture: &Fixture, manifest: String, tag: Option<&str>) -> Digest {
    let new = NewImage {
        manifest: manifest.into(),
        media_type: None,
        digest: None,
        tag: tag.map(|tag| tag.parse().unwrap()),
    };
    let put = fixture
        .repositories
        .put_image(&fixture.repository.id, new, NOW);
    put.await.unwrap().image.digest
}

/// Returns a manifest of the given number.
fn numbered(number: usize) -> String {
    format!("{{{}}}", " ".repeat(number))
}

#[tokio::test]
async fn a_list_of_untagged_images_ends_after_a_thousand_images_and_continues() {
    let fixture = fixture().await;
    for number in 0..1500 {
        put(&fixture, numbered(number), Some(&format!("t{number}"))).await;
    }
    let untagged = put(&fixture, numbered(1500), None).await;
    let id = &fixture.repository.id;
    let list = async |after, only| {
        let list = fixture
            .repositories
            .image_tags(id, after, 1, only, StatusFilter::Active);
        list.await.unwrap()
    };
    let first = list(None, Some(Tagged::No)).await;
    let mut pairs = first.pairs;
    let last = first.last.expect("a thousand images were read");
    let second = list(Some(last), Some(Tagged::No)).await;
    pairs.extend(second.pairs);
    assert_eq!((pairs, second.last), (vec![(untagged.clone(), None)], None));

    // The tagged images are listed by their tags.
    let tagged = list(Some((untagged, String::new())), Some(Tagged::Yes)).await;
    assert_eq!((tagged.pairs.len(), tagged.last), (1, None));
}

#[tokio::test]
async fn the_tagged_images_are_those_that_a_tag_names() {
    for fixture in Fixture::both().await {
        for tag in ["a", "b"] {
            put(&fixture, numbered(0), Some(tag)).await;
        }
        put(&fixture, numbered(1), None).await;
        put(&fixture, numbered(2), Some("c")).await;
        let id = &fixture.repository.id;
        let list = async |after, limit, only| {
            let list =
                fixture
                    .repositories
                    .image_tags(id, after, limit, only, StatusFilter::Active);
            list.await.unwrap().pairs
        };
        let mut expected = list(None, 9, None).await;
        assert_eq!(expected.len(), 4);
        expected.retain(|(_, tag)| tag.is_some());
        assert_eq!(list(None, 9, Some(Tagged::Yes)).await, expected);
        let mut pages: Vec<(Digest, Option<Tag>)> = Vec::new();
        loop {
            let after = pages.last().cloned();
            let after = after.map(|(digest, tag)| (digest, String::from(tag.unwrap())));
            let page = list(after, 1, Some(Tagged::Yes)).await;
            if page.is_empty() {
                break;
            }
            pages.extend(page);
        }
        assert_eq!(pages, expected);
    }
}

type Pair = (Digest, Option<Tag>);

/// What is listed, how much a list reads, and how much a client requests.
#[derive(Clone, Copy, Debug)]
struct Request {
    status: StatusFilter,
    only: Option<Tagged>,
    bounds: Bounds,
    limit: usize,
}

fn request() -> impl Strategy<Value = Request> {
    let status = prop::sample::select(vec![
        StatusFilter::Active,
        StatusFilter::Archived,
        StatusFilter::Any,
    ]);
    let only = prop::sample::select(vec![None, Some(Tagged::Yes), Some(Tagged::No)]);
    (status, only, 1..4_usize, 0..5_usize, 1..4_usize).prop_map(
        |(status, only, page, images, limit)| Request {
            status,
            only,
            bounds: Bounds { page, images },
            limit,
        },
    )
}

/// Reads a list in pages, as `ListImages` does.
async fn pages(fixture: &Fixture, request: Request) -> Vec<Pair> {
    let (mut pairs, mut after) = (Vec::new(), None);
    loop {
        let mut page = page(fixture, request, after).await;
        let is_full = page.pairs.len() > request.limit;
        page.pairs.truncate(request.limit);
        let last = page.pairs.last().cloned();
        let last = last.map(|(digest, tag)| (digest, tag.map(String::from).unwrap_or_default()));
        pairs.extend(page.pairs);
        after = last.filter(|_| is_full).or(page.last);
        if after.is_none() {
            return pairs;
        }
    }
}

async fn page(fixture: &Fixture, request: Request, after: Option<(Digest, String)>) -> ImageTags {
    let at = fixture.repositories.lookup(&fixture.repository.id);
    let page = fixture.repositories.store.read(move |view| {
        let listing = Listing {
            view,
            generation: at.generation(view)?,
            limit: request.limit.saturating_add(1),
            status: request.status,
            bounds: request.bounds,
        };
        listing.read(after.clone(), request.only)
    });
    page.await.unwrap()
}

/// Archives an image, whatever lists it.
async fn archive(fixture: &Fixture, digest: Digest) {
    let at = fixture.repositories.lookup(&fixture.repository.id);
    let archived = fixture.repositories.store.transact(move |records| {
        let generation = at.generation(records.view())?;
        let image = image_of(records.view(), &generation, &digest)?.unwrap();
        archive::archive_image(records, &generation, &digest, image.metadata, NOW);
        Ok::<_, RepositoryError>(())
    });
    archived.await.unwrap();
}

proptest! {
    /// However early a list ends, its pages contain each entry once.
    #[test]
    fn the_pages_of_a_list_are_the_list(
        images in vec((0..3_usize, any::<bool>()), 0..9),
        requests in vec(request(), 20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fixture = fixture().await;
            for (number, (tags, is_archived)) in images.into_iter().enumerate() {
                let tags = (0..tags).map(|tag| format!("t{number}.{tag}"));
                let mut digest = put(&fixture, numbered(number), None).await;
                for tag in tags {
                    digest = put(&fixture, numbered(number), Some(&tag)).await;
                }
                if is_archived {
                    archive(&fixture, digest).await;
                }
            }
            for request in requests {
                let bounds = Bounds { page: 99, images: 99 };
                let whole = Request { bounds, limit: usize::MAX, ..request };
                let (pages, whole) = (pages(&fixture, request).await, pages(&fixture, whole).await);
                assert_eq!(pages, whole, "{request:?}");
            }
        });
    }
}

/// Returns the manifest of an artifact whose annotations have at least `size` bytes.
fn artifact(name: &str, subject: &Digest, size: usize) -> String {
    let text = "x".repeat(size);
    format!(
        r#"{{"artifactType":"a/{name}","subject":{{"digest":"{subject}"}},"annotations":{{"k":"{text}"}}}}"#
    )
}

#[tokio::test]
async fn a_page_of_referrers_ends_after_4_mib_of_annotations() {
    let fixture = fixture().await;
    let subject = sha256("subject");
    for name in ["one", "two", "three"] {
        put(&fixture, artifact(name, &subject, 5 << 19), None).await;
    }
    let id = &fixture.repository.id;
    let list = async |artifact_type: Option<&str>, after: Option<Digest>, limit| {
        let filter = ReferrerFilter {
            artifact_types: artifact_type.map(str::to_owned).into_iter().collect(),
            ..ReferrerFilter::default()
        };
        let after = after.map(String::from);
        let repositories = &fixture.repositories;
        let referrers = repositories.referrers(id, &subject, filter, after, limit);
        referrers.await.unwrap()
    };
    let first = list(None, None, usize::MAX).await;
    assert_eq!(first.page.len(), 2);
    assert_eq!(
        first.last.as_ref(),
        first.page.last().map(|one| &one.image.digest)
    );
    let second = list(None, first.last, 1).await;
    assert_eq!((second.page.len(), second.last), (1, None));
    let short = list(None, None, 1).await;
    assert_eq!((short.page.len(), short.last.is_some()), (1, true));
    let filtered = list(Some("a/two"), None, 1).await;
    assert_eq!(filtered.page.len(), 1);
}

#[tokio::test]
async fn the_metadata_of_an_image_is_small() {
    let fixture = fixture().await;
    let subject = sha256("subject");
    let digest = put(&fixture, artifact("one", &subject, 1 << 20), None).await;
    let at = fixture.repositories.lookup(&fixture.repository.id);
    let sizes = fixture.repositories.store.read(move |view| {
        let generation: Generation = at.generation(view)?;
        let keys = [generation.image(&digest), generation.annotations(&digest)];
        let sizes = keys.map(|key| view.get(&key).unwrap().unwrap().len());
        Ok::<_, RepositoryError>(sizes)
    });
    let [metadata, annotations] = sizes.await.unwrap();
    assert!(metadata < 1024 && annotations > 1 << 20);

    let long = format!(r#"{{"artifactType":"{}"}}"#, "x".repeat(256));
    let rejected = fixture.push(&long, "long").await.unwrap_err();
    assert!(
        matches!(rejected, RepositoryError::InvalidManifest(_)),
        "{rejected}"
    );
}

#[tokio::test]
async fn the_repositories_with_a_layer_are_those_of_the_registry_that_exist() {
    let fixture = fixture().await;
    let all = &fixture.repositories;
    let (layer, app) = (sha256("one"), &fixture.repository.id);
    let other_region = RepositoryId::private(
        AccountId::EXAMPLE,
        "eu-west-1".parse().unwrap(),
        "team/app".parse().unwrap(),
    );
    let settings = || Settings::created_at(NOW);
    for id in [&id("empty"), &id("other"), &other_region] {
        all.create(id, settings(), Vec::new()).await.unwrap();
    }
    for id in [app, &id("other"), &other_region] {
        all.put_layer(id, &layer, content("one")).await.unwrap();
    }
    let unpublished = all
        .create_unpublished(&id("new"), settings(), Vec::new())
        .await
        .unwrap();
    let new = id("new");
    let put = unpublished
        .content()
        .put_layer(&new, &layer, content("one"));
    put.await.unwrap();
    let with_layer = async || {
        let found = all.with_layer(&app.registry, &layer).await.unwrap();
        let mut names: Vec<_> = found.iter().map(|one| one.name.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(with_layer().await, ["other", "team/app"]);
    unpublished.publish().await.unwrap();
    all.delete_with_images(&id("other")).await.unwrap();
    assert_eq!(with_layer().await, ["new", "team/app"]);
}

#[tokio::test]
async fn several_images_are_selected_and_deleted_at_one_time() {
    use crate::domain::{Selected, Selection, SelectionError};
    for fixture in Fixture::both().await {
        let (one, two) = (numbered(0), numbered(1));
        let digest = put(&fixture, one.clone(), Some("a")).await;
        put(&fixture, one.clone(), Some("b")).await;
        put(&fixture, two.clone(), Some("c")).await;
        let tag = |text: &str| -> Tag { text.parse().unwrap() };
        let selections = vec![
            Selection::Tag(tag("a")),
            Selection::Tag(tag("x")),
            Selection::Both(digest.clone(), tag("c")),
            Selection::Digest(digest.clone()),
        ];
        let id = &fixture.repository.id;
        let all = &fixture.repositories;
        let selected = |max| all.selected(id, selections.clone(), max);
        assert_eq!(selected(3).await.unwrap(), Selected::TooLong(4));
        let Selected::Images(images) = selected(4).await.unwrap() else {
            panic!("the manifests have four bytes");
        };
        let manifests = images
            .into_iter()
            .map(|image| image.map(|image| image.manifest));
        let (absent, other) = (
            SelectionError::ImageNotFound,
            SelectionError::TagDoesNotMatch,
        );
        let expected = [
            Ok(one.clone().into()),
            Err(absent.clone()),
            Err(other.clone()),
            Ok(one.into()),
        ];
        assert_eq!(manifests.collect::<Vec<_>>(), expected);

        let mut selections = selections.clone();
        selections.push(Selection::Digest(digest.clone()));
        let deleted = all.delete_selected(id, selections, NOW).await.unwrap();
        let expected = [
            Ok((digest.clone(), vec![tag("a")])),
            Err(absent.clone()),
            Err(other),
            Ok((digest, vec![tag("b")])),
            Err(absent),
        ];
        assert_eq!(deleted, expected);
    }
}

/// A page of the list of all images continues after an image that was deleted since then, with the next repository if necessary.
#[tokio::test]
async fn the_images_of_all_repositories_are_listed_in_pages() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        let settings = || Settings::created_at(NOW);
        for name in ["empty", "other", "third"] {
            all.create(&id(name), settings(), Vec::new()).await.unwrap();
        }
        for (name, count) in [("other", 3), ("team/app", 2), ("third", 1)] {
            for n in 0..count {
                push(all, name, &format!(r#"{{"annotations":{{"n":"{n}"}}}}"#)).await;
            }
        }
        let whole = all.all_images(None, None, 6).await.unwrap().unwrap();
        assert_eq!((whole.images.len(), whole.next), (6, None));
        for limit in 1..6 {
            let (mut images, mut after) = (Vec::new(), None);
            loop {
                let page = all.all_images(None, after, limit).await.unwrap().unwrap();
                assert!(page.images.len() <= limit);
                images.extend(page.images);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(images, whole.images, "{limit}");
        }
        let page = all.all_images(None, None, 4).await.unwrap().unwrap();
        let (last, image) = page.images.last().unwrap();
        let deleted = all.delete_image(last, &image.digest, ListedImages::Rejected, NOW);
        deleted.await.unwrap();
        let rest = all.all_images(None, page.next, 9).await.unwrap().unwrap();
        assert_eq!(rest.images, whole.images[4..]);
        let named = Some("third".parse().unwrap());
        let named = all.all_images(named, None, 9).await.unwrap().unwrap();
        assert_eq!(named.images, whole.images[5..]);
        let absent = all.all_images(Some("absent".parse().unwrap()), None, 9);
        assert_eq!(absent.await.unwrap(), None);
    }
}

async fn push(all: &Repositories, name: &str, manifest: &str) {
    let new = NewImage {
        manifest: Bytes::from(manifest.to_owned()),
        media_type: None,
        digest: None,
        tag: None,
    };
    all.put_image(&id(name), new, NOW).await.unwrap();
}
