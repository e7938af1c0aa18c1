//! The invariants of a store: every reference leads to something, and nothing is stored that no record refers to.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt as _;

use crate::domain::hasher::digest_of;
use crate::domain::image_record::{Metadata, references as references_of};
use crate::domain::layer_record::LayerRecord;
use crate::domain::manifest::Manifest;
use crate::domain::repository::RepositoryRecord;
use crate::domain::upload_record::{self, UploadRecord};
use crate::store::tests::Disk;
use crate::store::{Folder, Generation, Snapshot, Store, StoredObject, parse};
use crate::types::Digest;

/// Checks the invariants that are true at any time between two transactions.
pub(super) async fn check(disk: &Disk) {
    let store = disk.open();
    let found = store
        .read(|view| Ok::<_, crate::store::StoreError>(Found::read(view)))
        .await
        .unwrap();
    let objects: BTreeSet<String> = disk.object_names().await.into_iter().collect();
    for object in &found.referenced {
        assert!(objects.contains(object), "the object {object} is missing");
    }
    for object in &objects {
        let is_known = found.referenced.contains(object) || found.transient.contains(object);
        assert!(is_known, "no record refers to the object {object}");
    }
    for (digest, layer) in &found.layers {
        check_digest(&store, digest, layer).await;
    }
}

/// Checks in addition that no unused data is left.
pub(super) async fn check_swept(disk: &Disk) {
    check(disk).await;
    let store = disk.open();
    let found = store
        .read(|view| Ok::<_, crate::store::StoreError>(Found::read(view)))
        .await
        .unwrap();
    assert_eq!(found.transient, BTreeSet::new());
    assert_eq!(found.garbage, 0, "deleted repositories have content");
}

/// What the records of a store say.
struct Found {
    /// The objects of layers and of unfinished uploads.
    referenced: BTreeSet<String>,
    /// The objects that are being written, or that are to be removed.
    transient: BTreeSet<String>,
    layers: BTreeMap<Digest, LayerRecord>,
    garbage: usize,
}

impl Found {
    fn read(view: &dyn Snapshot) -> Self {
        let mut found = Found {
            referenced: BTreeSet::new(),
            transient: names(view, &Folder::all_staged()),
            layers: BTreeMap::new(),
            garbage: names(view, &Folder::all_garbage()).len(),
        };
        found.transient.extend(names(view, &Folder::all_unused()));
        for (key, bytes) in all(view, &Folder::all_layers()) {
            let layer: LayerRecord = parse(&key, &bytes).unwrap();
            found.add_objects(&layer.objects);
            let digest: Digest = key.name().parse().unwrap();
            assert!(!view.is_empty(&Folder::layer_users(&digest)).unwrap());
            found.layers.insert(digest, layer);
        }
        let mut known = names(view, &Folder::all_garbage());
        for generation in &known {
            let content = Generation::new(generation.clone()).content();
            found.transient.extend(upload_parts(view, &content));
        }
        for generation in generations(view) {
            known.insert(generation.as_str().to_owned());
            found.check_repository(view, &generation);
        }
        for (key, _) in all(view, &Folder::all_content()) {
            let generation = key.parts().nth(1).unwrap();
            assert!(known.contains(generation), "{key} has no repository");
        }
        found.check_expiry(view, &known);
        found
    }

    fn add_objects(&mut self, objects: &[StoredObject]) {
        for object in objects {
            let is_new = self.referenced.insert(object.name.clone());
            assert!(is_new, "two records have the object {}", object.name);
        }
    }

    /// Each unfinished upload expires on both clocks.
    fn check_expiry(&self, view: &dyn Snapshot, generations: &BTreeSet<String>) {
        let uploads = generations
            .iter()
            .flat_map(|generation| names(view, &Generation::new(generation.clone()).uploads()));
        let uploads: BTreeSet<String> = uploads.collect();
        assert_eq!(names(view, &Folder::all_expiring_mock()), uploads);
        assert_eq!(names(view, &Folder::all_expiring_system()), uploads);
    }

    fn check_layers_and_uploads(&mut self, view: &dyn Snapshot, generation: &Generation) {
        for (key, bytes) in all(view, &generation.layers()) {
            let digest: Digest = key.name().parse().unwrap();
            let size: u64 = parse(&key, &bytes).unwrap();
            assert_eq!(self.layers[&digest].size, size);
        }
        let uploads = all(view, &generation.uploads());
        let open = upload_record::open_uploads(view, generation).unwrap();
        assert_eq!(open, uploads.len() as u64);
        for (key, bytes) in uploads {
            let upload: UploadRecord = parse(&key, &bytes).unwrap();
            let parts = upload_record::parts(view, generation, key.name()).unwrap();
            let size: u64 = parts.iter().map(|part| part.size).sum();
            assert_eq!((parts.len(), size), (upload.parts, upload.uploaded().size));
            self.add_objects(&parts);
        }
    }

    fn check_repository(&mut self, view: &dyn Snapshot, generation: &Generation) {
        self.check_layers_and_uploads(view, generation);
        check_scans(view, generation);
        let mut references = BTreeSet::new();
        for (key, bytes) in all(view, &generation.images()) {
            let digest: Digest = key.name().parse().unwrap();
            let metadata: Metadata = parse(&key, &bytes).unwrap();
            if !metadata.status.is_active() {
                references.insert(generation.inactive_image(&digest));
            }
            let bytes = view.get(&generation.manifest(&digest)).unwrap().unwrap();
            assert_eq!(digest_of(digest.algorithm(), &bytes), digest);
            let manifest = Manifest::parse(&bytes).unwrap();
            for layer in manifest.required_layers() {
                let layer = generation.layer(layer);
                assert!(view.contains(&layer).unwrap(), "{layer} is missing");
            }
            for child in &manifest.manifests {
                let child = generation.image(&child.digest);
                assert!(view.contains(&child).unwrap(), "{child} is missing");
            }
            if manifest.subject.is_some() && manifest.annotations.is_some() {
                references.insert(generation.annotations(&digest));
            }
            let of_image = references_of(generation, &digest, &manifest).into_iter();
            references.extend(of_image.map(|(key, _)| key));
        }
        for (key, bytes) in all(view, &generation.tags()) {
            let digest: Digest = str::from_utf8(&bytes).unwrap().parse().unwrap();
            let image = generation.image(&digest);
            assert!(view.contains(&image).unwrap(), "{key} has no image");
            references.insert(generation.image_tags(&digest).key(key.name()));
        }
        // The indexes by subject, layer, image, tag and status have exactly these entries, and each referrer its annotations.
        let indexed = all(view, &generation.content()).into_iter();
        let indexed = indexed.map(|(key, _)| key).filter(|key| {
            let kind = key.parts().nth(2);
            matches!(
                kind,
                Some(
                    "image-tag" | "referrer" | "index" | "layer-image" | "annotations" | "inactive"
                )
            )
        });
        assert_eq!(indexed.collect::<BTreeSet<_>>(), references);
    }
}

/// Checks that the image of each scan, of each signature and of each replication exists.
fn check_scans(view: &dyn Snapshot, generation: &Generation) {
    for (key, _) in all(view, &generation.content()) {
        if matches!(
            key.parts().nth(2),
            Some("scan" | "enhanced-end" | "scan-result" | "replication")
        ) {
            let image = key.parts().nth(3).unwrap();
            let image = generation.images().key(image);
            assert!(view.contains(&image).unwrap(), "{key} has no image");
        }
        if key.parts().nth(2) == Some("signing") {
            let image = key.parts().nth_back(1).unwrap();
            let image = generation.images().key(image);
            assert!(view.contains(&image).unwrap(), "{key} has no image");
        }
    }
}

/// Returns the names of the content of all repositories that exist.
fn generations(view: &dyn Snapshot) -> Vec<Generation> {
    let published = all(view, &Folder::repositories());
    let records = published
        .into_iter()
        .chain(all(view, &Folder::all_unpublished()));
    let record = records.map(|(key, bytes)| parse::<RepositoryRecord>(&key, &bytes).unwrap());
    record.map(|record| record.generation()).collect()
}

/// Returns the names of the objects of all unfinished uploads of a repository.
fn upload_parts(view: &dyn Snapshot, content: &Folder) -> Vec<String> {
    let content = all(view, content).into_iter();
    let parts = content.filter(|(key, _)| key.parts().nth(2) == Some("upload-part"));
    let part = parts.map(|(key, bytes)| parse::<StoredObject>(&key, &bytes).unwrap());
    part.map(|part| part.name).collect()
}

fn all(view: &dyn Snapshot, folder: &Folder) -> Vec<crate::store::Record> {
    view.page(folder, None, usize::MAX).unwrap()
}

fn names(view: &dyn Snapshot, folder: &Folder) -> BTreeSet<String> {
    let records = all(view, folder).into_iter();
    records.map(|(key, _)| key.name().to_owned()).collect()
}

async fn check_digest(store: &Store, digest: &Digest, layer: &LayerRecord) {
    let bytes = store.objects().open(&layer.objects, 0..layer.size);
    let chunks: Vec<bytes::Bytes> = bytes.await.unwrap().try_collect().await.unwrap();
    assert_eq!(digest_of(digest.algorithm(), &chunks.concat()), *digest);
}
