//! Limits the number of cases that run at the same time.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::time::sleep;

use crate::clock;

/// Returns the number of processors that this process can use.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// Returns the number of cases that run at the same time. Most of the time, a case waits and needs no processor. The start of a client needs
/// one, so it determines the number. A start that was measured on a busy system is slow.
pub(crate) fn jobs(startup: Duration) -> usize {
    let for_each = WORK_FOR_EACH_CORE.as_millis() / startup.as_millis().max(1);
    let for_each = usize::try_from(for_each).unwrap_or(MOST).clamp(LEAST, MOST);
    cores() * for_each
}

/// Waits while more processes are ready to run than the processors can run. The wait is limited, since other programs may use the processors
/// all the time.
pub(crate) async fn wait_for_processors() {
    let until = clock::now() + LONGEST_WAIT;
    while is_busy() && clock::now() < until {
        sleep(POLL_INTERVAL).await;
    }
}

fn is_busy() -> bool {
    runnable().is_some_and(|count| count > cores() * 2 + 1)
}

/// Returns the number of processes and threads of the system that are ready to run. Only Linux provides this number.
fn runnable() -> Option<usize> {
    runnable_in(&std::fs::read_to_string("/proc/loadavg").ok()?)
}

/// The fourth field is `READY/ALL`. Source: proc_loadavg(5).
fn runnable_in(text: &str) -> Option<usize> {
    let field = text.split_whitespace().nth(3)?;
    field.split_once('/')?.0.parse().ok()
}

const WORK_FOR_EACH_CORE: Duration = Duration::from_millis(1500);
const LEAST: usize = 2;
const MOST: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_starts_slowly_gets_fewer_jobs() {
        let jobs = |millis| jobs(Duration::from_millis(millis)) / cores();
        assert_eq!([jobs(0), jobs(20), jobs(300)], [8, 8, 5]);
        assert_eq!([jobs(500), jobs(3000)], [3, 2]);
    }

    #[test]
    fn the_number_of_ready_processes_is_the_fourth_field() {
        assert_eq!(runnable_in("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(runnable_in("0.20 0.18"), None);
    }
}
