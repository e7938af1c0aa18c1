//! `credHelpers`: clients of the registry run docker-credential-ecr-login, which gets a token from the API.

use crate::client::REJECTIONS;
use crate::images::{UNKNOWN_AUTHORITY, assert_both_images, assert_pulled_image};
use crate::mock::Password;
use crate::page::Page;
use crate::shell::Redirection::{Proxy, Sandbox};
use crate::shell::{Helper, Shell};

#[test]
fn skopeo_crane_and_docker_authenticate_with_either_helper() {
    for helper in [Helper::System, Helper::Newer] {
        for redirection in [Sandbox, Proxy] {
            let shell = Shell::redirected_by(redirection).with_helper(helper);
            let printed = shell.run(&Page::Clients.commands(SECTION));
            assert_pulled_image(&shell);
            assert_both_images(&printed);
        }
    }
}

#[test]
fn clients_with_a_helper_reject_another_ca() {
    for redirection in [Sandbox, Proxy] {
        for attempt in attempts() {
            let shell = Shell::redirected_by(redirection).with_password(Password::Valid);
            shell
                .trusting_another_ca()
                .assert_fails(&attempt, UNKNOWN_AUTHORITY);
        }
    }
}

#[test]
fn clients_with_a_helper_fail_with_a_token_of_another_mock() {
    for attempt in attempts() {
        let shell = Shell::redirected_by(Proxy).with_password(Password::Wrong);
        shell.assert_fails_with_one_of(&attempt, &REJECTIONS);
    }
}

/// If the API rejects the request of a helper, the clients continue without a password.
#[test]
fn clients_fail_if_the_helper_has_a_wrong_secret_key() {
    let unauthorized = "authentication required";
    for helper in [Helper::System, Helper::Newer] {
        for (attempt, text) in attempts().iter().zip([
            unauthorized,
            "401 Unauthorized",
            "no basic auth credentials",
        ]) {
            let shell = Shell::redirected_by(Sandbox).with_helper(helper);
            shell.with_wrong_secret_key().assert_fails(attempt, text);
        }
    }
}

const SECTION: &str = "A credential helper";

/// Returns the commands of each client, each after the login.
fn attempts() -> [Vec<String>; 3] {
    let commands = Page::Clients.commands(SECTION);
    let [login, clients @ ..] = &commands[..] else {
        panic!("{commands:#?}");
    };
    let clients: &[String; 3] = clients.try_into().unwrap();
    // docker prints the reason with --debug only.
    clients
        .each_ref()
        .map(|client| vec![login.clone(), client.replace("docker ", "docker --debug ")])
}
