use std::fs;

use crate::client::Client;
use crate::layout::{Layout, tar};
use crate::mock::{DIALECTS, Mock, image};
use crate::skopeo;

/// Makes an image of one file in podman's storage.
pub(crate) fn import(podman: &Client<'_>, text: &str) {
    let file = podman.file("rootfs.tar");
    fs::write(&file, tar(text)).unwrap();
    podman.done(&["import", file.to_str().unwrap(), "localhost/made:1"]);
}

/// Has the registry allow a push, and answers the digest of what was pushed.
fn push(podman: &Client<'_>, name: &str) -> String {
    let digest = podman.file("digest");
    let digest_file = ["--digestfile", digest.to_str().unwrap()];
    let push = ["push", "--tls-verify=false", digest_file[0], digest_file[1]];
    podman.allowed(&[&push[..], &["localhost/made:1", &image(name)]].concat());
    fs::read_to_string(digest).unwrap()
}

fn inspect(podman: &Client<'_>, image: &str, field: &str) -> String {
    podman.done(&["image", "inspect", "--format", field, image])
}

#[test]
fn an_image_comes_back_whole() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let (here, there) = (Client::podman(&mock), Client::podman(&mock));
        import(&here, "hello");
        let digest = push(&here, "team/app:1");

        let name = image("team/app:1");
        there.allowed(&["pull", "--tls-verify=false", &name]);
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
    there.allowed(&["pull", "--tls-verify=false", &name]);

    let absent = image(&format!("app@sha256:{}", "0".repeat(64)));
    let said = there.rejected(&["pull", "--tls-verify=false", &absent]);
    assert!(said.contains("manifest unknown"), "{said}");
}

#[test]
fn an_index_gives_each_architecture_its_image() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let podman = Client::podman(&mock);
    for architecture in ["amd64", "arm64"] {
        let name = image("app:1");
        podman.allowed(&["pull", "--tls-verify=false", "--arch", architecture, &name]);
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
    assert_eq!(buildah.allowed(&pull), id);
}
