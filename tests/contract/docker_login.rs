//! Callers of `docker login`: the end of their logins, and the docker CLI.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use ecr_contract::ClientType;
use ecr_contract::report::{Severity, Verdict};

use crate::command::{OWN, Script};
#[cfg(feature = "real-clients")]
use crate::failures::failures;
use crate::suite::{Suite, mutant};

/// The mutant without a fault logs in once.
#[test]
fn a_client_must_renew_its_logins_only_if_it_claims_to() {
    let client = [&*mutant(), "docker-login-caller", "{registries}"];
    let verdict = |client: &[&str], options: &[&str]| {
        let suite = Suite::of(ClientType::DockerLoginCaller, client);
        let suite = suite.with(&["--scenario", "DKR-04"]).with(options);
        let report = suite.report();
        (report.scenarios[0].severity, report.scenarios[0].verdict)
    };
    let claimed = &["--claims", "refresh"][..];
    assert_eq!(verdict(&client, &[]), (Severity::Info, Verdict::Info));
    assert_eq!(verdict(&client, claimed), (Severity::Must, Verdict::Failed));
    let renewing = [
        &[client[0], "--fault", "renews-in-background"],
        &client[1..],
    ]
    .concat();
    assert_eq!(
        verdict(&renewing, claimed),
        (Severity::Must, Verdict::Passed)
    );
}

/// The client configures a credential helper for docker.
#[test]
fn a_credential_helper_renews_the_logins_of_a_client() {
    let script = Script::new("");
    let folder = script.file("");
    let text = format!(
        "#!/bin/sh\ncase $0 in *docker-credential-own) exec {0} docker-credential \"$1\" ;; esac\n\
         {0} docker-login-caller \"$@\" || exit\nln -sf \"$0\" {1}/docker-credential-own\n\
         echo '{{\"credsStore\":\"own\"}}' >\"$DOCKER_CONFIG/config.json\"\n",
        mutant(),
        folder.display()
    );
    fs::write(script.path(), text).unwrap();
    let client = [&*script.path(), "{registries}"];
    let suite = Suite::of(ClientType::DockerLoginCaller, &client).with_path(&folder);
    let options = ["--scenario", "DKR-04", "--claims", "refresh"];
    let report = suite.with(&options).report();
    assert_eq!(report.scenarios[0].verdict, Verdict::Passed, "{report:?}");
}

#[test]
fn a_client_uses_the_docker_cli_on_the_path() {
    let folder = Script::new("");
    let docker = folder.file("docker");
    let text = "#!/bin/sh\necho \"$@\" >>LOG\ncat >/dev/null\nmkdir -p $DOCKER_CONFIG\n\
         printf '{\"auths\":{\"%s\":{\"username\":\"AWS\",\"password\":\"from docker\"}}}' \"$5\" >$DOCKER_CONFIG/config.json\n";
    let log = folder.file("log");
    fs::write(&docker, text.replace("LOG", &log.display().to_string())).unwrap();
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    let own = folder.scenario(&format!(
        "{OWN}[[step]]\nfetch = {{}}\nexpect = {{ result = 'login', secret = {{ is = 'from docker' }}, password_via = 'stdin' }}\n\
         [[step]]\nuse = 'docker_config'\nexpect = {{ result = 'login', username = 'AWS', secret = {{ is = 'from docker' }} }}\n"
    ));
    let client = [&*mutant(), "docker-login-caller", "{registries}"];
    let suite = Suite::of(ClientType::DockerLoginCaller, &client);
    let options = [
        "--docker",
        "real",
        "--scenarios",
        &own,
        "--scenario",
        "OWN-1",
        "--scenario",
        "TOK-02",
        "--scenario",
        "HST-06",
    ];
    let report = suite.with(&options).with_path(&folder.file("")).report();
    let verdict = |id| {
        let mut scenarios = report.scenarios.iter();
        scenarios.find(|one| one.id == id).unwrap().verdict
    };
    assert_eq!(verdict("OWN-1"), Verdict::Passed, "{report:?}");
    assert_eq!(verdict("TOK-02"), Verdict::NotApplicable);
    assert_eq!(verdict("HST-06"), Verdict::NotApplicable);
    assert!(
        fs::read_to_string(log)
            .unwrap()
            .starts_with("login --username AWS --password-stdin 1")
    );
}

#[test]
#[cfg(feature = "real-clients")]
fn docker_accepts_the_logins_of_a_correct_client() {
    let client = [&*mutant(), "docker-login-caller", "{registries}"];
    let selected = ["TOK-01", "TOK-04", "DKR-*", "OBS-01", "CRD-03"];
    let options: Vec<&str> = selected
        .into_iter()
        .flat_map(|id| ["--scenario", id])
        .chain(["--docker", "real"])
        .collect();
    for redirect in ["sandbox", "proxy"] {
        let suite = Suite::of(ClientType::DockerLoginCaller, &client).with(&options);
        let report = suite.with(&["--redirect", redirect]).report();
        let passes = |verdict| matches!(verdict, Verdict::Passed | Verdict::Info);
        let others = report.scenarios.iter().filter(|one| !passes(one.verdict));
        let others: Vec<Vec<String>> = others.map(failures).collect();
        assert!(others.is_empty(), "{redirect}: {others:#?}");
    }
}

/// A client can configure a credential store, in which docker then stores the login instead of in its `config.json`.
#[test]
#[cfg(feature = "real-clients")]
fn a_login_in_a_credential_store_is_found() {
    let folder = Script::new("");
    let store = folder.file("docker-credential-test-store");
    let text = "#!/bin/sh\n\
         case $1 in\n\
         store) cat >\"$HOME/stored\" ;;\n\
         get) host=$(cat); grep -qF \"\\\"$host\\\"\" \"$HOME/stored\" && cat \"$HOME/stored\" ;;\n\
         esac\n";
    fs::write(&store, text).unwrap();
    fs::set_permissions(&store, fs::Permissions::from_mode(0o755)).unwrap();
    let client = format!(
        "mkdir -p \"$DOCKER_CONFIG\"; echo '{{\"credsStore\": \"test-store\"}}' >\"$DOCKER_CONFIG/config.json\"; exec {} docker-login-caller \"$1\"",
        mutant()
    );
    let client = ["sh", "-c", &client, "client", "{registries}"];
    let suite = Suite::of(ClientType::DockerLoginCaller, &client);
    let options = ["--docker", "real", "--scenario", "TOK-01"];
    let report = suite.with(&options).with_path(&folder.file("")).report();
    let (verdict, failures) = (report.scenarios[0].verdict, failures(&report.scenarios[0]));
    assert_eq!(verdict, Verdict::Passed, "{failures:?}");
}
