//! The commands of the book for a container engine.

use std::os::unix::fs::symlink;

use assert_cmd::cargo::cargo_bin;

use crate::book::engine_commands;
use crate::client::Client;
use crate::engine::{self, Engine};
use crate::layout::Layout;
use crate::mock::Mock;
use crate::page::Page;
use crate::skopeo;

#[test]
fn docker_pushes_an_image_as_the_guide_on_images_shows() {
    let lines = engine_commands(Page::Book("guides/images.md"));
    let [serve, wait, login, push, pull] = &lines[..] else {
        panic!("{lines:#?}");
    };
    assert_eq!(serve, "mock-ecr serve --create-on-push &");
    assert_eq!(wait, "mock-ecr health --wait 10s");
    let mock = Mock::serve(&["--create-on-push"]);
    let engine = Engine::start(&mock);
    let image = Layout::image("hello");
    let name = "team/app:1.0";
    let imported = Client::docker_with(&mock, &engine.host());
    engine::import(&imported, "other", name);
    imported.run(&[
        "tag",
        &crate::mock::image(name),
        &format!("localhost:4566/{name}"),
    ]);

    let shell = shell(&mock, &engine);
    shell(login);
    shell(push);
    shell("docker rmi --force $(docker images --quiet)");
    shell(pull);
    let pushed = skopeo::pull(&Client::skopeo(&mock), name);
    assert_ne!(pushed.digest(), image.digest());
}

/// Returns a function that runs a line in a shell with the built `mock-ecr` and an engine.
fn shell<'a>(mock: &'a Mock, engine: &Engine) -> impl Fn(&str) + 'a {
    let shell = Client::shell(mock);
    symlink(cargo_bin("mock-ecr"), shell.file("mock-ecr")).unwrap();
    let setting = format!("export DOCKER_HOST={} PATH=\"$PWD:$PATH\"", engine.host());
    move |line| {
        shell.run(&["-c", &format!("{setting}; {line}")]);
    }
}
