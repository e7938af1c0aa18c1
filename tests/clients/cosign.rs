//! cosign, which signs and verifies images with its own key and stores the signatures in the registry.

use std::fs;

use serde_json::Value;

use crate::images::{UNKNOWN_AUTHORITY, bad_passwords};
use crate::mock::Password;
use crate::page::Page;
use crate::shell::Redirection::Sandbox;
use crate::shell::{Redirection, Shell};

const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1.0";

#[test]
fn a_signature_is_verified_and_refers_to_the_image() {
    for redirection in Redirection::all_of(&Page::Clients.row("cosign")) {
        assert_signature(&Shell::redirected_by(redirection));
    }
}

#[track_caller]
fn assert_signature(shell: &Shell) {
    let mut commands = commands();
    commands.push(format!(
        "oras discover --format json {IMAGE} >referrers.json"
    ));
    let verified = shell.run(&commands);
    let verified = verified.lines().find_map(json).unwrap();
    let signed = &verified[0]["critical"]["image"]["docker-manifest-digest"];

    let referrers = json(&fs::read_to_string(shell.file("referrers.json")).unwrap()).unwrap();
    let image = referrers["reference"].as_str().unwrap();
    assert!(image.ends_with(signed.as_str().unwrap()), "{referrers}");
    let signatures = referrers["referrers"].as_array().unwrap();
    assert_eq!(signatures.len(), 1, "{referrers}");
    assert_eq!(
        signatures[0]["artifactType"],
        "application/vnd.dev.sigstore.bundle.v0.3+json"
    );
}

#[test]
fn verification_with_another_key_fails() {
    let other_key =
        "mkdir other && (cd other && cosign generate-key-pair) && mv other/cosign.pub .";
    let mut commands = commands();
    commands.insert(commands.len() - 1, other_key.to_owned());
    Shell::redirected_by(Sandbox)
        .assert_fails(&commands, "accepted signatures do not match threshold");
}

#[test]
fn verification_of_an_unsigned_image_fails() {
    let commands = commands_without("cosign sign ");
    Shell::redirected_by(Sandbox).assert_fails(&commands, "no signatures found");
}

#[test]
fn cosign_rejects_another_ca() {
    for attempt in attempts() {
        let shell = Shell::redirected_by(Sandbox).with_password(Password::Valid);
        shell
            .trusting_another_ca()
            .assert_fails(&attempt, UNKNOWN_AUTHORITY);
    }
}

#[test]
fn cosign_fails_with_an_invalid_token() {
    for (password, texts) in bad_passwords(&Page::Clients.row("cosign")) {
        for attempt in attempts() {
            let shell = Shell::redirected_by(Sandbox).with_password(password);
            shell.assert_fails_with_one_of(&attempt, &texts);
        }
    }
}

/// Returns the commands that sign and the commands that verify, each as the first to call the registry.
fn attempts() -> [Vec<String>; 2] {
    ["cosign verify ", "cosign sign "].map(|other| {
        let commands = commands_without(other).into_iter();
        let commands = commands.filter(|command| !command.starts_with("crane "));
        // Without this, `crane digest` is the first to call the registry.
        let (start, end) = ("\"$(crane digest --full-ref ", ")\"");
        commands
            .map(|command| command.replace(start, "").replace(end, ""))
            .collect()
    })
}

fn commands_without(start: &str) -> Vec<String> {
    let mut commands = commands();
    commands.retain(|command| !command.starts_with(start));
    commands
}

fn commands() -> Vec<String> {
    Page::Clients.commands("cosign")
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
