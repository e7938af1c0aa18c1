//! A closed stdout, help for people, and commands for another program named `aws`.

use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

use crate::command::Ecr;
use crate::stub::{ONE_REGISTRY, Stub};

/// Runs a shell script with `ecr` as its first argument.
fn shell(script: &str, words: &[&str], stub: &Stub) -> Output {
    Command::new("/bin/sh")
        .args(["-c", script, "sh"])
        .arg(cargo_bin!("ecr"))
        .args(words)
        .env_clear()
        .env("AWS_ENDPOINT_URL", stub.url())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "s")
        .env("AWS_ECR_DISABLE_CACHE", "true")
        .output()
        .unwrap()
}

/// v1 also exits with 255, with the text of an exception of Python.
#[test]
fn a_closed_stdout_is_an_error() {
    let stub = Stub::responding(ONE_REGISTRY);
    for words in [
        &["get-login-password"][..],
        &["get-authorization-token"],
        &["--version"],
        &["credential-helper", "version"],
        &["credential-helper", "list"],
    ] {
        let output = shell("exec \"$@\" >&-", words, &stub);
        assert_eq!(output.status.code(), Some(255), "{words:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        let expected = "\nThe output could not be written: stdout is closed\n";
        assert_eq!(stderr, expected, "{words:?}");
    }
}

#[test]
fn the_null_device_is_an_open_stdout() {
    let stub = Stub::responding(ONE_REGISTRY);
    for redirection in [">/dev/null", "1<>/dev/null", ">/dev/null <&- 2>&-"] {
        let script = format!("exec \"$@\" {redirection}");
        let output = shell(&script, &["get-login-password"], &stub);
        assert_eq!(output.status.code(), Some(0), "{redirection}");
    }
}

/// v1 rejects these options.
#[test]
fn help_options_print_the_help_page() {
    let page = |words: &[&str]| {
        Ecr::new(words)
            .without_credentials()
            .run()
            .success()
            .to_owned()
    };
    let help = page(&["help"]);
    for words in [
        &["--help"][..],
        &["-h"],
        &["--region", "x", "--help"],
        &["help", "--help"],
    ] {
        assert_eq!(page(words), help, "{words:?}");
    }
    let help = page(&["get-login", "help"]);
    assert_eq!(page(&["get-login", "--help"]), help);
    assert_eq!(page(&["get-login", "--include-email", "-h"]), help);
    let as_aws = Ecr::as_aws(&["ecr", "--help"]).run();
    assert_ne!(as_aws.code, 0, "as in v1");
}

#[test]
fn every_command_is_among_the_choices() {
    let outcome = Ecr::new(&["nonsense"]).run();
    assert_eq!(outcome.code, 2);
    for command in [
        "keep-login",
        "login-lines",
        "credential-helper",
        "get-login",
    ] {
        assert!(
            outcome.stderr.contains(&format!("\n{command} "))
                || outcome.stderr.contains(&format!(" | {command} ")),
            "{command} in {}",
            outcome.stderr
        );
    }
}

/// A program that prints its name and its arguments.
const OTHER: &str = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\nexit 7\n";

fn with_other_aws(ecr: Ecr) -> Ecr {
    let path = format!("{0}/none:{0}/other:/usr/bin:/bin", ecr.home().display());
    ecr.program("other/aws", OTHER).env("PATH", &path)
}

#[test]
fn another_service_is_passed_to_the_next_aws() {
    for words in [
        &["sts", "get-caller-identity"][..],
        &["--output", "yaml", "s3", "ls", "--recursive"],
        &["ecr", "describe-images", "--repository-name", "a"],
    ] {
        let outcome = with_other_aws(Ecr::as_aws(words)).run();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (7, ""),
            "{words:?}"
        );
        let (program, arguments) = outcome.stdout.split_once('\n').unwrap();
        assert!(program.ends_with("/other/aws"), "{program}");
        assert_eq!(arguments.lines().collect::<Vec<_>>(), words);
    }
}

#[test]
fn own_commands_are_not_passed_on() {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = with_other_aws(Ecr::as_aws(&["ecr", "get-login-password"]));
    assert_eq!(ecr.endpoint(&stub).run().success(), "password\n");
    let version = with_other_aws(Ecr::as_aws(&["--version"])).run();
    assert!(version.success().starts_with("aws-cli/"));
    let nonsense = with_other_aws(Ecr::new(&["sts"])).run();
    assert_eq!(nonsense.code, 2, "called as ecr");
}

/// Two copies of the program would otherwise run each other forever.
#[test]
fn without_another_aws_the_service_is_an_error() {
    let ecr = Ecr::as_aws(&["s3", "ls"]);
    let directory = ecr.home().join("copy");
    std::fs::create_dir(&directory).unwrap();
    std::fs::copy(cargo_bin!("ecr"), directory.join("aws")).unwrap();
    let path = directory.display().to_string();
    let outcome = ecr.env("PATH", &path).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("argument command: Invalid choice"));
}

/// A script that runs the program would otherwise be run again each time.
#[cfg(unix)]
#[test]
fn a_script_that_runs_the_program_is_run_once() {
    let ecr = Ecr::as_aws(&["s3", "ls"]);
    let own = ecr.home().join("own");
    std::fs::create_dir(&own).unwrap();
    std::os::unix::fs::symlink(cargo_bin!("ecr"), own.join("aws")).unwrap();
    let script = format!("#!/bin/sh\nexec {}/aws \"$@\"\n", own.display());
    let path = format!("{}/script:{}", ecr.home().display(), own.display());
    let outcome = ecr.program("script/aws", &script).env("PATH", &path).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("argument command: Invalid choice"));
}
