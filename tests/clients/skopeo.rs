use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{DIALECTS, Mock, remote};

/// Has the registry allow a push of whatever is in a layout.
pub(crate) fn push(skopeo: &Client<'_>, layout: &Layout, name: &str) {
    let copy = ["copy", "--all", "--dest-tls-verify=false"];
    let (from, to) = (layout.reference(), remote(name));
    skopeo.allowed(&[&copy[..], &[&from, &to]].concat());
}

/// Has the registry allow a pull into a new layout.
pub(crate) fn pull(skopeo: &Client<'_>, name: &str) -> Layout {
    let layout = Layout::empty();
    let copy = ["copy", "--all", "--src-tls-verify=false"];
    let (from, to) = (remote(name), layout.reference());
    skopeo.allowed(&[&copy[..], &[&from, &to]].concat());
    layout
}

fn come_back_whole(pushed: &Layout, mock: &Mock) {
    push(&Client::skopeo(mock), pushed, "team/app:1");
    let pulled = pull(&Client::skopeo(mock), "team/app:1");
    assert_eq!(pulled.digest(), pushed.digest());
    assert_eq!(pulled.blobs(), pushed.blobs());
}

#[test]
fn an_image_comes_back_whole() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        come_back_whole(&Layout::image("hello"), &mock);
    }
}

#[test]
fn an_index_comes_back_with_all_its_images() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let index = Layout::index();
        assert_eq!(index.blobs().len(), 7);
        come_back_whole(&index, &mock);
    }
}

#[test]
fn an_image_outlives_the_server_that_took_it() {
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
        skopeo.allowed(&["copy", plain[0], plain[1], &from, &to]);
        assert_eq!(pull(&skopeo, "copy:1").blobs(), pushed.blobs());
    }
}

#[test]
fn inspect_and_list_tags_tell_what_was_pushed() {
    let mock = Mock::serve(&["--create-on-push"]);
    let skopeo = Client::skopeo(&mock);
    let pushed = Layout::image("hello");
    push(&skopeo, &pushed, "app:1");
    push(&skopeo, &pushed, "app:latest");

    let told = skopeo.allowed(&["inspect", "--tls-verify=false", &remote("app:1")]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["Digest"], pushed.digest());
    assert_eq!(told["RepoTags"], serde_json::json!(["1", "latest"]));
    let told = skopeo.allowed(&["list-tags", "--tls-verify=false", &remote("app")]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["Tags"], serde_json::json!(["1", "latest"]));
}

#[test]
fn a_deleted_image_is_gone() {
    for dialect in DIALECTS {
        let mock = Mock::serve(&["--create-on-push", "--dialect", dialect]);
        let skopeo = Client::skopeo(&mock);
        push(&skopeo, &Layout::image("hello"), "app:1");
        push(&skopeo, &Layout::image("other"), "app:2");
        skopeo.allowed(&["delete", "--tls-verify=false", &remote("app:1")]);
        let said = skopeo.rejected(&skopeo.read("app:1"));
        assert!(said.contains("manifest unknown"), "{dialect}: {said}");
        skopeo.allowed(&skopeo.read("app:2"));
    }
}

#[test]
fn a_push_needs_a_repository_unless_the_config_says_otherwise() {
    let mock = Mock::serve(&[]);
    let (from, to) = (Layout::image("hello"), remote("app:1"));
    let copy = ["copy", "--dest-tls-verify=false", &from.reference(), &to];
    let said = Client::skopeo(&mock).rejected(&copy);
    let words = "The repository with name 'app' does not exist in the registry with id";
    assert!(said.contains(words), "{said}");
}
