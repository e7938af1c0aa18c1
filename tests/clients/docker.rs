//! The docker command, as far as it goes without an engine: it logs in, and deals with manifests.

use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, image};
use crate::skopeo;

/// Lets skopeo push an image, which docker cannot without an engine, and answers its digest.
fn given(mock: &Mock, name: &str) -> String {
    let layout = Layout::image("hello");
    skopeo::push(&Client::skopeo(mock), &layout, name);
    layout.digest()
}

#[test]
fn manifest_inspect_tells_what_was_pushed() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let pushed = given(&mock, "app:1");
        let inspect = ["manifest", "inspect", "--insecure", "--verbose"];
        let name = image("app:1");
        let told = Client::docker(&mock).allowed(&[&inspect[..], &[&name]].concat());
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["Descriptor"]["digest"], pushed, "{told}");
    }
}

#[test]
fn a_manifest_list_is_made_of_images_and_pushed() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let docker = Client::docker(&mock);
        let pushed = given(&mock, "app:amd64");
        let (list, part) = (image("app:all"), image("app:amd64"));
        docker.allowed(&["manifest", "create", "--insecure", &list, &part]);
        docker.allowed(&["manifest", "push", "--insecure", &list]);

        // The docker that made the list would tell of the copy that it has kept.
        let another = Client::docker(&mock);
        let told = another.allowed(&another.read("app:all"));
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["manifests"][0]["digest"], pushed, "{told}");
    }
}
