//! The docker command without an engine: logins and manifests.

use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, image};
use crate::skopeo;

/// Pushes an image with skopeo, because docker needs an engine to push, and returns its digest.
fn push_with_skopeo(mock: &Mock, name: &str) -> String {
    let layout = Layout::image("hello");
    skopeo::push(&Client::skopeo(mock), &layout, name);
    layout.digest()
}

#[test]
fn manifest_inspect_returns_the_pushed_manifest() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let pushed = push_with_skopeo(&mock, "app:1");
        let inspect = ["manifest", "inspect", "--insecure", "--verbose"];
        let name = image("app:1");
        let output = Client::docker(&mock).run_authenticated(&[&inspect[..], &[&name]].concat());
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(output["Descriptor"]["digest"], pushed, "{output}");
    }
}

#[test]
fn a_manifest_list_is_created_and_pushed() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let docker = Client::docker(&mock);
        let pushed = push_with_skopeo(&mock, "app:amd64");
        let (list, part) = (image("app:all"), image("app:amd64"));
        docker.run_authenticated(&["manifest", "create", "--insecure", &list, &part]);
        docker.run_authenticated(&["manifest", "push", "--insecure", &list]);

        // The docker that created the list returns its local copy.
        let another = Client::docker(&mock);
        let output = another.run_authenticated(&another.read("app:all"));
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(output["manifests"][0]["digest"], pushed, "{output}");
    }
}
