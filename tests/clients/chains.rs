//! `credHelpers`: a client of the registry asks docker-credential-ecr-login, which asks the API, whose token opens the registry.

use crate::images::{INVALID, UNKNOWN_AUTHORITY, comes_back, tells_both_images};
use crate::mock::Password;
use crate::page::Page;
use crate::shell::Redirection::{Proxy, Sandbox};
use crate::shell::{Helper, Shell};

#[test]
fn either_helper_opens_the_registry_to_skopeo_crane_and_docker() {
    for helper in [Helper::OfTheSystem, Helper::Newer] {
        for redirection in [Sandbox, Proxy] {
            let shell = Shell::redirected_by(redirection).with_helper(helper);
            let printed = shell.done(&Page::Clients.commands(SECTION));
            comes_back(&shell);
            tells_both_images(&printed);
        }
    }
}

#[test]
fn no_client_of_a_helper_trusts_another_authority() {
    for redirection in [Sandbox, Proxy] {
        for attempt in attempts() {
            let shell = Shell::redirected_by(redirection).knowing(Password::Good);
            shell.trusting_another().fails(&attempt, UNKNOWN_AUTHORITY);
        }
    }
}

#[test]
fn a_token_of_another_mock_opens_the_registry_to_no_client_of_a_helper() {
    for (attempt, words) in attempts()
        .iter()
        .zip(["400 (Bad Request)", INVALID, INVALID])
    {
        let shell = Shell::redirected_by(Proxy).knowing(Password::Wrong);
        shell.fails(attempt, words);
    }
}

/// A helper that the API refuses has nothing to say, and the clients try without a password.
#[test]
fn a_helper_with_a_wrong_key_opens_the_registry_to_no_client() {
    let unauthorized = "unauthorized: authentication required";
    for helper in [Helper::OfTheSystem, Helper::Newer] {
        for (attempt, words) in attempts().iter().zip([
            unauthorized,
            "401 Unauthorized",
            "no basic auth credentials",
        ]) {
            let shell = Shell::redirected_by(Sandbox).with_helper(helper);
            shell.with_a_wrong_key().fails(attempt, words);
        }
    }
}

const SECTION: &str = "A credential helper";

/// Each client for itself, as the first to come after the login.
fn attempts() -> [Vec<String>; 3] {
    let commands = Page::Clients.commands(SECTION);
    let [login, clients @ ..] = &commands[..] else {
        panic!("{commands:#?}");
    };
    let clients: &[String; 3] = clients.try_into().unwrap();
    // docker says why only when it is asked to.
    clients
        .each_ref()
        .map(|client| vec![login.clone(), client.replace("docker ", "docker --debug ")])
}
