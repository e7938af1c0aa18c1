//! The outputs of programs: that of `credential_process`, and that of `ecr` if stdout cannot be written.

use std::fs::File;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

use crate::command::{Ecr, KEY_ID, SECRET};
use crate::stub::{ONE_REGISTRY, Stub};

/// v1 reads any number of bytes.
#[test]
fn the_output_of_a_credential_process_is_limited() {
    for (redirection, stream) in [("", "stdout"), (" >&2", "stderr")] {
        let stub = Stub::responding(ONE_REGISTRY);
        let outcome = Ecr::new(&["get-login-password"])
            .without_credentials()
            .endpoint(&stub)
            .env("PATH", "/usr/bin:/bin")
            .program("issue", &format!("#!/bin/sh\nexec yes{redirection}\n"))
            .file(".aws/config", "[default]\ncredential_process = ./issue\n")
            .run();
        let message = format!(
            "\nError when retrieving credentials from custom-process: the program wrote more than 1 MB to {stream}\n"
        );
        outcome.assert_failure(255, &message);
    }
}

#[test]
fn a_program_without_a_name_has_the_error_of_python() {
    Ecr::new(&["get-login-password"])
        .without_credentials()
        .file(".aws/config", "[default]\ncredential_process = ''\n")
        .run()
        .assert_failure(255, "\n[Errno 13] Permission denied: ''\n");
}

#[test]
fn an_output_below_the_limit_is_read() {
    let stub = Stub::responding(ONE_REGISTRY);
    let script = "#!/bin/sh\nhead -c 900000 /dev/zero >&2\nhead -c 900000 /dev/zero | tr '\\0' ' '\necho '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}'\n";
    let outcome = Ecr::new(&["get-login-password"])
        .without_credentials()
        .endpoint(&stub)
        .env("PATH", "/usr/bin:/bin")
        .program("issue", script)
        .file(".aws/config", "[default]\ncredential_process = ./issue\n")
        .run();
    assert_eq!(outcome.success(), "password\n");
}

/// Runs a command with this stdout, and returns its exit code and its stderr.
fn run(words: &[&str], url: &str, stdout: Stdio) -> (Option<i32>, String) {
    let output = Command::new(cargo_bin!("ecr"))
        .args(words)
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// v1 exits with 120 if its output is shorter than the buffer of Python, which has 8 kB. It exits with 0 or 255 after a longer one.
#[test]
fn a_failed_write_exits_with_120() {
    let stub = Stub::responding(ONE_REGISTRY);
    for words in [
        &["get-login-password"][..],
        &["get-login"],
        &["get-authorization-token"],
        &["get-authorization-token", "--output", "text"],
        &["get-authorization-token", "--output", "table"],
        &["get-authorization-token", "--generate-cli-skeleton"],
        &["--version"],
        &["help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, stderr) = run(words, &stub.url(), writer.into());
        assert_eq!((code, stderr.as_str()), (Some(120), ""), "{words:?}");
        let full = File::create("/dev/full").unwrap();
        let (code, stderr) = run(words, &stub.url(), full.into());
        assert_eq!(code, Some(120), "{words:?}");
        let message = "The output could not be written: No space left on device";
        assert!(stderr.contains(message), "{stderr}");
    }
}
