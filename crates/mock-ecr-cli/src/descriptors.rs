//! The limit of open file descriptors: a mock does not accept more connections than it can serve.

use mock_ecr::config::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit of this process if it is too low for the connections. If the system does not permit that, lowers the maximum number of
/// connections, and logs a warning.
pub(crate) fn prepare(limits: &mut Limits) {
    raise_limit(limits);
    if let Some(permitted) = limit_connections(limits) {
        tracing::warn!(
            "the process can open {permitted} files, so the mock accepts {} connections at a time; raise the limit (ulimit -n) for more",
            limits.connections
        );
    }
}

fn raise_limit(limits: &Limits) {
    let limit = getrlimit(Resource::Nofile);
    let needed = needed(limits.connections);
    let wanted = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    if limit.current.is_some_and(|current| current < wanted) {
        let current = Some(wanted);
        // If it fails, `limit_connections` lowers the number of connections.
        let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
    }
}

/// Lowers the maximum number of connections if the process cannot open enough descriptors. Returns the number of descriptors in this case.
pub(crate) fn limit_connections(limits: &mut Limits) -> Option<u64> {
    let permitted = getrlimit(Resource::Nofile).current?;
    if permitted >= needed(limits.connections) {
        return None;
    }
    limits.connections = connections(permitted).max(MIN_CONNECTIONS);
    Some(permitted)
}

/// Returns the number of connections for which a number of descriptors is enough. A quarter of the descriptors, and at least 64, is for the
/// files of uploads and downloads, the listening sockets, the store and the connections to a database.
fn connections(descriptors: u64) -> usize {
    let others = (descriptors / 4).max(64);
    usize::try_from(descriptors.saturating_sub(others)).unwrap_or(usize::MAX)
}

/// Returns the number of descriptors that is enough for a number of connections.
fn needed(connections: usize) -> u64 {
    let connections = u64::try_from(connections).unwrap_or(u64::MAX);
    let others = (connections / 3 + 1).max(64);
    connections.saturating_add(others)
}

/// The minimum of the configuration.
const MIN_CONNECTIONS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_needed_descriptors_are_enough() {
        for count in (16..5000).chain([20_000, 1_000_000]) {
            assert!(connections(needed(count)) >= count, "{count}");
        }
        assert_eq!([128, 1024, 20_000].map(connections), [64, 768, 15_000]);
        assert_eq!(connections(60), 0);
    }
}
