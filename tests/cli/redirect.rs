//! `run --redirect`: clients that accept only AWS's names, led to the mock.

use assert_cmd::assert::Assert;
use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

const REGISTRY: &str = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/";

fn run(redirect: &str, script: &str) -> Assert {
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "--redirect", redirect, "--", "sh", "-c", script])
        .assert()
}

fn status_of(url: &str) -> String {
    format!("curl -s -o /dev/null -w '%{{http_code}}' {url}")
}

#[test]
fn a_client_reaches_the_registry_by_its_name_of_aws() {
    for redirect in ["proxy", "sandbox"] {
        run(redirect, &status_of(REGISTRY)).success().stdout("401");
    }
}

#[test]
fn a_client_that_does_not_trust_the_authority_gets_nowhere() {
    // 60: the certificate of the peer cannot be verified (curl's manual).
    let distrusting =
        format!("CURL_CA_BUNDLE=/dev/null SSL_CERT_FILE=/dev/null curl -s {REGISTRY}");
    for redirect in ["proxy", "sandbox"] {
        let script = format!("{distrusting} --cacert /dev/null; echo $?");
        let outcome = run(redirect, &script).success();
        let said = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
        assert!(
            ["60\n", "77\n"].contains(&said.as_str()),
            "{redirect}: {said}"
        );
    }
}

#[test]
fn through_the_proxy_no_other_host_is_reached_and_the_user_is_told_which() {
    // 56: the proxy has refused (curl's manual).
    let script = format!("{}; echo \" $?\"", status_of("https://example.com/"));
    run("proxy", &script)
        .success()
        .stdout("000 56\n")
        .stderr("mock-ecr: the command sent a request to example.com:443, which was rejected\n");
}

#[test]
fn behind_the_fence_there_is_no_way_out() {
    // 6: the name leads nowhere; 7: the address cannot be reached.
    let script = "curl -s https://example.com/; echo $?; curl -s https://192.0.2.1/; echo $?; \
                  grep -c : /proc/net/dev";
    run("sandbox", script).success().stdout("6\n7\n1\n");
}

#[test]
fn behind_the_fence_a_command_has_an_empty_home_that_is_gone_afterwards() {
    let script = "echo $HOME; find $HOME -type f | wc -l; touch $HOME/left";
    let outcome = run("sandbox", script).success();
    let said = String::from_utf8_lossy(&outcome.get_output().stdout).into_owned();
    let (home, files) = said.split_once('\n').unwrap();
    assert_eq!(files.trim(), "0");
    assert!(!std::path::Path::new(home).exists(), "{home}");
}

#[test]
fn isolation_is_chosen_apart_from_the_way() {
    let own = "/own-home";
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
            .env("HOME", own)
            .env("REGISTRY_AUTH_FILE", "/own-auth")
            .env_remove("DOCKER_CONFIG")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(home(&[]), "/own-home::/own-auth\n");
    assert_eq!(
        home(&["--redirect", "sandbox", "--no-isolate"]),
        "/own-home::/own-auth\n"
    );
    let isolated = home(&["--isolate"]);
    assert!(!isolated.contains("own"), "{isolated}");
    assert!(isolated.contains(".docker"), "{isolated}");
}

#[test]
fn the_system_s_files_are_covered_for_the_command_alone() {
    let before = std::fs::read("/etc/hosts").unwrap();
    let script = "grep -c amazonaws.com /etc/hosts";
    let many = predicate::function(|said: &str| said.trim().parse().is_ok_and(|n: u32| n > 100));
    run("sandbox", script).success().stdout(many);
    assert_eq!(std::fs::read("/etc/hosts").unwrap(), before);
}
