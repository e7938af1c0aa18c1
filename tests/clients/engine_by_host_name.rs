//! A docker engine that pulls and pushes at the host names of AWS. The docker command gets its credentials from
//! docker-credential-ecr-login.

use crate::images::{INVALID, UNKNOWN_AUTHORITY};
use crate::layout::blobs;
use crate::mock::Password;
use crate::shell::Redirection::{Proxy, Sandbox};
use crate::shell::{self, Helper, START_ENGINE, Shell};

const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1.0";

#[test]
fn an_engine_pulls_and_pushes_with_a_helper() {
    for helper in [Helper::System, Helper::Newer] {
        for redirection in [Sandbox, Proxy] {
            let push = format!("crane push image {IMAGE}");
            let pull = format!("docker pull {IMAGE}");
            let again = format!("docker push {IMAGE}");
            let shell = Shell::redirected_by(redirection).with_helper(helper);
            let printed = shell.run(&owned([LOGIN, &push, START_ENGINE, &pull, &again]));
            let digest = printed
                .lines()
                .find_map(|l| l.strip_prefix("Digest: sha256:"));
            let index = digest.expect("the digest of the pulled image");
            assert!(blobs(&shell::layout()).contains_key(index), "{printed}");
            assert!(printed.contains("\n1.0: digest: sha256:"), "{printed}");
        }
    }
}

#[test]
fn an_engine_rejects_another_ca() {
    for redirection in [Sandbox, Proxy] {
        let shell = Shell::redirected_by(redirection).with_password(Password::Valid);
        shell
            .trusting_another_ca()
            .assert_fails(&pull(), UNKNOWN_AUTHORITY);
    }
}

#[test]
fn an_engine_fails_with_a_token_of_another_mock_or_a_wrong_secret_key() {
    for redirection in [Sandbox, Proxy] {
        let shell = Shell::redirected_by(redirection);
        shell
            .with_password(Password::Wrong)
            .assert_fails(&pull(), INVALID);
        let shell = Shell::redirected_by(redirection).with_wrong_secret_key();
        shell.assert_fails(&pull(), "no basic auth credentials");
    }
}

fn pull() -> Vec<String> {
    owned([LOGIN, START_ENGINE, &format!("docker pull {IMAGE}")])
}

fn owned<const N: usize>(commands: [&str; N]) -> Vec<String> {
    commands.map(str::to_owned).to_vec()
}

const LOGIN: &str = "mock-ecr login --helper ecr-login \
    --registry 123456789012.dkr.ecr.us-east-1.amazonaws.com";
