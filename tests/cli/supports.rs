//! `mock-ecr supports`.

use assert_cmd::cargo::cargo_bin_cmd;

#[test]
fn the_operations_are_printed_by_service() {
    let output = cargo_bin_cmd!("mock-ecr").arg("supports").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["SERVICE", "OPERATION"]);
    for expected in [
        ["ecr", "GetAuthorizationToken"],
        ["ecr", "PutAccountSetting"],
        ["sts", "GetCallerIdentity"],
    ] {
        assert!(rows.contains(&expected.to_vec()), "{printed}");
    }
    assert!(!printed.contains("StartImageScan"), "{printed}");
}
