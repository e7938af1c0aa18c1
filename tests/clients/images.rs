//! Clients of the registry by AWS's names: what they push comes back, and without the mock's authority or a token that is worth
//! something they get nowhere.

use serde_json::Value;

use crate::layout::blobs;
use crate::mock::Password;
use crate::page::Page;
use crate::shell::Way::{Hosts, Proxy};
use crate::shell::{self, Shell, Way};

pub(crate) const UNKNOWN_AUTHORITY: &str = "certificate signed by unknown authority";
pub(crate) const INVALID: &str = "Your Authorization Token is invalid.";
pub(crate) const EXPIRED: &str =
    "Your authorization token has expired. Reauthenticate and try again.";

#[test]
fn skopeo_pulls_what_it_has_pushed() {
    for way in [Hosts, Proxy] {
        let client = Client::of("skopeo", way);
        comes_back(&client.works());
        client.is_refused("400 (Bad Request)", "403 (Forbidden)");
    }
}

#[test]
fn podman_pulls_what_it_has_pushed() {
    for way in [Hosts, Proxy] {
        let client = Client::of("podman", way);
        let (_, printed) = client.works_and_prints();
        pulls_one_image_twice(&printed);
        client.is_refused("400 (Bad Request)", "403 (Forbidden)");
    }
}

#[test]
fn buildah_pulls_what_it_has_pushed() {
    for way in [Hosts, Proxy] {
        let client = Client::of("buildah", way);
        let (_, printed) = client.works_and_prints();
        pulls_one_image_twice(&printed);
        client.is_refused("400 (Bad Request)", "403 (Forbidden)");
    }
}

#[test]
fn docker_inspects_what_is_there() {
    for way in [Hosts, Proxy] {
        let client = Client::of("docker", way);
        let (_, printed) = client.works_and_prints();
        tells_both_images(&printed);
        client.knows_no_good_password("400 Bad Request", "403 Forbidden");
    }
}

/// It takes whatever leads to a loopback address for insecure, so that behind the fence it trusts any authority.
#[test]
fn docker_asks_for_a_certificate_through_the_proxy_alone() {
    let login = &Page::Clients.commands("docker")[..1];
    let untrusting = |way| {
        Shell::led_by(way)
            .knowing(Password::Good)
            .trusting_another()
    };
    untrusting(Proxy).fails(login, UNKNOWN_AUTHORITY);
    untrusting(Hosts).done(login);
}

#[test]
fn crane_pulls_what_it_has_pushed() {
    for way in [Hosts, Proxy] {
        let mut client = Client::of("crane", way);
        comes_back(&client.works());
        // crane pushes layers side by side, and may tell of one that it gave up because of another.
        client
            .commands
            .retain(|command| !command.starts_with("crane push "));
        client.is_refused(INVALID, EXPIRED);
    }
}

#[test]
fn oras_pulls_what_it_has_pushed_and_finds_what_it_has_attached() {
    for way in [Hosts, Proxy] {
        let client = Client::of("oras", way);
        let (shell, printed) = client.works_and_prints();
        comes_back(&shell);
        assert!(
            printed.contains("application/vnd.example.note"),
            "{printed}"
        );
        client.is_refused(INVALID, EXPIRED);
    }
}

struct Client {
    commands: Vec<String>,
    way: Way,
}

impl Client {
    fn of(section: &str, way: Way) -> Self {
        Client {
            commands: Page::Clients.commands(section),
            way,
        }
    }

    #[track_caller]
    fn works(&self) -> Shell {
        self.works_and_prints().0
    }

    #[track_caller]
    fn works_and_prints(&self) -> (Shell, String) {
        let shell = Shell::led_by(self.way);
        let printed = shell.done(&self.commands);
        (shell, printed)
    }

    #[track_caller]
    fn is_refused(&self, wrong: &str, expired: &str) {
        let shell = Shell::led_by(self.way).knowing(Password::Good);
        let untrusting = shell.trusting_another();
        untrusting.fails(&self.commands, UNKNOWN_AUTHORITY);
        self.knows_no_good_password(wrong, expired);
    }

    #[track_caller]
    fn knows_no_good_password(&self, wrong: &str, expired: &str) {
        let shell = || Shell::led_by(self.way);
        shell()
            .knowing(Password::Wrong)
            .fails(&self.commands, wrong);
        shell()
            .knowing(Password::Expired)
            .fails(&self.commands, expired);
    }
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
