//! Compares the program `docker` that the contract suite puts on the `PATH` of a client with docker.
//!
//! `compare.py` generates the command lines. It runs in a network namespace with only a loopback device.

use std::path::Path;
use std::process::Command;

use crate::installed::from_variable;

/// The number of command lines. Each takes about 40 ms.
const COUNT: &str = "200";

#[test]
fn generated_command_lines_have_the_result_of_docker() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script =
        "ip link set lo up && exec \"$0\" -B \"$1\" \"$(command -v docker)\" \"$2\" \"$3\"";
    let output = Command::new("unshare")
        .args(["--net", "sh", "-c", script])
        .arg(from_variable("MOCK_ECR_PYTHON"))
        .arg(repository.join("tests/clients/docker_login/compare.py"))
        .arg(repository.join("crates/ecr-contract/src/testbed/docker.sh"))
        .arg(COUNT)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");
}
