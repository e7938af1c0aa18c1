use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::slice;

use assert_cmd::cargo::cargo_bin;

use crate::client::Client;
use crate::engine::{self, Engine};
use crate::layout::Layout;
use crate::mock::Mock;
use crate::page::Page;
use crate::shell::{Redirection, Shell};
use crate::skopeo;

/// A shell in a folder like the one that README's commands are for: with a built mock, and with an image.
fn shell<'mock>(mock: &'mock Mock, image: &Layout) -> Client<'mock> {
    let shell = Client::shell(mock);
    add_release(&shell.file("target/release"));
    symlink(image.path(), shell.file("image")).unwrap();
    shell
}

fn add_release(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    symlink(cargo_bin("mock-ecr"), folder.join("mock-ecr")).unwrap();
}

#[test]
fn the_lines_for_clients_that_accept_only_aws_s_names_lead_them_here() {
    let lines = Page::Readme.commands("Clients that accept only AWS's names");
    let [hosts, proxy] = &lines[..] else {
        panic!("{lines:#?}");
    };
    let shell = Shell::redirected_by(Redirection::Nowhere);
    add_release(&shell.file("target/release"));
    let printed = shell.done(slice::from_ref(hosts));
    assert_eq!(printed, "Login Succeeded!\n");
    let printed = shell.done(slice::from_ref(proxy));
    assert_eq!(printed, "Not Authorized\n");
}

#[test]
fn the_lines_that_push_an_image_do_so() {
    let lines = Page::Readme.commands("A registry that the token opens");
    let [serve, docker @ .., login, copy] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert_eq!(serve, "target/release/mock-ecr serve --create-on-push &");
    let mock = Mock::serve(&["--create-on-push"]);
    let engine = Engine::beside(&mock);
    let image = Layout::image("hello");
    let shell = shell(&mock, &image);
    let run = |line: &String| {
        let host = engine.host();
        shell.done(&["-c", &format!("export DOCKER_HOST={host}; {line}")]);
    };

    let name = "team/app:1.0";
    let imported = Client::docker_with(&mock, &engine.host());
    engine::import(&imported, "other", name);
    docker.iter().for_each(run);
    let pushed = skopeo::pull(&Client::skopeo(&mock), name);
    assert_ne!(pushed.digest(), image.digest());

    [login, copy].into_iter().for_each(run);
    let pushed = skopeo::pull(&Client::skopeo(&mock), name);
    assert_eq!(pushed.blobs(), image.blobs());
}
