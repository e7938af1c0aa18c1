use std::fs;
use std::path::Path;

use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, image, remote};
use crate::skopeo;

/// Builds an image with one file.
pub(crate) fn build(buildah: &Client<'_>, text: &str) {
    let file = buildah.file("greeting");
    fs::write(&file, text).unwrap();
    let container = buildah.run(&["from", "scratch"]);
    buildah.run(&["copy", &container, file.to_str().unwrap(), "/greeting"]);
    buildah.run(&["commit", &container, "localhost/built:1"]);
}

#[test]
fn a_built_image_is_pushed_and_pulled() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let (here, there) = (Client::buildah(&mock), Client::buildah(&mock));
        build(&here, "hello");
        let digest = here.file("digest");
        let push = ["push", "--tls-verify=false", "--digestfile"];
        let destination = [digest.to_str().unwrap(), "localhost/built:1"];
        here.run_authenticated(&[&push[..], &destination, &[&image("team/app:1")]].concat());

        let name = image("team/app:1");
        there.run_authenticated(&["pull", "--tls-verify=false", &name]);
        let field = ["--format", "{{.FromImageDigest}}", &name];
        let pulled = there.run(&[&["inspect", "--type", "image"][..], &field].concat());
        assert_eq!(pulled, fs::read_to_string(digest).unwrap());
        let container = there.run(&["from", "--pull-never", &name]);
        let root = there.run(&["mount", &container]);
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
        buildah.run(&["manifest", "create", "list"]);
        buildah.run(&["manifest", "add", "list", "localhost/built:1"]);
        let push = ["manifest", "push", "--all", "--tls-verify=false", "list"];
        buildah.run_authenticated(&[&push[..], &[&remote("app:all")]].concat());

        let pulled = skopeo::pull(&Client::skopeo(&mock), "app:all");
        assert_eq!(
            pulled.blobs().len(),
            4,
            "expected an index, a manifest, a configuration and a layer"
        );
    }
}

#[test]
fn an_image_is_pulled_by_architecture_from_an_index() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::index(), "app:1");
    let buildah = Client::buildah(&mock);
    for architecture in ["amd64", "arm64"] {
        let pull = ["pull", "--tls-verify=false", "--arch", architecture];
        buildah.run_authenticated(&[&pull[..], &[&image("app:1")]].concat());
        let inspect = ["inspect", "--type", "image", "--format"];
        let field = ["{{.OCIv1.Architecture}}", &image("app:1")];
        let pulled = buildah.run(&[&inspect[..], &field].concat());
        assert_eq!(pulled, architecture);
    }
}
