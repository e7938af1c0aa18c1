//! All cases, some at a time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use super::case::Case;
use super::fixtures::Shared;
use super::judge::Outcome;
use super::places::Places;
use super::program::Program;
use super::server::Server;
use super::tls::Authority;

/// A case that has been run.
pub(super) struct Run {
    pub(super) recorded: Outcome,
    pub(super) observed: Outcome,
}

/// What all runs have in common.
struct Stage<'a> {
    shared: &'a Shared,
    authority: Authority,
    program: Program,
}

type Named<'a> = (&'a str, &'a Case);

/// Runs a slow case, which only waits, in a thread of its own, and shares out the others among a few.
pub(super) fn run_all<'a>(
    cases: &'a BTreeMap<String, Case>,
    shared: &Shared,
) -> BTreeMap<&'a str, Run> {
    let stage = &Stage {
        shared,
        authority: Authority::new(),
        program: Program::link(),
    };
    let named = cases.iter().map(|(name, case)| (name.as_str(), case));
    let (slow, quick): (Vec<Named<'_>>, Vec<_>) = named.partition(|(_, case)| case.slow);
    let queue = Mutex::new(quick.into_iter());
    let workers = thread::available_parallelism().map_or(1, usize::from) + 2;
    thread::scope(|scope| {
        let alone = slow
            .into_iter()
            .map(|(name, case)| scope.spawn(move || vec![(name, stage.run(case))]));
        let sharing = (0..workers).map(|_| scope.spawn(|| stage.run_from(&queue)));
        let threads: Vec<_> = alone.chain(sharing).collect();
        let runs = threads.into_iter().map(|thread| thread.join().unwrap());
        runs.flatten().collect()
    })
}

impl Stage<'_> {
    fn run_from<'a>(&self, queue: &Mutex<impl Iterator<Item = Named<'a>>>) -> Vec<(&'a str, Run)> {
        let next = || queue.lock().unwrap().next();
        let taken = std::iter::from_fn(next);
        taken.map(|(name, case)| (name, self.run(case))).collect()
    }

    fn run(&self, case: &Case) -> Run {
        let server = Server::start(case, self.shared, &self.authority);
        let places = Places::new(case, self.shared, &server);
        places.furnish(case, &self.authority);
        let ended = self.program.run(case, &places);
        Run {
            recorded: Outcome::recorded(case, &places),
            observed: Outcome::observed(ended, &server.finish()),
        }
    }
}
