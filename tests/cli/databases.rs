//! Several servers on one database of PostgreSQL.

#[allow(dead_code, reason = "the tests of the library use the rest")]
#[path = "../../crates/mock-ecr/src/store/postgres/server.rs"]
mod server;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use rustix::process::{Signal, kill_process};

use crate::mock::{Mock, failing, pid};
use crate::pusher::{Image, Pusher};
use crate::stores::{image, image_of, kill_after, pseudo_random, token};
use server::Server;

fn serve(database: &Server, layers: &tempfile::TempDir, options: &[&str]) -> Mock {
    let layers = format!("file:{}", layers.path().display());
    let url = database.url();
    let stores = ["--store", &url, "--layers", &layers, "--dialect", "oci"];
    Mock::serve(&[&stores[..], &["--create-on-push"], options].concat())
}

/// Pushes images until the server is killed, or at most `count`. Returns the tags whose push was acknowledged.
fn push(mut pusher: Pusher, round: u64, server: u64, count: u64) -> Vec<String> {
    let indices = (0..count).map(|index| server * 1000 + index);
    let pushed = indices.map_while(|index| {
        let image = image(round, index);
        let response = pusher.push(&image).ok()?;
        let body = String::from_utf8_lossy(&response.body);
        assert_eq!(response.status, 201, "{body}");
        Some(image.tag)
    });
    pushed.collect()
}

const ROUNDS: u64 = 12;

#[test]
fn servers_that_are_killed_in_turn_lose_no_acknowledged_push() {
    let token = token();
    for count in [2, 4] {
        let database = Server::start();
        let layers = tempfile::tempdir().unwrap();
        let mut servers: Vec<Mock> = (0..count).map(|_| serve(&database, &layers, &[])).collect();
        let mut acknowledged: Vec<String> = Vec::new();
        for round in 0..ROUNDS {
            let killed = usize::try_from(round).unwrap() % servers.len();
            let pushed = std::thread::scope(|scope| {
                let pushing: Vec<_> = servers
                    .iter()
                    .enumerate()
                    .map(|(index, server)| {
                        let pusher = Pusher::new(server, &token);
                        let (pusher, images) = match index == killed {
                            true => {
                                let after = pseudo_random(round, 60_000);
                                (pusher.on_sent(kill_after(server, after)), u64::MAX)
                            }
                            false => (pusher, 3),
                        };
                        scope.spawn(move || push(pusher, round, index as u64, images))
                    })
                    .collect();
                let pushed = pushing.into_iter().flat_map(|one| one.join().unwrap());
                pushed.collect::<Vec<_>>()
            });
            acknowledged.extend(pushed);
            servers[killed] = serve(&database, &layers, &[]);
            let mut reader = Pusher::new(&servers[killed], &token);
            let tags = reader.tags();
            let lost = acknowledged.iter().find(|tag| !tags.contains(tag));
            assert_eq!(lost, None);
        }
        let mut reader = Pusher::new(&servers[0], &token);
        for tag in reader.tags() {
            reader.assert_has(&image_of(&tag));
        }
        drop(servers);
        // A server that starts removes what the killed ones have left, and ends its work before it stops.
        let last = serve(&database, &layers, &[]);
        last.signal(Signal::TERM);
        assert!(last.wait().success());
        assert_eq!(database.count("staged"), 0);
    }
}

#[test]
fn concurrent_pushes_to_two_servers_create_an_immutable_tag_once() {
    let database = Server::start();
    let layers = tempfile::tempdir().unwrap();
    let config = layers.path().join("config.toml");
    let toml = "[[repositories]]\nname = 'app'\nimage_tag_mutability = 'IMMUTABLE'\n";
    fs::write(&config, toml).unwrap();
    let options = ["--config", config.to_str().unwrap()];
    let servers = [(); 2].map(|()| serve(&database, &layers, &options));
    let token = token();
    for round in 0..10 {
        let tag = format!("r{round}");
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..4)
                .map(|index: usize| {
                    let mut pusher = Pusher::new(&servers[index % 2], &token);
                    let image = Image::tagged(&tag, 100 + index);
                    scope.spawn(move || pusher.push(&image).unwrap().status)
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 400, 400, 400]);
    }
}

/// Returns what `serve` prints about a store that it cannot use.
fn error_of(store: &str, options: &[&str]) -> String {
    let mut command = failing();
    command.args(["serve", "--listen", "127.0.0.1:0", "--store", store]);
    let output = command.args(options).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");
    stderr
}

#[test]
fn an_unusable_database_is_reported_without_its_password() {
    let layers = tempfile::tempdir().unwrap();
    let layers = format!("file:{}", layers.path().display());
    let layers = ["--layers", layers.as_str()];
    let absent = error_of("postgres://me:hunter2@127.0.0.1:1/ecr", &layers);
    assert!(
        absent.contains("cannot open the store postgres://me@127.0.0.1:1/ecr: "),
        "{absent}"
    );
    assert!(absent.contains("Connection refused"), "{absent}");
    let without_layers = error_of("postgres://me:hunter2@127.0.0.1:1/ecr", &[]);
    assert!(
        without_layers.contains("requires --layers file:DIRECTORY"),
        "{without_layers}"
    );
    let invalid = error_of("postgres:ecr", &layers);
    assert!(
        invalid.contains("expected postgres://USER:PASSWORD@HOST/DATABASE"),
        "{invalid}"
    );
    for url in [
        "POSTGRES://me:hunter2@127.0.0.1:1/ecr",
        "postgresx://me:hunter2@127.0.0.1:1/ecr",
        "postgres:me:hunter2@127.0.0.1:1/ecr",
    ] {
        let error = error_of(url, &layers);
        assert!(error.contains("expected"), "{error}");
        let unexpected = error_of("memory", &[url]);
        assert!(unexpected.contains("unexpected argument"), "{unexpected}");
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config.toml");
        fs::write(&config, format!("store = '{url}'\n")).unwrap();
        let mut command = failing();
        let output = command.args(["serve", "--config"]).arg(config).output();
        let stderr = String::from_utf8(output.unwrap().stderr).unwrap();
        assert!(stderr.contains("config.toml:1:9: store: "), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
    let parameter = error_of(
        "postgres://me:hunter2@127.0.0.1:1/ecr?sslmod=disable",
        &layers,
    );
    assert!(parameter.contains("sslmod"), "{parameter}");
    let tls = error_of(
        "postgres://me:hunter2@127.0.0.1:1/ecr?sslmode=require",
        &layers,
    );
    assert!(tls.contains("TLS"), "{tls}");
}

/// The database accepts connections and does not respond.
#[test]
fn a_signal_ends_a_server_that_waits_for_its_database_at_the_start() {
    let database = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/ecr", database.local_addr().unwrap());
    let layers = tempfile::tempdir().unwrap();
    let layers = format!("file:{}", layers.path().display());
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut serve = Command::new(cargo_bin("mock-ecr"));
        serve.args(["serve", "--listen", "127.0.0.1:0"]);
        serve.args(["--store", &url, "--layers", &layers]);
        let mut server = serve.spawn().unwrap();
        let _connection = database.accept().unwrap();
        kill_process(pid(&server), signal).unwrap();
        assert_eq!(server.wait().unwrap().code(), Some(code));
    }
}

#[test]
fn the_configuration_of_a_server_does_not_contain_the_password_of_its_database() {
    let database = Server::start();
    let layers = tempfile::tempdir().unwrap();
    let mock = Mock::serve(&[
        "--store",
        &database.url().replace("me@", "me:hunter2@"),
        "--layers",
        &format!("file:{}", layers.path().display()),
    ]);
    let mut stream = mock.connect();
    stream
        .write_all(b"GET /_mock/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut config = String::new();
    stream.read_to_string(&mut config).unwrap();
    assert!(config.contains("postgres://me@"), "{config}");
    assert!(!config.contains("hunter2"), "{config}");
}
