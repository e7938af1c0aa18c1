use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, remote};

/// Pushes the content of a layout.
pub(crate) fn push(skopeo: &Client<'_>, layout: &Layout, name: &str) {
    let copy = ["copy", "--all", "--dest-tls-verify=false"];
    let (from, to) = (layout.reference(), remote(name));
    skopeo.run_authenticated(&[&copy[..], &[&from, &to]].concat());
}

/// Pulls an image or index into a new layout.
pub(crate) fn pull(skopeo: &Client<'_>, name: &str) -> Layout {
    let layout = Layout::empty();
    let copy = ["copy", "--all", "--src-tls-verify=false"];
    let (from, to) = (remote(name), layout.reference());
    skopeo.run_authenticated(&[&copy[..], &[&from, &to]].concat());
    layout
}

fn assert_round_trip(pushed: &Layout, mock: &Mock) {
    push(&Client::skopeo(mock), pushed, "team/app:1");
    let pulled = pull(&Client::skopeo(mock), "team/app:1");
    assert_eq!(pulled.digest(), pushed.digest());
    assert_eq!(pulled.blobs(), pushed.blobs());
}

#[test]
fn an_image_is_pushed_and_pulled() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        assert_round_trip(&Layout::image("hello"), &mock);
    }
}

#[test]
fn an_index_is_pushed_and_pulled_with_its_images() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let index = Layout::index();
        assert_eq!(index.blobs().len(), 7);
        assert_round_trip(&index, &mock);
    }
}

#[test]
fn an_image_in_a_store_persists_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("file:{}", folder.path().display());
    let options = ["--create-on-push", "--store", &store];
    let pushed = Layout::image("hello");
    let mock = Mock::serve(&options);
    push(&Client::skopeo(&mock), &pushed, "app:1");
    drop(mock);

    let mock = Mock::serve(&options);
    let pulled = pull(&Client::skopeo(&mock), "app:1");
    assert_eq!(pulled.blobs(), pushed.blobs());
}

#[test]
fn an_image_is_copied_from_one_repository_to_another() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let skopeo = Client::skopeo(&mock);
        let pushed = Layout::image("hello");
        push(&skopeo, &pushed, "app:1");
        let (from, to) = (remote("app:1"), remote("copy:1"));
        let plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
        skopeo.run_authenticated(&["copy", plain[0], plain[1], &from, &to]);
        assert_eq!(pull(&skopeo, "copy:1").blobs(), pushed.blobs());
    }
}

#[test]
fn inspect_and_list_tags_return_the_pushed_images() {
    let mock = Mock::serve(&["--create-on-push"]);
    let skopeo = Client::skopeo(&mock);
    let pushed = Layout::image("hello");
    push(&skopeo, &pushed, "app:1");
    push(&skopeo, &pushed, "app:latest");

    let output = skopeo.run_authenticated(&["inspect", "--tls-verify=false", &remote("app:1")]);
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["Digest"], pushed.digest());
    assert_eq!(output["RepoTags"], serde_json::json!(["1", "latest"]));
    let output = skopeo.run_authenticated(&["list-tags", "--tls-verify=false", &remote("app")]);
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["Tags"], serde_json::json!(["1", "latest"]));
}

#[test]
fn a_deleted_image_cannot_be_pulled() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let skopeo = Client::skopeo(&mock);
        push(&skopeo, &Layout::image("hello"), "app:1");
        push(&skopeo, &Layout::image("other"), "app:2");
        skopeo.run_authenticated(&["delete", "--tls-verify=false", &remote("app:1")]);
        let stderr = skopeo.run_failing(&skopeo.read("app:1"));
        assert!(stderr.contains("manifest unknown"), "{dialect}: {stderr}");
        skopeo.run_authenticated(&skopeo.read("app:2"));
    }
}

#[test]
fn a_push_to_an_absent_repository_fails() {
    let mock = Mock::serve(&[]);
    let (from, to) = (Layout::image("hello"), remote("app:1"));
    let copy = ["copy", "--dest-tls-verify=false", &from.reference(), &to];
    let stderr = Client::skopeo(&mock).run_failing(&copy);
    let text = "The repository with name 'app' does not exist in the registry with id";
    assert!(stderr.contains(text), "{stderr}");
}
