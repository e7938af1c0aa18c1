//! The keys of a page, with each engine that needs no server.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::sync::oneshot;

use crate::store::engine::{Engine, Outcome};
use crate::store::file::FileEngine;
use crate::store::key::Key;
use crate::store::memory::MemoryEngine;
use crate::store::snapshot::{Snapshot, Transaction};
use crate::store::{Folder, Generation};

const NAMES: [&str; 6] = ["", "a", "a.b", "ab", "b", "~"];

fn folder(number: usize) -> Folder {
    Generation::new(["1-1", "1-10"][number].to_owned()).resource_tags()
}

fn random_key(random: &mut ChaCha20Rng) -> Key {
    folder(random.random_range(0..2)).key(NAMES[random.random_range(0..NAMES.len())])
}

fn change(records: &mut Transaction<'_>, random: &mut ChaCha20Rng) {
    for _ in 0..random.random_range(0..4) {
        let key = random_key(random);
        match random.random_bool(0.7) {
            true => records.put(&key, vec![0; 5000]),
            false => records.remove(&key),
        }
    }
}

fn check(view: &dyn Snapshot) {
    for number in [0, 1] {
        for after in std::iter::once(None).chain(NAMES.map(Some)) {
            for limit in [0, 1, 3, usize::MAX] {
                let page = view.page(&folder(number), after, limit).unwrap();
                let keys = view.keys(&folder(number), after, limit).unwrap();
                assert!(keys.iter().eq(page.iter().map(|(key, _)| key)));
            }
        }
    }
}

#[test]
fn the_keys_of_a_page_are_those_of_its_records() {
    let directory = tempfile::tempdir().unwrap();
    let file = FileEngine::open(&directory.path().join("records.redb")).unwrap();
    let engines: [Box<dyn Engine>; 2] = [Box::new(MemoryEngine::default()), Box::new(file)];
    for engine in engines {
        for seed in 0..40 {
            let (done, finished) = oneshot::channel();
            let job = move |records: &mut Transaction<'_>| {
                change(records, &mut ChaCha20Rng::seed_from_u64(seed));
                check(records.view());
                Outcome::Commit
            };
            engine.submit(Box::new(job), done.into());
            finished.blocking_recv().unwrap().unwrap();
            engine.read(&mut |view| check(view)).unwrap();
        }
    }
}
