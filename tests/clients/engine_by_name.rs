//! A docker engine that is led by AWS's names, for which the docker command asks docker-credential-ecr-login.

use crate::images::{INVALID, UNKNOWN_AUTHORITY};
use crate::layout::blobs;
use crate::mock::Password;
use crate::shell::Redirection::{Proxy, Sandbox};
use crate::shell::{self, Helper, Shell};

const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1.0";

#[test]
fn an_engine_pulls_and_pushes_what_a_helper_opens_to_it() {
    for helper in [Helper::OfTheSystem, Helper::Newer] {
        for redirection in [Sandbox, Proxy] {
            let push = format!("crane push image {IMAGE}");
            let pull = format!("docker pull {IMAGE}");
            let again = format!("docker push {IMAGE}");
            let shell = Shell::redirected_by(redirection).with_helper(helper);
            let printed = shell.done(&owned([LOGIN, &push, START, &pull, &again]));
            let digest = printed
                .lines()
                .find_map(|l| l.strip_prefix("Digest: sha256:"));
            let index = digest.expect("docker tells what it has pulled");
            assert!(blobs(&shell::layout()).contains_key(index), "{printed}");
            assert!(printed.contains("\n1.0: digest: sha256:"), "{printed}");
        }
    }
}

#[test]
fn an_engine_trusts_no_other_authority() {
    for redirection in [Sandbox, Proxy] {
        let shell = Shell::redirected_by(redirection).knowing(Password::Good);
        shell.trusting_another().fails(&pull(), UNKNOWN_AUTHORITY);
    }
}

#[test]
fn a_token_of_another_mock_and_a_wrong_key_open_nothing_to_an_engine() {
    for redirection in [Sandbox, Proxy] {
        let shell = Shell::redirected_by(redirection);
        shell.knowing(Password::Wrong).fails(&pull(), INVALID);
        let shell = Shell::redirected_by(redirection).with_a_wrong_key();
        shell.fails(&pull(), "no basic auth credentials");
    }
}

fn pull() -> Vec<String> {
    owned([LOGIN, START, &format!("docker pull {IMAGE}")])
}

fn owned<const N: usize>(commands: [&str; N]) -> Vec<String> {
    commands.map(str::to_owned).to_vec()
}

const LOGIN: &str = "mock-ecr login --helper ecr-login \
    --registry 123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// Starts an engine that ends with the shell, and waits until it listens. What it mounts nobody else sees, and whoever reads its log
/// does not go away, since it would end.
const START: &str = r#"
    engine=$HOME/engine
    export DOCKER_HOST=unix://$engine/docker.sock
    mkdir "$engine"
    echo {} >"$engine/daemon.json"
    mkfifo "$engine/log"
    exec 3<>"$engine/log"
    unshare --mount -- dockerd --host "$DOCKER_HOST" --config-file "$engine/daemon.json" --data-root "$engine/data" \
        --exec-root "$engine/exec" --pidfile "$engine/pid" --storage-driver vfs \
        --bridge none --iptables=false --ip-forward=false 2>"$engine/log" &
    trap 'kill $!; wait $! || true' EXIT
    grep -m 1 "API listen on" <&3
"#;
