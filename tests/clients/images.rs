//! Clients of the registry by AWS's names: what they push comes back, and without the mock's authority or a token that is worth
//! something they get nowhere.

use serde_json::Value;

use crate::layout::blobs;
use crate::mock::Password;
use crate::page::{Page, Row};
use crate::shell::{self, Redirection, Shell};

pub(crate) const UNKNOWN_AUTHORITY: &str = "certificate signed by unknown authority";
pub(crate) const INVALID: &str = "Your Authorization Token is invalid.";

#[test]
fn skopeo_pulls_what_it_has_pushed() {
    for client in Client::by_each_way("skopeo") {
        let (shell, _) = client.works();
        comes_back(&shell);
        client.is_rejected();
    }
}

#[test]
fn podman_pulls_what_it_has_pushed() {
    for client in Client::by_each_way("podman") {
        let (_, printed) = client.works();
        pulls_one_image_twice(&printed);
        client.is_rejected();
    }
}

#[test]
fn buildah_pulls_what_it_has_pushed() {
    for client in Client::by_each_way("buildah") {
        let (_, printed) = client.works();
        pulls_one_image_twice(&printed);
        client.is_rejected();
    }
}

#[test]
fn docker_inspects_what_is_there() {
    for client in Client::by_each_way("docker") {
        let (_, printed) = client.works();
        tells_both_images(&printed);
        client.is_rejected();
    }
}

#[test]
fn crane_pulls_what_it_has_pushed() {
    for mut client in Client::by_each_way("crane") {
        let (shell, _) = client.works();
        comes_back(&shell);
        // crane pushes layers side by side, and may tell of one that it gave up because of another.
        let is_push = |command: &String| command.starts_with("crane push ");
        client.commands.retain(|command| !is_push(command));
        client.is_rejected();
    }
}

#[test]
fn oras_pulls_what_it_has_pushed_and_finds_what_it_has_attached() {
    for client in Client::by_each_way("oras") {
        let (shell, printed) = client.works();
        comes_back(&shell);
        let referrer = "application/vnd.example.note";
        assert!(printed.contains(referrer), "{printed}");
        client.is_rejected();
    }
}

struct Client {
    commands: Vec<String>,
    row: Row,
    redirection: Redirection,
}

impl Client {
    fn by_each_way(section: &str) -> impl Iterator<Item = Self> {
        let commands = Page::Clients.commands(section);
        let row = Page::Clients.row(section);
        let redirections = Redirection::all_of(&row).into_iter();
        redirections.map(move |redirection| Client {
            commands: commands.clone(),
            row: row.clone(),
            redirection,
        })
    }

    #[track_caller]
    fn works(&self) -> (Shell, String) {
        let shell = Shell::redirected_by(self.redirection);
        let printed = shell.done(&self.commands);
        (shell, printed)
    }

    #[track_caller]
    fn is_rejected(&self) {
        let shell = Shell::redirected_by(self.redirection).knowing(Password::Good);
        let untrusting = shell.trusting_another();
        untrusting.fails(&self.commands, UNKNOWN_AUTHORITY);
        for (password, words) in bad_passwords(&self.row) {
            let shell = Shell::redirected_by(self.redirection).knowing(password);
            shell.fails(&self.commands, words);
        }
    }
}

/// Those that open no registry, and what a client says of them.
pub(crate) fn bad_passwords(row: &Row) -> [(Password, &str); 2] {
    [
        (Password::Wrong, &row["a token of another mock"]),
        (Password::Expired, &row["an expired token"]),
    ]
}

#[track_caller]
pub(crate) fn comes_back(shell: &Shell) {
    assert_eq!(blobs(&shell.file("pulled")), blobs(&shell::layout()));
}

/// docker prints what is in the index.
#[track_caller]
pub(crate) fn tells_both_images(printed: &str) {
    let (_, told) = printed.split_once('[').unwrap();
    let told: Vec<Value> = serde_json::from_str(&format!("[{told}")).unwrap();
    assert_eq!(told.len(), 2, "{printed}");
    let pushed = blobs(&shell::layout());
    for image in told {
        let digest = image["Descriptor"]["digest"].as_str().unwrap();
        let (_, hex) = digest.split_once(':').unwrap();
        assert!(pushed.contains_key(hex), "{printed}");
    }
}

/// podman and buildah print the image that they have pulled: here from the layout, and then from the registry.
#[track_caller]
fn pulls_one_image_twice(printed: &str) {
    let is_id = |line: &&str| line.len() == 64 && line.bytes().all(|b| b.is_ascii_hexdigit());
    let pulled: Vec<_> = printed.lines().filter(is_id).collect();
    let [from_layout, .., from_registry] = pulled[..] else {
        panic!("{printed}");
    };
    assert_eq!(from_layout, from_registry);
}
