use std::fs;
use std::path::Path;

use crate::client::Client;
use crate::mock::{DIALECTS, Mock, image};

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
        let what = [digest.to_str().unwrap(), "localhost/built:1"];
        here.allowed(&[&push[..], &what, &[&image("team/app:1")]].concat());

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
