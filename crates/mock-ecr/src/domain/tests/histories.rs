//! Linearizability: the results of concurrent calls are those of some sequence of the calls, in which a call that ended before another one
//! began precedes it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::domain::{Deleted, ListedImages, Selection, SelectionError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Create,
    Delete,
    DeleteWithImages,
    Push(&'static str, &'static str),
    Resolve(&'static str),
    Tags,
    Describe,
    DeleteTag(&'static str),
    DeleteByTag(&'static str),
    DeleteImage(&'static str),
}

const TAGS: [&str; 2] = ["a", "b"];
const MANIFESTS: [&str; 2] = ["{}", "{ }"];

impl Call {
    fn random(random: &mut ChaCha20Rng) -> Self {
        let tag = TAGS[random.random_range(0..TAGS.len())];
        let manifest = MANIFESTS[random.random_range(0..MANIFESTS.len())];
        match random.random_range(0..18) {
            0 | 1 => Call::Create,
            2 => Call::Delete,
            3 => Call::DeleteWithImages,
            4..=7 => Call::Push(manifest, tag),
            8 | 9 => Call::Resolve(tag),
            10 | 11 => Call::Tags,
            12 | 13 => Call::Describe,
            14 => Call::DeleteTag(tag),
            15 => Call::DeleteByTag(tag),
            _ => Call::DeleteImage(manifest),
        }
    }

    /// Returns the result as a text. An error is its name.
    async fn run(self, all: &Repositories) -> String {
        let app = id("team/app");
        let result = match self {
            Call::Create => {
                let settings = Settings::created_at(NOW);
                let created = all.create(&app, settings, Vec::new()).await;
                created.map(|_| String::new())
            }
            Call::Delete => all.delete(&app).await.map(|_| String::new()),
            Call::DeleteWithImages => all.delete_with_images(&app).await.map(|_| String::new()),
            Call::Push(manifest, tag) => {
                let new = NewImage {
                    manifest: Bytes::from_static(manifest.as_bytes()),
                    media_type: None,
                    digest: None,
                    tag: Some(tag.parse().unwrap()),
                };
                let pushed = all.put_image(&app, new, NOW).await;
                pushed.map(|pushed| format!("{:?}", pushed.created))
            }
            Call::Resolve(tag) => {
                let image = all.image(&app, &tag.parse().unwrap()).await;
                image.map(|image| String::from_utf8(image.manifest.to_vec()).unwrap())
            }
            Call::Tags => {
                let tags = all.tags(&app, None, 9).await;
                tags.map(|tags| {
                    format!(
                        "{:?}",
                        tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>()
                    )
                })
            }
            Call::Describe => {
                let images = all.images(&app, None, 9, StatusFilter::Any).await;
                images.map(|images| described(&images))
            }
            Call::DeleteTag(tag) => {
                let deleted = all.delete_tag(&app, &tag.parse().unwrap(), NOW).await;
                deleted.map(|_| String::new())
            }
            Call::DeleteByTag(tag) => {
                let selection = Selection::Tag(tag.parse().unwrap());
                let deleted = all.delete_selected(&app, vec![selection], NOW).await;
                deleted.map(|deleted| tags_in(&deleted))
            }
            Call::DeleteImage(manifest) => {
                let digest = sha256(manifest);
                let deleted = all.delete_image(&app, &digest, ListedImages::Rejected, NOW);
                deleted.await.map(|tags| tags.len().to_string())
            }
        };
        result.unwrap_or_else(|error| match error {
            RepositoryError::RepositoryNotFound(_) => "no repository".to_owned(),
            RepositoryError::RepositoryAlreadyExists(_) => "exists".to_owned(),
            RepositoryError::RepositoryNotEmpty(_) => "not empty".to_owned(),
            RepositoryError::ImageNotFound { .. } => "no image".to_owned(),
            error => panic!("{error}"),
        })
    }
}

/// Returns the number of tags that a call has deleted.
fn tags_in(deleted: &[Result<Deleted, SelectionError>]) -> String {
    match deleted {
        [Ok((_, tags))] => tags.len().to_string(),
        [Err(SelectionError::ImageNotFound)] => "no image".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Returns the manifests of images and their tags, in the order of the manifests.
fn described(images: &[TaggedImage]) -> String {
    let mut described = Vec::new();
    for image in images {
        let mut manifests = MANIFESTS.into_iter();
        let manifest = manifests.find(|text| sha256(text) == image.digest).unwrap();
        let tags = image.tags.iter().map(|tag| tag.as_str());
        described.push((manifest, tags.collect::<Vec<_>>()));
    }
    described.sort();
    format!("{described:?}")
}

/// The sequential model: the manifests and the tags of the repository, if it exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Model(Option<Content>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Content {
    images: BTreeSet<&'static str>,
    tags: BTreeMap<&'static str, &'static str>,
}

impl Model {
    /// Makes a call, and returns its result.
    fn call(&mut self, call: Call) -> String {
        if call == Call::Create {
            let existed = self.0.is_some();
            self.0.get_or_insert_default();
            return if existed { "exists" } else { "" }.to_owned();
        }
        let Some(content) = &mut self.0 else {
            // A request for an image of a repository that does not exist is not rejected by the operation itself.
            let is_image = matches!(call, Call::Resolve(_));
            return if is_image {
                "no image"
            } else {
                "no repository"
            }
            .to_owned();
        };
        match call {
            Call::Create => unreachable!("handled above"),
            Call::Delete if !content.images.is_empty() => "not empty".to_owned(),
            Call::Delete | Call::DeleteWithImages => {
                self.0 = None;
                String::new()
            }
            call => content.call(call),
        }
    }
}

impl Content {
    fn call(&mut self, call: Call) -> String {
        match call {
            Call::Push(manifest, tag) => {
                let is_new = self.images.insert(manifest);
                let is_moved = self.tags.insert(tag, manifest) != Some(manifest);
                if is_new || is_moved {
                    "New"
                } else {
                    "Existing"
                }
                .to_owned()
            }
            Call::Resolve(tag) => (*self.tags.get(tag).unwrap_or(&"no image")).to_owned(),
            Call::Tags => format!("{:?}", self.tags.keys().collect::<Vec<_>>()),
            Call::Describe => {
                let tags_of = |image| {
                    let tags = self.tags.iter().filter(move |(_, one)| **one == image);
                    tags.map(|(tag, _)| *tag).collect::<Vec<_>>()
                };
                let images = self.images.iter().map(|image| (*image, tags_of(*image)));
                format!("{:?}", images.collect::<Vec<_>>())
            }
            Call::DeleteTag(tag) => match self.tags.remove(tag) {
                Some(_) => String::new(),
                None => "no image".to_owned(),
            },
            Call::DeleteByTag(tag) => match self.tags.get(tag).copied() {
                None => "no image".to_owned(),
                Some(image) if self.tags.values().filter(|one| **one == image).count() > 1 => {
                    self.tags.remove(tag);
                    "1".to_owned()
                }
                Some(image) => self.remove(image),
            },
            Call::DeleteImage(manifest) if self.images.contains(manifest) => self.remove(manifest),
            Call::DeleteImage(_) => "no image".to_owned(),
            call => unreachable!("{call:?}"),
        }
    }

    fn remove(&mut self, image: &'static str) -> String {
        let before = self.tags.len();
        self.images.remove(image);
        self.tags.retain(|_, one| *one != image);
        (before - self.tags.len()).to_string()
    }
}

/// A call, its result, and when it began and ended.
#[derive(Clone, Debug)]
struct Entry {
    call: Call,
    result: String,
    began: u64,
    ended: u64,
}

/// Returns whether some sequence of the calls has these results. Remembers which calls were placed with which state.
fn is_linearizable(history: &[Entry]) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![(BTreeSet::new(), Model::default())];
    while let Some((placed, model)) = open.pop() {
        if placed.len() == history.len() {
            return true;
        }
        let rest = || (0..history.len()).filter(|index| !placed.contains(index));
        let first_end = rest().map(|index| history[index].ended).min();
        for index in rest().filter(|index| Some(history[*index].began) < first_end) {
            let mut model = model.clone();
            if model.call(history[index].call) == history[index].result {
                let mut placed = placed.clone();
                placed.insert(index);
                if seen.insert((placed.clone(), model.clone())) {
                    open.push((placed, model));
                }
            }
        }
    }
    false
}

const CLIENTS: usize = 4;
const CALLS: usize = 40;

/// Makes random calls from several clients at the same time. The clients call the processes in turn.
async fn history(processes: &[Repositories], seed: u64) -> Vec<Entry> {
    let time = Arc::new(AtomicU64::new(0));
    let clients = (0..CLIENTS).map(|client| {
        let all = processes[client % processes.len()].clone();
        let time = Arc::clone(&time);
        tokio::spawn(async move {
            let mut random = ChaCha20Rng::seed_from_u64(seed * 100 + client as u64);
            let mut entries = Vec::new();
            for _ in 0..CALLS {
                let call = Call::random(&mut random);
                let began = time.fetch_add(1, Ordering::SeqCst);
                let result = call.run(&all).await;
                let ended = time.fetch_add(1, Ordering::SeqCst);
                entries.push(Entry {
                    call,
                    result,
                    began,
                    ended,
                });
            }
            entries
        })
    });
    let mut history = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        history.extend(client.await.unwrap());
    }
    history
}

async fn check_histories(location: impl Fn(&std::path::Path) -> StoreLocation, count: u64) {
    for seed in 0..count {
        let directory = tempfile::tempdir().unwrap();
        let store = location(directory.path()).open(None, None, "a test").await;
        let all = Repositories::new(store.unwrap(), "seed", || NOW);
        check_history(&[all], seed).await;
    }
}

/// `processes` use one store without repositories.
pub(super) async fn check_history(processes: &[Repositories], seed: u64) {
    let mut history = history(processes, seed).await;
    history.sort_by_key(|entry| entry.began);
    assert!(is_linearizable(&history), "seed {seed}: {history:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_calls_in_memory_have_the_results_of_a_sequence() {
    check_histories(|_| StoreLocation::Memory, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_calls_in_a_directory_have_the_results_of_a_sequence() {
    check_histories(|path| StoreLocation::Directory(path.to_owned()), 20).await;
}

#[test]
fn a_history_of_no_sequence_is_found() {
    let entry = |call, result: &str, began, ended| Entry {
        call,
        result: result.to_owned(),
        began,
        ended,
    };
    let push = Call::Push("{}", "a");
    let lost = [
        entry(Call::Create, "", 0, 1),
        entry(push, "New", 2, 5),
        entry(Call::Delete, "", 3, 4),
        entry(Call::Tags, "[\"a\"]", 6, 7),
    ];
    assert!(!is_linearizable(&lost));
    let ordered = [
        entry(Call::Create, "", 0, 1),
        entry(push, "no repository", 2, 5),
        entry(Call::Delete, "", 3, 4),
        entry(Call::Tags, "no repository", 6, 7),
    ];
    assert!(is_linearizable(&ordered));
}
