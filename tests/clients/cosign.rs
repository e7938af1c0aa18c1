//! cosign, which signs and verifies with a key of its own and keeps signatures where images are.

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
        is_verified_and_refers_to_the_image(&Shell::redirected_by(redirection));
    }
}

#[track_caller]
fn is_verified_and_refers_to_the_image(shell: &Shell) {
    let mut commands = commands();
    commands.push(format!(
        "oras discover --format json {IMAGE} >referrers.json"
    ));
    let verified = shell.done(&commands);
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
fn another_key_verifies_nothing() {
    let another = "mkdir other && (cd other && cosign generate-key-pair) && mv other/cosign.pub .";
    let mut commands = commands();
    commands.insert(commands.len() - 1, another.to_owned());
    Shell::redirected_by(Sandbox).fails(&commands, "accepted signatures do not match threshold");
}

#[test]
fn an_image_that_nobody_signed_is_not_verified() {
    let commands = commands_without("cosign sign ");
    Shell::redirected_by(Sandbox).fails(&commands, "no signatures found");
}

#[test]
fn cosign_trusts_no_other_authority() {
    for attempt in attempts() {
        let shell = Shell::redirected_by(Sandbox).knowing(Password::Good);
        shell.trusting_another().fails(&attempt, UNKNOWN_AUTHORITY);
    }
}

#[test]
fn without_a_good_token_nothing_is_signed_and_verified() {
    for (password, words) in bad_passwords(&Page::Clients.row("cosign")) {
        for attempt in attempts() {
            let shell = Shell::redirected_by(Sandbox).knowing(password);
            shell.fails(&attempt, words);
        }
    }
}

/// To sign, and to verify, each as the first that asks the registry.
fn attempts() -> [Vec<String>; 2] {
    ["cosign verify ", "cosign sign "].map(|other| {
        let commands = commands_without(other).into_iter();
        let commands = commands.filter(|command| !command.starts_with("crane "));
        // The digest would be asked for before.
        let (ask, end) = ("\"$(crane digest --full-ref ", ")\"");
        commands
            .map(|command| command.replace(ask, "").replace(end, ""))
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
