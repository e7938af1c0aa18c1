//! What is refused to every client, in ECR's words as each of them passes them on.

use std::fs;

use crate::client::Client;
use crate::engine::Engine;
use crate::layout::Layout;
use crate::mock::{Mock, Password, image, remote};
use crate::{buildah, engine, podman, skopeo};

#[test]
fn an_expired_token_is_rejected_to_every_client_in_words_of_ecr() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("hello"), "app:1");
    for client in Client::all(&mock) {
        let read = client.read("app:1");
        let said = client.rejected_to(Password::Expired, &read);
        let words = "Your authorization token has expired. Reauthenticate and try again.";
        assert!(said.contains(words), "{}: {said}", client.name());
        client.allowed(&read);
    }
}

#[test]
fn skopeo_cannot_move_an_immutable_tag() {
    let mock = with_immutable_tag();
    let second = Layout::image("second");
    let copy = ["copy", "--dest-tls-verify=false", &second.reference()];
    let skopeo = Client::skopeo(&mock);
    stays(
        &mock,
        &skopeo.rejected(&[&copy[..], &[&remote("stone:1")]].concat()),
    );
    skopeo.allowed(&[&copy[..], &[&remote("stone:2")]].concat());
}

#[test]
fn podman_cannot_move_an_immutable_tag() {
    let mock = with_immutable_tag();
    let podman = Client::podman(&mock);
    podman::import(&podman, "second");
    let push = ["push", "--tls-verify=false", "localhost/made:1"];
    stays(
        &mock,
        &podman.rejected(&[&push[..], &[&image("stone:1")]].concat()),
    );
    podman.allowed(&[&push[..], &[&image("stone:2")]].concat());
}

#[test]
fn buildah_cannot_move_an_immutable_tag() {
    let mock = with_immutable_tag();
    let buildah = Client::buildah(&mock);
    buildah::build(&buildah, "second");
    let push = ["push", "--tls-verify=false", "localhost/built:1"];
    stays(
        &mock,
        &buildah.rejected(&[&push[..], &[&image("stone:1")]].concat()),
    );
    buildah.allowed(&[&push[..], &[&image("stone:2")]].concat());
}

#[test]
fn docker_cannot_move_an_immutable_tag() {
    let mock = with_immutable_tag();
    let docker = Client::docker(&mock);
    let (first, second) = (image("stone:1"), image("stone:2"));
    for list in [&first, &second] {
        docker.allowed(&["manifest", "create", "--insecure", list, &first]);
    }
    stays(
        &mock,
        &docker.rejected(&["manifest", "push", "--insecure", &first]),
    );
    docker.allowed(&["manifest", "push", "--insecure", &second]);
}

#[test]
fn an_engine_cannot_move_an_immutable_tag() {
    let mock = with_immutable_tag();
    let engine = Engine::beside(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for (name, is_allowed) in [("stone:1", false), ("stone:2", true)] {
        engine::import(&docker, "second", name);
        let push = ["push", &image(name)];
        match is_allowed {
            true => drop(docker.allowed(&push)),
            false => stays(&mock, &docker.rejected(&push)),
        }
    }
}

/// A mock that has the image `stone:1`, whose tag may not be moved.
fn with_immutable_tag() -> Mock {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let stone = "[[repositories]]\nname = 'stone'\nimage_tag_mutability = 'IMMUTABLE'\n";
    fs::write(&config, stone).unwrap();
    let mock = Mock::serve(&["--config", config.to_str().unwrap()]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("first"), "stone:1");
    mock
}

/// What was said must be why, and the tag must still be where it was.
#[track_caller]
fn stays(mock: &Mock, said: &str) {
    let words = "The image tag '1' already exists in the 'stone' repository and cannot be overwritten because the tag is immutable.";
    assert!(said.contains(words), "{said}");
    let pulled = skopeo::pull(&Client::skopeo(mock), "stone:1");
    assert_eq!(pulled.digest(), Layout::image("first").digest());
}
