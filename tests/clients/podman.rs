use std::fs;

use crate::client::Client;
use crate::layout::{Layout, tar};
use crate::mock::{DIALECTS, Mock, image};
use crate::skopeo;

/// Creates an image with one file in the storage of podman.
pub(crate) fn import(podman: &Client<'_>, text: &str) {
    let file = podman.file("rootfs.tar");
    fs::write(&file, tar(text)).unwrap();
    podman.run(&["import", file.to_str().unwrap(), "localhost/made:1"]);
}

/// Pushes the image and returns its digest.
fn push(podman: &Client<'_>, name: &str) -> String {
    let digest = podman.file("digest");
    let digest_file = ["--digestfile", digest.to_str().unwrap()];
    let push = ["push", "--tls-verify=false", digest_file[0], digest_file[1]];
    podman.run_authenticated(&[&push[..], &["localhost/made:1", &image(name)]].concat());
    fs::read_to_string(digest).unwrap()
}

fn inspect(podman: &Client<'_>, image: &str, field: &str) -> String {
    podman.run(&["image", "inspect", "--format", field, image])
}

#[test]
fn an_image_is_pushed_and_pulled() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let (here, there) = (Client::podman(&mock), Client::podman(&mock));
        import(&here, "hello");
        let digest = push(&here, "team/app:1");

        let name = image("team/app:1");
        there.run_authenticated(&["pull", "--tls-verify=false", &name]);
        assert_eq!(inspect(&there, &name, "{{.Digest}}"), digest);
        let id = inspect(&here, "localhost/made:1", "{{.Id}}");
        assert_eq!(inspect(&there, &name, "{{.Id}}"), id);
    }
}

#[test]
fn an_image_is_pulled_by_its_digest() {
    let mock = Mock::serve(&["--create-on-push"]);
    let (here, there) = (Client::podman(&mock), Client::podman(&mock));
    import(&here, "hello");
    let name = image(&format!("app@{}", push(&here, "app:1")));
    there.run_authenticated(&["pull", "--tls-verify=false", &name]);

    let absent = image(&format!("app@sha256:{}", "0".repeat(64)));
    let stderr = there.run_failing(&["pull", "--tls-verify=false", &absent]);
    assert!(stderr.contains("manifest unknown"), "{stderr}");
}

#[test]
fn an_image_is_pulled_by_architecture_from_an_index() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let podman = Client::podman(&mock);
    for architecture in ["amd64", "arm64"] {
        let name = image("app:1");
        podman.run_authenticated(&["pull", "--tls-verify=false", "--arch", architecture, &name]);
        let pulled = inspect(&podman, &name, "{{.Architecture}}");
        assert_eq!(pulled, architecture);
    }
}

#[test]
fn an_image_pushed_by_podman_is_pulled_by_buildah() {
    let mock = Mock::serve(&["--create-on-push"]);
    let (podman, buildah) = (Client::podman(&mock), Client::buildah(&mock));
    import(&podman, "hello");
    push(&podman, "app:1");
    let pull = ["pull", "--quiet", "--tls-verify=false", &image("app:1")];
    let id = inspect(&podman, "localhost/made:1", "{{.Id}}");
    assert_eq!(buildah.run_authenticated(&pull), id);
}
