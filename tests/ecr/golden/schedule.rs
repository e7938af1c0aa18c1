//! Runs the cases in parallel.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use super::case::Case;
use super::comparison::Outcome;
use super::fixtures::Shared;
use super::program::Program;
use super::server::Server;
use super::tls::CertificateAuthority;
use super::workspace::Workspace;

/// The result of a case.
pub(super) struct Run {
    pub(super) recorded: Outcome,
    pub(super) observed: Outcome,
}

/// The values that all runs share.
struct Runner<'a> {
    shared: &'a Shared,
    ca: CertificateAuthority,
    program: Program,
}

type Named<'a> = (&'a str, &'a Case);

/// Runs each slow case, which mostly waits, on its own thread, and distributes the others over a few threads.
pub(super) fn run_all<'a>(
    cases: &'a BTreeMap<String, Case>,
    shared: &Shared,
) -> BTreeMap<&'a str, Run> {
    let runner = &Runner {
        shared,
        ca: CertificateAuthority::new(),
        program: Program::link(),
    };
    let named = cases.iter().map(|(name, case)| (name.as_str(), case));
    let (slow, quick): (Vec<Named<'_>>, Vec<_>) = named.partition(|(_, case)| case.slow);
    let queue = Mutex::new(quick.into_iter());
    let worker_count = thread::available_parallelism().map_or(1, usize::from) + 2;
    thread::scope(|scope| {
        let slow_threads = slow
            .into_iter()
            .map(|(name, case)| scope.spawn(move || vec![(name, runner.run(case))]));
        let workers = (0..worker_count).map(|_| scope.spawn(|| runner.run_from(&queue)));
        let threads: Vec<_> = slow_threads.chain(workers).collect();
        let runs = threads.into_iter().map(|thread| thread.join().unwrap());
        runs.flatten().collect()
    })
}

impl Runner<'_> {
    fn run_from<'a>(&self, queue: &Mutex<impl Iterator<Item = Named<'a>>>) -> Vec<(&'a str, Run)> {
        let next = || queue.lock().unwrap().next();
        let taken = std::iter::from_fn(next);
        taken.map(|(name, case)| (name, self.run(case))).collect()
    }

    fn run(&self, case: &Case) -> Run {
        let server = Server::start(case, self.shared, &self.ca);
        let workspace = Workspace::new(case, self.shared, &server);
        workspace.write_files(case, &self.ca);
        let output = self.program.run(case, &workspace);
        Run {
            recorded: Outcome::recorded(case, &workspace),
            observed: Outcome::observed(output, &server.finish()),
        }
    }
}
