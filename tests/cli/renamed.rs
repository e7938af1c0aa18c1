//! Names of an earlier command line: the error gives the new name.

use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

#[test]
fn an_old_name_is_rejected_with_the_new_name() {
    for (words, new) in [
        (&["serve", "--world", "x"][..], "'--config'"),
        (&["request", "--plane", "api"], "'--service'"),
        (&["request", "--way", "http"], "'--ingress'"),
        (&["request", "--service", "api"], "'--service ecr'"),
        (&["request", "--ingress", "tunnel"], "'--ingress connect'"),
        (
            &["run", "--redirect", "hosts", "true"],
            "'--redirect sandbox'",
        ),
        (&["contract", "--as", "kubelet", "true"], "'--client-type'"),
        (&["token", "mint"], "'issue'"),
        (&["tokens"], "'token'"),
        (&["faults"], "'fault'"),
        (&["requests"], "'request'"),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(words)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(format!("was renamed: use {new}")));
    }
}
