//! `run --redirect`: redirects clients that use the host names of AWS to the mock.

use assert_cmd::assert::Assert;
use assert_cmd::cargo::cargo_bin_cmd;

const REGISTRY: &str = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/";

/// The modes that redirect host names of AWS. The sandbox needs network namespaces, which not every user may create.
const MODES: &[&str] = match cfg!(feature = "real-clients") {
    true => &["proxy", "sandbox"],
    false => &["proxy"],
};

fn run(redirect: &str, script: &str) -> Assert {
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "--redirect", redirect, "--", "sh", "-c", script])
        .assert()
}

fn status_of(url: &str) -> String {
    format!("curl -s -o /dev/null -w '%{{http_code}}' {url}")
}

#[test]
fn a_client_reaches_the_registry_by_its_aws_host_name() {
    for redirect in MODES {
        run(redirect, &status_of(REGISTRY)).success().stdout("401");
    }
}

#[test]
fn a_client_that_does_not_trust_the_ca_rejects_the_certificate() {
    // 60: the certificate of the peer cannot be verified (curl's manual).
    let curl = format!("CURL_CA_BUNDLE=/dev/null SSL_CERT_FILE=/dev/null curl -s {REGISTRY}");
    for redirect in MODES {
        let script = format!("{curl} --cacert /dev/null; echo $?");
        let outcome = run(redirect, &script).success();
        let output = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
        assert!(
            ["60\n", "77\n"].contains(&output.as_str()),
            "{redirect}: {output}"
        );
    }
}

#[test]
fn the_proxy_rejects_other_hosts_and_reports_them() {
    // 56: the proxy rejected the request (curl's manual).
    let script = format!("{}; echo \" $?\"", status_of("https://example.com/"));
    run("proxy", &script)
        .success()
        .stdout("000 56\n")
        .stderr("mock-ecr: the command sent a request to example.com:443, which was rejected\n");
}

#[test]
#[cfg(feature = "real-clients")]
fn the_sandbox_has_no_access_to_the_network() {
    // 6: the name cannot be resolved; 7: the connection failed (curl's manual).
    let script = "curl -s https://example.com/; echo $?; curl -s https://192.0.2.1/; echo $?; \
                  grep -c : /proc/net/dev";
    run("sandbox", script).success().stdout("6\n7\n1\n");
}

#[test]
#[cfg(feature = "real-clients")]
fn every_name_of_ecr_resolves_in_the_sandbox() {
    for name in [
        "999999999999.dkr.ecr.ap-northeast-3.amazonaws.com",
        "999999999999.dkr.ecr.cn-north-1.amazonaws.com.cn",
        "999999999999.dkr-ecr.us-west-2.on.aws",
        "api.ecr.ap-northeast-3.amazonaws.com",
        "ecr-fips.us-east-2.amazonaws.com",
        "ecr.xx-new-9.api.aws",
    ] {
        // With `use-vc`, glibc calls the name server over TCP.
        let script =
            format!("getent hosts {name} && RES_OPTIONS=use-vc getent -s dns hosts {name}");
        let address = predicates::str::is_match("^(198.51.100.1 +[^ ]+\n){2}$").unwrap();
        run("sandbox", &script).success().stdout(address).stderr("");
    }
}

#[test]
#[cfg(feature = "real-clients")]
fn a_name_that_does_not_resolve_in_the_sandbox_is_reported() {
    let script = "getent hosts example.com; echo $?; getent ahosts example.com; echo $?";
    run("sandbox", script).success().stdout("2\n2\n").stderr(
        "mock-ecr: the command looked up example.com, which does not resolve in the sandbox\n",
    );
}

#[test]
#[cfg(feature = "real-clients")]
fn the_sandbox_has_an_empty_home_directory_that_is_deleted_afterwards() {
    let script = "echo $HOME; find $HOME -type f -printf '%P ' -exec cat {} +; touch $HOME/left";
    let outcome = run("sandbox", script).success();
    let output = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
    let (home, files) = output.split_once('\n').unwrap();
    assert_eq!(files, ".docker/config.json {}\n");
    assert!(!std::path::Path::new(home).exists(), "{home}");
}

#[test]
fn isolation_is_independent_of_the_redirection() {
    let home = |options: &[&str]| {
        let output = cargo_bin_cmd!("mock-ecr")
            .arg("run")
            .args(options)
            .args([
                "--",
                "sh",
                "-c",
                "echo $HOME:$DOCKER_CONFIG:$REGISTRY_AUTH_FILE",
            ])
            .env("HOME", "/own-home")
            .env("REGISTRY_AUTH_FILE", "/own-auth")
            .env_remove("DOCKER_CONFIG")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(home(&[]), "/own-home::/own-auth\n");
    for mode in MODES {
        let options = ["--redirect", mode, "--no-isolate"];
        assert_eq!(home(&options), "/own-home::/own-auth\n");
    }
    let isolated = home(&["--isolate"]);
    assert!(!isolated.contains("own"), "{isolated}");
    assert!(isolated.contains(".docker"), "{isolated}");
}

#[test]
#[cfg(feature = "real-clients")]
fn the_sandbox_replaces_etc_hosts_for_the_command_only() {
    let before = std::fs::read("/etc/hosts").unwrap();
    let script = "grep -c amazonaws.com /etc/hosts";
    let many = predicates::function::function(|output: &str| {
        output.trim().parse().is_ok_and(|n: u32| n > 100)
    });
    run("sandbox", script).success().stdout(many);
    assert_eq!(std::fs::read("/etc/hosts").unwrap(), before);
}

#[test]
#[cfg(feature = "real-clients")]
fn a_command_in_the_sandbox_calls_the_control_api_without_options() {
    let mock_ecr = assert_cmd::cargo::cargo_bin("mock-ecr");
    for key in [None, Some("given-key")] {
        let mut command = cargo_bin_cmd!("mock-ecr");
        command.args(["run", "--redirect", "sandbox"]);
        command.args(key.map(|key| format!("--control-key={key}")));
        command.arg("--").arg(&mock_ecr);
        command.args(["clock", "advance", "12h"]);
        command.assert().success();
    }
}

#[test]
fn the_path_of_the_certificate_is_absolute() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("relative")).unwrap();
    let script = "cd / && test -s \"$AWS_CA_BUNDLE\"";
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "--redirect", "proxy", "--", "sh", "-c", script])
        .current_dir(directory.path())
        .env("TMPDIR", "relative")
        .assert()
        .success();
}

#[test]
#[cfg(feature = "real-clients")]
fn other_users_can_read_the_files_of_the_sandbox_and_not_write_them() {
    let mock_ecr = assert_cmd::cargo::cargo_bin("mock-ecr");
    for umask in ["000", "077"] {
        let script = format!(
            "umask {umask}; exec \"$0\" run --redirect sandbox -- stat -L -c %a /etc/hosts /etc/resolv.conf"
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .arg(&mock_ecr)
            .output()
            .unwrap();
        let modes = String::from_utf8(output.stdout).unwrap();
        assert_eq!(modes, "644\n644\n", "{umask}");
    }
}

#[test]
#[cfg(feature = "real-clients")]
fn a_command_in_the_sandbox_inherits_only_the_descriptors_that_it_names() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("named"), "content").unwrap();
    let inside =
        "for n in 7 8; do test -e /proc/self/fd/$n && echo $n is open; done; cat /dev/fd/8";
    let script =
        format!("exec 7</ 8<named; exec \"$0\" run --redirect sandbox -- sh -c '{inside}'");
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .arg(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .current_dir(directory.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "8 is open\ncontent", "{:?}", output.stderr);
}

#[test]
#[cfg(feature = "real-clients")]
fn the_runtime_directories_of_users_are_empty_in_the_sandbox() {
    let home = tempfile::tempdir().unwrap();
    let desktop = home.path().join(".docker/desktop");
    std::fs::create_dir_all(&desktop).unwrap();
    std::fs::write(desktop.join("docker.sock"), "a socket").unwrap();
    let script = "mount -t tmpfs none /run && mkdir -p /run/user/1000/podman && touch /run/user/1000/podman/podman.sock && \
                  exec \"$0\" run --redirect sandbox --no-isolate -- sh -c 'find /run/user; cat $HOME/.docker/desktop/docker.sock'";
    let output = std::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .env("HOME", home.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "/run/user\n/run/user/1000\n", "{:?}", output.stderr);
}
