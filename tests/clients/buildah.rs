use std::fs;
use std::path::Path;

use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, image, remote};
use crate::skopeo;

/// Builds an image of one file from nothing.
pub(crate) fn build(buildah: &Client<'_>, text: &str) {
    let file = buildah.file("greeting");
    fs::write(&file, text).unwrap();
    let container = buildah.done(&["from", "scratch"]);
    buildah.done(&["copy", &container, file.to_str().unwrap(), "/greeting"]);
    buildah.done(&["commit", &container, "localhost/built:1"]);
}

#[test]
fn an_image_comes_back_with_what_was_built_into_it() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let (here, there) = (Client::buildah(&mock), Client::buildah(&mock));
        build(&here, "hello");
        let digest = here.file("digest");
        let push = ["push", "--tls-verify=false", "--digestfile"];
        let destination = [digest.to_str().unwrap(), "localhost/built:1"];
        here.allowed(&[&push[..], &destination, &[&image("team/app:1")]].concat());

        let name = image("team/app:1");
        there.allowed(&["pull", "--tls-verify=false", &name]);
        let field = ["--format", "{{.FromImageDigest}}", &name];
        let pulled = there.done(&[&["inspect", "--type", "image"][..], &field].concat());
        assert_eq!(pulled, fs::read_to_string(digest).unwrap());
        let container = there.done(&["from", "--pull-never", &name]);
        let root = there.done(&["mount", &container]);
        let file = Path::new(&root).join("greeting");
        assert_eq!(fs::read_to_string(file).unwrap(), "hello");
    }
}

#[test]
fn a_manifest_list_is_pushed_with_the_image_in_it() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let buildah = Client::buildah(&mock);
        build(&buildah, "hello");
        buildah.done(&["manifest", "create", "list"]);
        buildah.done(&["manifest", "add", "list", "localhost/built:1"]);
        let push = ["manifest", "push", "--all", "--tls-verify=false", "list"];
        buildah.allowed(&[&push[..], &[&remote("app:all")]].concat());

        let pulled = skopeo::pull(&Client::skopeo(&mock), "app:all");
        assert_eq!(
            pulled.blobs().len(),
            4,
            "an index, a manifest, a config and a layer"
        );
    }
}

#[test]
fn an_index_gives_each_architecture_its_image() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let buildah = Client::buildah(&mock);
    for architecture in ["amd64", "arm64"] {
        let pull = ["pull", "--tls-verify=false", "--arch", architecture];
        buildah.allowed(&[&pull[..], &[&image("app:1")]].concat());
        let inspect = ["inspect", "--type", "image", "--format"];
        let field = ["{{.OCIv1.Architecture}}", &image("app:1")];
        let pulled = buildah.done(&[&inspect[..], &field].concat());
        assert_eq!(pulled, architecture);
    }
}
