//! Operations that change one repository, for tests of crashes and of interleavings.

use futures_util::future::BoxFuture;

use super::*;
use crate::aws::pull_through_rule::{ROOT, RuleSettings};
use crate::config::CreationCause;
use crate::config::scanning::ScanResult;
use crate::domain::{
    BackgroundKind, ImportTarget, Imported, ListedImages, Mountable, PrivateRegistry,
    ReplicationRule, ResourceTag, Selection, SigningRule, UpstreamImages, WithoutTemplate,
};
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::lifecycle::{LifecyclePolicy, StorageClass};
use crate::types::UploadId;

/// An operation, by name.
pub(super) type Operation = (
    &'static str,
    for<'a> fn(&'a Repositories) -> BoxFuture<'a, Result<(), RepositoryError>>,
);

/// The operations. Each works on the repository `team/app` of [`prepare`], and fails without a change if its precondition is not met.
pub(super) const OPERATIONS: [Operation; 25] = [
    ("create", |all| Box::pin(create(all))),
    ("create on push", |all| Box::pin(create_on_push(all))),
    ("delete", |all| Box::pin(delete(all))),
    ("delete with images", |all| {
        Box::pin(delete_with_images(all))
    }),
    ("push", |all| Box::pin(push(all))),
    ("push an index", |all| Box::pin(push_index(all))),
    ("move a tag", |all| Box::pin(move_tag(all))),
    ("delete a tag", |all| Box::pin(delete_tag(all))),
    ("delete by tags", |all| Box::pin(delete_by_tags(all))),
    ("delete an image", |all| Box::pin(delete_image(all))),
    ("mutability", |all| Box::pin(mutability(all))),
    ("policy", |all| Box::pin(policy(all))),
    ("resource tags", |all| Box::pin(resource_tags(all))),
    ("upload a layer", |all| Box::pin(upload(all))),
    ("mount", |all| Box::pin(mount(all))),
    ("archive", |all| Box::pin(archive(all))),
    ("lifecycle policy", |all| Box::pin(lifecycle_policy(all))),
    ("lifecycle preview", |all| Box::pin(lifecycle_preview(all))),
    ("scan", |all| Box::pin(scan(all))),
    ("replicate", |all| Box::pin(replicate(all))),
    ("replicate a deletion", |all| {
        Box::pin(replicate_deletion(all))
    }),
    ("backfill", |all| Box::pin(backfill(all))),
    (IMPORT, |all| Box::pin(import(all, app()))),
    ("sign", |all| Box::pin(sign(all))),
    ("finish background work", |all| {
        Box::pin(finish_background(all))
    }),
];

/// The name of [`import`].
pub(super) const IMPORT: &str = "import an image";

/// Operations on an unfinished upload of `team/app`, which [`begin`] begins. Each is one transaction.
pub(super) const UPLOAD_OPERATIONS: [Operation; 5] = [
    ("upload a part", |all| Box::pin(upload_part(all))),
    ("complete an upload", |all| {
        Box::pin(complete(all, "", "hello"))
    }),
    ("complete an upload with its last part", |all| {
        Box::pin(complete(all, " world", "hello world"))
    }),
    ("complete an upload with a wrong digest", |all| {
        Box::pin(complete(all, " world", "hello"))
    }),
    ("cancel an upload", |all| Box::pin(cancel(all))),
];

/// Creates `team/app` with an image of the layer `one`, tagged `1` and `2`, and `other` with the layer `two`. Images are scanned on push.
pub(super) async fn prepare(all: &Repositories) {
    for (name, layer) in [("team/app", "one"), ("other", "two")] {
        let mut settings = Settings::created_at(NOW);
        settings.scan_on_push = true;
        all.create(&id(name), settings, Vec::new()).await.unwrap();
        let content = content(layer);
        all.put_layer(&id(name), &sha256(layer), content)
            .await
            .unwrap();
    }
    for tag in ["1", "2"] {
        put(all, &manifest_of("one"), Some(tag)).await.unwrap();
    }
}

fn app() -> RepositoryId {
    id("team/app")
}

pub(super) async fn put(
    all: &Repositories,
    manifest: &str,
    tag: Option<&str>,
) -> Result<(), RepositoryError> {
    let new = NewImage {
        manifest: Bytes::from(manifest.to_owned()),
        media_type: None,
        digest: None,
        tag: tag.map(|tag| tag.parse().unwrap()),
    };
    all.put_image(&app(), new, NOW).await.map(drop)
}

async fn create(all: &Repositories) -> Result<(), RepositoryError> {
    let settings = Settings::created_at(NOW);
    all.create(&app(), settings, tags()).await.map(drop)
}

async fn create_on_push(all: &Repositories) -> Result<(), RepositoryError> {
    let (cause, without) = (CreationCause::CreateOnPush, WithoutTemplate::Defaults);
    let app = app();
    let created = all.create_on_behalf(&app, cause, without, NOW);
    created.await.map(drop)
}

async fn delete(all: &Repositories) -> Result<(), RepositoryError> {
    all.delete(&app()).await.map(drop)
}

async fn delete_with_images(all: &Repositories) -> Result<(), RepositoryError> {
    all.delete_with_images(&app()).await.map(drop)
}

async fn push(all: &Repositories) -> Result<(), RepositoryError> {
    let layer = "three";
    all.put_layer(&app(), &sha256(layer), content(layer))
        .await?;
    put(all, &manifest_of(layer), Some("3")).await
}

/// Imports an index with the tag `3`, its image, and the layer of the image.
pub(super) async fn import(all: &Repositories, to: RepositoryId) -> Result<(), RepositoryError> {
    import_layer(all, to, "three").await.map(drop)
}

pub(super) async fn import_layer(
    all: &Repositories,
    to: RepositoryId,
    layer: &'static str,
) -> Result<Imported, RepositoryError> {
    let layers = vec![all.stage_layer(&sha256(layer), content(layer)).await?];
    let (image, tag): (_, Tag) = (manifest_of(layer), "3".parse().unwrap());
    let index = format!(r#"{{"manifests":[{{"digest":"{}"}}]}}"#, sha256(&image));
    let images = [(image, None), (index, Some(tag.clone()))].map(|(manifest, tag)| {
        let is_listed = tag.is_none();
        let new = NewImage {
            manifest: Bytes::from(manifest),
            media_type: None,
            digest: None,
            tag,
        };
        all.checked_upstream(&to, new, is_listed, NOW)
    });
    let [image, index] = images;
    let upstream = UpstreamImages {
        images: vec![image?, index?],
        layers,
        target: ImportTarget::Tag(tag.clone()),
    };
    let settings = RuleSettings {
        prefix: ROOT.to_owned(),
        url: "quay.io".to_owned(),
        upstream_prefix: ROOT.to_owned(),
        credential_arn: None,
        custom_role_arn: None,
    };
    // Another import can have created the rule.
    let created = all.create_pull_through_rule(&to.registry, settings, NOW);
    if let Err(error) = created.await
        && !matches!(error, RepositoryError::Registry(_))
    {
        return Err(error);
    }
    let cache = all.cache_of_tag(&to, &tag, NOW).await?;
    let (cache, _) = cache.expect("a rule applies");
    all.import_upstream(&to, cache, upstream, NOW).await
}

async fn push_index(all: &Repositories) -> Result<(), RepositoryError> {
    let image = sha256(&manifest_of("one"));
    let index = format!(
        r#"{{"manifests":[{{"digest":"{image}"}}],"subject":{{"digest":"{image}"}},"annotations":{{}}}}"#
    );
    put(all, &index, Some("index")).await
}

async fn move_tag(all: &Repositories) -> Result<(), RepositoryError> {
    put(all, "{}", Some("1")).await
}

async fn delete_tag(all: &Repositories) -> Result<(), RepositoryError> {
    all.delete_tag(&app(), &"1".parse().unwrap(), NOW)
        .await
        .map(drop)
}

async fn delete_by_tags(all: &Repositories) -> Result<(), RepositoryError> {
    // The second deletion removes the image.
    let tags = ["2", "1"].map(|tag| Selection::Tag(tag.parse().unwrap()));
    all.delete_selected(&app(), tags.to_vec(), NOW)
        .await
        .map(drop)
}

async fn delete_image(all: &Repositories) -> Result<(), RepositoryError> {
    let image = sha256(&manifest_of("one"));
    all.delete_image(&app(), &image, ListedImages::Rejected, NOW)
        .await
        .map(drop)
}

async fn mutability(all: &Repositories) -> Result<(), RepositoryError> {
    let immutable = TagMutability::named("IMMUTABLE", vec![]).unwrap();
    all.put_mutability(&app(), immutable).await.map(drop)
}

async fn policy(all: &Repositories) -> Result<(), RepositoryError> {
    let policy = RepositoryPolicy::parse(POLICY)?;
    all.put_policy(&app(), &policy).await?;
    all.delete_policy(&app()).await.map(drop)
}

/// Pushes an image that is signed, and ends the signature.
async fn sign(all: &Repositories) -> Result<(), RepositoryError> {
    put_profile(all).await?;
    put(all, &manifest_of("one"), Some("signed")).await?;
    all.run_due(NOW + Duration::from_secs(1)).await
}

/// Sets a signing configuration that applies to all pushes.
pub(super) async fn put_profile(all: &Repositories) -> Result<(), RepositoryError> {
    let rule = SigningRule {
        profile: "profile".to_owned(),
        filters: None,
    };
    all.put_signing_rules(&app().registry, vec![rule]).await
}

/// Starts a scan of an image, and sets its result.
pub(super) async fn scan(all: &Repositories) -> Result<(), RepositoryError> {
    let tag = "1".parse().unwrap();
    let selection = Selection::Tag(tag);
    let tomorrow = NOW + Duration::from_secs(24 * 3600);
    // An image that does not exist is not an error of the domain.
    let _ = all.start_scan(&app(), selection, tomorrow).await?;
    let reference = "2".parse().unwrap();
    let result = ScanResult::default();
    all.put_scan_result(&app(), &reference, result).await?;
    Ok(())
}

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}"#;

pub(super) fn tags() -> Vec<ResourceTag> {
    ["a", "b"]
        .map(|key| ResourceTag {
            key: key.to_owned(),
            value: String::new(),
        })
        .to_vec()
}

async fn resource_tags(all: &Repositories) -> Result<(), RepositoryError> {
    all.tag_resource(&app(), tags()).await?;
    all.untag_resource(&app(), vec!["a".to_owned()]).await
}

/// Uploads a layer in two parts, and cancels another upload.
async fn upload(all: &Repositories) -> Result<(), RepositoryError> {
    let upload = all.begin_upload(&app(), NOW).await?;
    all.upload(&app(), &upload, None, content("hello "), NOW)
        .await?;
    all.upload(&app(), &upload, Some(6), content("world"), NOW)
        .await?;
    let digest = sha256("hello world");
    all.complete_upload(&app(), &upload, &[digest], NOW).await?;
    let upload = all.begin_upload(&app(), NOW).await?;
    all.upload(&app(), &upload, None, content("cancelled"), NOW)
        .await?;
    all.cancel_upload(&app(), &upload, NOW).await
}

/// Begins an upload, and sends its first part.
pub(super) async fn begin(all: &Repositories) -> Result<(), RepositoryError> {
    let upload = all.begin_upload(&app(), NOW).await?;
    let (app, part) = (app(), content("hello"));
    let uploaded = all.upload(&app, &upload, None, part, NOW);
    uploaded.await.map(drop)
}

/// Returns the unfinished uploads of a repository.
pub(super) async fn open_uploads(all: &Repositories, id: &RepositoryId) -> Vec<UploadId> {
    let at = all.lookup(id);
    let keys = all.store.read(move |view| {
        let uploads = at.generation(view)?.uploads();
        Ok::<_, RepositoryError>(view.page(&uploads, None, 99)?)
    });
    let keys = keys.await.unwrap().into_iter();
    keys.map(|(key, _)| key.name().parse().unwrap()).collect()
}

/// Returns the upload of [`begin`], or an upload that does not exist.
async fn begun(all: &Repositories) -> Result<UploadId, RepositoryError> {
    all.find(&app()).await?;
    let upload = open_uploads(all, &app()).await.pop();
    Ok(upload.unwrap_or_else(|| "00000000-0000-4000-8000-000000000000".parse().unwrap()))
}

async fn upload_part(all: &Repositories) -> Result<(), RepositoryError> {
    let upload = begun(all).await?;
    let (app, part) = (app(), content(" world"));
    let uploaded = all.upload(&app, &upload, None, part, NOW);
    uploaded.await.map(drop)
}

async fn complete(
    all: &Repositories,
    last: &'static str,
    layer: &str,
) -> Result<(), RepositoryError> {
    let upload = begun(all).await?;
    let (app, last, digest) = (app(), content(last), sha256(layer));
    let completed = all.complete_upload_with(&app, &upload, None, last, &digest, NOW);
    completed.await.map(drop)
}

async fn cancel(all: &Repositories) -> Result<(), RepositoryError> {
    let upload = begun(all).await?;
    all.cancel_upload(&app(), &upload, NOW).await
}

/// Archives the image, restores it, and ends the restoration.
async fn archive(all: &Repositories) -> Result<(), RepositoryError> {
    let image = || Selection::Tag("1".parse().unwrap());
    for class in [StorageClass::Archive, StorageClass::Standard] {
        drop(
            all.update_storage_class(&app(), image(), class, NOW)
                .await?,
        );
    }
    all.run_due(NOW + Duration::from_secs(1)).await
}

/// Sets a policy that can expire the image, and evaluates it now and after a day.
async fn lifecycle_policy(all: &Repositories) -> Result<(), RepositoryError> {
    let policy = LifecyclePolicy::parse(KEEP_ONE)?;
    all.put_lifecycle_policy(&app(), &policy, NOW).await?;
    all.start_lifecycle(&app(), NOW).await?;
    all.run_due(NOW + Duration::from_secs(24 * 3600)).await?;
    all.delete_lifecycle_policy(&app()).await.map(drop)
}

/// A policy that expires all images but one.
const KEEP_ONE: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

async fn lifecycle_preview(all: &Repositories) -> Result<(), RepositoryError> {
    let policy = LifecyclePolicy::parse(KEEP_ONE)?;
    let policy = Some((KEEP_ONE.to_owned(), policy));
    all.start_lifecycle_preview(&app(), policy, NOW)
        .await
        .map(drop)
}

/// The registry to which [`replicate_to_ireland`] replicates.
pub(super) fn ireland() -> PrivateRegistry {
    PrivateRegistry {
        account: AccountId::EXAMPLE,
        region: "eu-west-1".parse().unwrap(),
    }
}

/// The registry of the repositories of the tests.
pub(super) fn virginia() -> PrivateRegistry {
    PrivateRegistry {
        region: "us-east-1".parse().unwrap(),
        ..ireland()
    }
}

/// Replicates pushes and deletions to another Region.
pub(super) async fn replicate_to_ireland(all: &Repositories) -> Result<(), RepositoryError> {
    let rule = ReplicationRule {
        destinations: vec![ireland()],
        filters: None,
        delete_replication: Some(true),
    };
    all.put_replication_rules(&virginia().id(), vec![rule])
        .await
}

/// Pushes an image, and carries out its replication.
async fn replicate(all: &Repositories) -> Result<(), RepositoryError> {
    replicate_to_ireland(all).await?;
    push(all).await?;
    all.run_due(NOW + Duration::from_secs(1)).await
}

/// Finishes the signature, the replication and the scan of a push before their times.
async fn finish_background(all: &Repositories) -> Result<(), RepositoryError> {
    put_profile(all).await?;
    replicate_to_ireland(all).await?;
    put(all, &manifest_of("one"), Some("4")).await?;
    let finished = all.finish_background(&BackgroundKind::ALL, NOW);
    finished.await.map(drop)
}

/// Replicates an image, and then the deletion of one of its tags and of the image.
async fn replicate_deletion(all: &Repositories) -> Result<(), RepositoryError> {
    replicate_to_ireland(all).await?;
    for tag in ["8", "9"] {
        put(all, "{}", Some(tag)).await?;
    }
    let second = Duration::from_secs(1);
    all.run_due(NOW + second).await?;
    for tag in ["8", "9"] {
        all.delete_selected(&app(), vec![Selection::Tag(tag.parse().unwrap())], NOW)
            .await?;
    }
    all.run_due(NOW + 2 * second).await
}

/// Replicates the images that existed before.
pub(super) async fn backfill(all: &Repositories) -> Result<(), RepositoryError> {
    replicate_to_ireland(all).await?;
    all.start_backfill(&virginia(), ireland(), NOW).await?;
    all.run_due(NOW + Duration::from_secs(10)).await
}

async fn mount(all: &Repositories) -> Result<(), RepositoryError> {
    all.mount_layer(&id("other"), &app(), &sha256("two"), Mountable::Any)
        .await
        .map(drop)
}
