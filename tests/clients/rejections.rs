//! Requests that the registry rejects: every client shows the error of ECR.

use std::fs;

use crate::client::Client;
use crate::engine::Engine;
use crate::layout::Layout;
use crate::mock::{Mock, Password, image, remote};
use crate::{buildah, engine, podman, skopeo};

#[test]
fn every_client_shows_the_error_for_an_expired_token() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("hello"), "app:1");
    let engine = Engine::start(&mock);
    for client in Client::all(&mock, &engine) {
        let read = client.read("app:1");
        let stderr = client.run_failing_with(Password::Expired, &read);
        let text = "Your authorization token has expired. Reauthenticate and try again.";
        assert!(stderr.contains(text), "{}: {stderr}", client.name());
        client.run_authenticated(&read);
    }
}

#[test]
fn skopeo_cannot_move_an_immutable_tag() {
    let mock = mock_with_immutable_tag();
    let second = Layout::image("second");
    let copy = ["copy", "--dest-tls-verify=false", &second.reference()];
    let skopeo = Client::skopeo(&mock);
    assert_tag_not_moved(
        &mock,
        &skopeo.run_failing(&[&copy[..], &[&remote("fixed:1")]].concat()),
    );
    skopeo.run_authenticated(&[&copy[..], &[&remote("fixed:2")]].concat());
}

#[test]
fn podman_cannot_move_an_immutable_tag() {
    let mock = mock_with_immutable_tag();
    let podman = Client::podman(&mock);
    podman::import(&podman, "second");
    let push = ["push", "--tls-verify=false", "localhost/made:1"];
    assert_tag_not_moved(
        &mock,
        &podman.run_failing(&[&push[..], &[&image("fixed:1")]].concat()),
    );
    podman.run_authenticated(&[&push[..], &[&image("fixed:2")]].concat());
}

#[test]
fn buildah_cannot_move_an_immutable_tag() {
    let mock = mock_with_immutable_tag();
    let buildah = Client::buildah(&mock);
    buildah::build(&buildah, "second");
    let push = ["push", "--tls-verify=false", "localhost/built:1"];
    assert_tag_not_moved(
        &mock,
        &buildah.run_failing(&[&push[..], &[&image("fixed:1")]].concat()),
    );
    buildah.run_authenticated(&[&push[..], &[&image("fixed:2")]].concat());
}

#[test]
fn docker_cannot_move_an_immutable_tag() {
    let mock = mock_with_immutable_tag();
    let docker = Client::docker(&mock);
    let (first, second) = (image("fixed:1"), image("fixed:2"));
    for list in [&first, &second] {
        docker.run_authenticated(&["manifest", "create", "--insecure", list, &first]);
    }
    assert_tag_not_moved(
        &mock,
        &docker.run_failing(&["manifest", "push", "--insecure", &first]),
    );
    docker.run_authenticated(&["manifest", "push", "--insecure", &second]);
}

#[test]
fn an_engine_cannot_move_an_immutable_tag() {
    let mock = mock_with_immutable_tag();
    let engine = Engine::start(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for (name, is_allowed) in [("fixed:1", false), ("fixed:2", true)] {
        engine::import(&docker, "second", name);
        let push = ["push", &image(name)];
        match is_allowed {
            true => drop(docker.run_authenticated(&push)),
            false => assert_tag_not_moved(&mock, &docker.run_failing(&push)),
        }
    }
}

/// Starts a mock with the image `fixed:1`, whose tag is immutable.
fn mock_with_immutable_tag() -> Mock {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let fixed = "[[repositories]]\nname = 'fixed'\nimage_tag_mutability = 'IMMUTABLE'\n";
    fs::write(&config, fixed).unwrap();
    let mock = Mock::serve(&["--config", config.to_str().unwrap()]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("first"), "fixed:1");
    mock
}

/// Asserts the reason of the error, and that the tag still refers to the first image.
#[track_caller]
fn assert_tag_not_moved(mock: &Mock, stderr: &str) {
    let text = "The image tag '1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable.";
    assert!(stderr.contains(text), "{stderr}");
    let pulled = skopeo::pull(&Client::skopeo(mock), "fixed:1");
    assert_eq!(pulled.digest(), Layout::image("first").digest());
}
