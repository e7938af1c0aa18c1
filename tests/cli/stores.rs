//! Stores in a directory: crashes, and the processes that use a directory.

use assert_cmd::cargo::cargo_bin_cmd;
use rustix::process::{Pid, Signal, kill_process};

use crate::mock::{Mock, failing};
use crate::pusher::{Image, Pusher};

const ROUNDS: u64 = 100;

/// Starts a server with its store in a directory, without redirects, so that one connection is sufficient.
fn serve(directory: &tempfile::TempDir, options: &[&str]) -> Mock {
    let store = format!("file:{}", directory.path().display());
    let mut all = vec!["--store", &store, "--dialect", "oci", "--create-on-push"];
    all.extend(options);
    Mock::serve(&all)
}

pub(crate) fn token() -> String {
    let issued = cargo_bin_cmd!("mock-ecr").args(["token", "issue"]).output();
    String::from_utf8(issued.unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned()
}

/// Returns a pseudo-random number that is the same in every run.
pub(crate) fn pseudo_random(round: u64, below: u64) -> u64 {
    let mixed = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)) % below
}

/// Returns the image with an index in a round.
pub(crate) fn image(round: u64, index: u64) -> Image {
    let size = 1 + pseudo_random(round * 31 + index, 20_000);
    Image::tagged(&format!("r{round}-{index}"), size.try_into().unwrap())
}

/// Returns the image of a tag.
pub(crate) fn image_of(tag: &str) -> Image {
    let (round, index) = tag[1..].split_once('-').unwrap();
    image(round.parse().unwrap(), index.parse().unwrap())
}

#[test]
fn a_hundred_crashes_neither_lose_nor_corrupt_acknowledged_pushes() {
    let directory = tempfile::tempdir().unwrap();
    let token = token();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let mock = serve(&directory, &[]);
        let mut pusher =
            Pusher::new(&mock, &token).on_sent(kill_after(&mock, pseudo_random(round, 60_000)));
        let pushed = (0..).map_while(|index| {
            let image = image(round, index);
            let response = pusher.push(&image).ok()?;
            assert_eq!(response.status, 201);
            Some(image.tag)
        });
        acknowledged.extend(pushed);
        drop(mock);
        let mock = serve(&directory, &[]);
        let mut reader = Pusher::new(&mock, &token);
        // A push that was not acknowledged may have succeeded, but its image must be complete.
        let prefix = format!("r{round}-");
        let tags = reader.tags();
        for tag in tags.iter().filter(|tag| tag.starts_with(&prefix)) {
            reader.assert_has(&image_of(tag));
        }
        let lost = acknowledged.iter().find(|tag| !tags.contains(tag));
        assert_eq!(lost, None);
    }
    assert!(!acknowledged.is_empty(), "no push was acknowledged");
    let mock = serve(&directory, &[]);
    let mut reader = Pusher::new(&mock, &token);
    for tag in reader.tags() {
        reader.assert_has(&image_of(&tag));
    }
}

/// Kills the server when `after` bytes have been sent to it.
pub(crate) fn kill_after(mock: &Mock, after: u64) -> impl FnMut(usize) + Send + 'static {
    let pid = Pid::from_raw(mock.pid().try_into().unwrap()).unwrap();
    let mut sent = 0;
    move |length| {
        let before = sent;
        sent += length as u64;
        if before <= after && sent > after {
            kill_process(pid, Signal::KILL).unwrap();
        }
    }
}

#[test]
fn a_second_server_on_a_directory_is_rejected_and_names_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let first = serve(&directory, &[]);
    let store = format!("file:{}", directory.path().display());
    let second = failing()
        .args(["serve", "--listen", "127.0.0.1:0", "--store", &store])
        .output()
        .unwrap();
    let stderr = String::from_utf8(second.stderr).unwrap();
    let owner = format!("(process {}, {})", first.pid(), first.url());
    assert!(
        stderr.contains("another server uses the directory"),
        "{stderr}"
    );
    assert!(stderr.contains(&owner), "{stderr}");
    assert_eq!(
        (second.status.code(), stderr.lines().count()),
        (Some(1), 1),
        "{stderr}"
    );
    // The lock ends with the process, even if it is killed.
    drop(first);
    serve(&directory, &[]);
}

#[test]
fn a_directory_of_an_earlier_version_is_rejected_and_not_changed() {
    let directory = tempfile::tempdir().unwrap();
    let old = directory.path().join("registries/123456789012");
    std::fs::create_dir_all(&old).unwrap();
    let store = format!("file:{}", directory.path().display());
    let served = failing()
        .args(["serve", "--listen", "127.0.0.1:0", "--store", &store])
        .output()
        .unwrap();
    let stderr = String::from_utf8(served.stderr).unwrap();
    assert!(stderr.contains("earlier version of mock-ecr"), "{stderr}");
    assert!(stderr.contains("docs/src/guides/stores.md"), "{stderr}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_server_that_only_reads_creates_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let mock = serve(&directory, &[]);
    Pusher::new(&mock, &token())
        .request("GET", "tags/list", b"")
        .unwrap();
    assert!(!directory.path().join("records.redb").exists());
}

#[test]
fn concurrent_pushes_create_an_immutable_tag_once() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    let toml = "[[repositories]]\nname = 'app'\nimage_tag_mutability = 'IMMUTABLE'\n";
    std::fs::write(&config, toml).unwrap();
    let server = serve(&directory, &["--config", config.to_str().unwrap()]);
    let token = token();
    for round in 0..20 {
        let tag = format!("r{round}");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..4)
                .map(|index: usize| {
                    let mut pusher = Pusher::new(&server, &token);
                    let image = Image::tagged(&tag, 100 + index);
                    scope.spawn(move || pusher.push(&image).unwrap().status)
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        let won = statuses.iter().filter(|status| **status == 201).count();
        let lost = statuses.iter().filter(|status| **status == 400).count();
        assert_eq!((won, lost), (1, 3), "{statuses:?}");
    }
}
