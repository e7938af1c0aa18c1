//! Clients of the registry at the host names of AWS: they pull what they have pushed, and fail with another CA or an invalid token.

use serde_json::Value;

use crate::layout::blobs;
use crate::mock::Password;
use crate::page::{Page, Row};
use crate::shell::{self, Redirection, Shell};

pub(crate) const UNKNOWN_AUTHORITY: &str = "certificate signed by unknown authority";
pub(crate) const INVALID: &str = "Your Authorization Token is invalid.";
pub(crate) const EXPIRED: &str = "Your authorization token has expired.";

#[test]
fn skopeo_pulls_what_it_has_pushed() {
    for client in Client::with_each_redirection("skopeo") {
        let (shell, _) = client.run();
        assert_pulled_image(&shell);
        client.assert_rejected();
    }
}

#[test]
fn the_sandbox_has_the_registries_of_every_account_and_region() {
    let shell = Shell::redirected_by(Redirection::LenientSandbox);
    let host = "999999999999.dkr.ecr.ap-northeast-3.amazonaws.com";
    let issue = "mock-ecr token issue --password --account 999999999999 --region ap-northeast-3";
    let commands = [
        format!("{issue} | skopeo login --username AWS --password-stdin {host}"),
        format!("skopeo copy --all oci:image:1.0 docker://{host}/team/app:1.0"),
        format!("skopeo copy --all docker://{host}/team/app:1.0 oci:pulled:1.0"),
    ];
    shell.run(&commands);
    assert_pulled_image(&shell);
}

#[test]
fn podman_pulls_what_it_has_pushed() {
    for client in Client::with_each_redirection("podman") {
        let (_, printed) = client.run();
        assert_same_image_id(&printed);
        client.assert_rejected();
    }
}

#[test]
fn buildah_pulls_what_it_has_pushed() {
    for client in Client::with_each_redirection("buildah") {
        let (_, printed) = client.run();
        assert_same_image_id(&printed);
        client.assert_rejected();
    }
}

/// buildah accepts `DOCKER_CONFIG` only if it contains a `config.json`: a newer version fails, and an older version stores the login elsewhere.
#[test]
fn buildah_stores_its_login_in_the_docker_configuration_of_the_temporary_home() {
    for redirection in [Redirection::Sandbox, Redirection::Proxy] {
        let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
        let login = format!("buildah login --username AWS --password-stdin {host}");
        let commands = [
            format!("aws ecr get-login-password | {login}"),
            format!("grep -c {host} \"$DOCKER_CONFIG/config.json\""),
            "image=$(buildah pull --quiet oci:image:1.0)".to_owned(),
            format!("buildah push \"$image\" docker://{host}/team/app:1.0"),
        ];
        let printed = Shell::redirected_by(redirection).run(&commands);
        assert!(printed.contains("\n1\n"), "{printed}");
    }
}

#[test]
fn docker_inspects_images() {
    for client in Client::with_each_redirection("docker") {
        let (_, printed) = client.run();
        assert_both_images(&printed);
        client.assert_rejected();
    }
}

#[test]
fn crane_pulls_what_it_has_pushed() {
    for mut client in Client::with_each_redirection("crane") {
        let (shell, _) = client.run();
        assert_pulled_image(&shell);
        // crane pushes layers in parallel and may report a layer that it cancelled after the error of another.
        let is_push = |command: &String| command.starts_with("crane push ");
        client.commands.retain(|command| !is_push(command));
        client.assert_rejected();
    }
}

#[test]
fn oras_pulls_what_it_has_pushed_and_finds_attached_artifacts() {
    for client in Client::with_each_redirection("oras") {
        let (shell, printed) = client.run();
        assert_pulled_image(&shell);
        let referrer = "application/vnd.example.note";
        assert!(printed.contains(referrer), "{printed}");
        client.assert_rejected();
    }
}

struct Client {
    commands: Vec<String>,
    row: Row,
    redirection: Redirection,
}

impl Client {
    fn with_each_redirection(section: &str) -> impl Iterator<Item = Self> {
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
    fn run(&self) -> (Shell, String) {
        let shell = Shell::redirected_by(self.redirection);
        let printed = shell.run(&self.commands);
        (shell, printed)
    }

    #[track_caller]
    fn assert_rejected(&self) {
        let shell = Shell::redirected_by(self.redirection).with_password(Password::Valid);
        let shell = shell.trusting_another_ca();
        shell.assert_fails(&self.commands, UNKNOWN_AUTHORITY);
        for (password, texts) in bad_passwords(&self.row) {
            let shell = Shell::redirected_by(self.redirection).with_password(password);
            shell.assert_fails_with_one_of(&self.commands, &texts);
        }
    }
}

/// Returns the invalid passwords, and for each the text of the error of a client and that of its newer versions, which is the registry's.
pub(crate) fn bad_passwords(row: &Row) -> [(Password, [&str; 2]); 2] {
    let wrong = &row["a token of a mock with another seed"];
    let expired = &row["an expired token"];
    [
        (Password::Wrong, [wrong, INVALID]),
        (Password::Expired, [expired, EXPIRED]),
    ]
}

#[track_caller]
pub(crate) fn assert_pulled_image(shell: &Shell) {
    assert_eq!(blobs(&shell.file("pulled")), blobs(&shell::layout()));
}

/// Asserts that the output of docker lists both images of the index.
#[track_caller]
pub(crate) fn assert_both_images(printed: &str) {
    let (_, images) = printed.split_once('[').unwrap();
    let images: Vec<Value> = serde_json::from_str(&format!("[{images}")).unwrap();
    assert_eq!(images.len(), 2, "{printed}");
    let pushed = blobs(&shell::layout());
    for image in images {
        let digest = image["Descriptor"]["digest"].as_str().unwrap();
        let (_, hex) = digest.split_once(':').unwrap();
        assert!(pushed.contains_key(hex), "{printed}");
    }
}

/// Asserts that podman or buildah removes the image of the layout, and then pulls an image with the same ID from the registry.
#[track_caller]
pub(crate) fn assert_same_image_id(printed: &str) {
    let is_id = |text: &&str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    // podman prints `Deleted: ` before the ID of the removed image.
    let lines = printed.lines();
    let texts = lines.map(|line| line.trim_start_matches("Deleted: "));
    let ids: Vec<_> = texts.filter(is_id).collect();
    let [from_layout, from_registry] = ids[..] else {
        panic!("{printed}");
    };
    assert_eq!(from_layout, from_registry);
}
