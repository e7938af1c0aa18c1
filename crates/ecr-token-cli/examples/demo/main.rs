//! Shows what happens to an authorization token: the AWS SDK requests it, an image is pushed and pulled with it, a forged
//! token is rejected, and the expired token is replaced.
//!
//! With `--console`, it fills a mock for the web console instead, and the mock runs until Ctrl-C.
//!
//! Each step checks the response. The program exits with 0 only if all responses are as expected.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program prints its steps and errors"
)]

mod console;
mod image;
mod wire;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use mock_ecr::token::AuthorizationToken;
use mock_ecr::{MockEcr, Principal};
use serde_json::Value;

use wire::Request;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let ecr = MockEcr::builder().frozen().repository("app");
            let ecr = ecr.start().await?;
            // The runtime serves the mock; the clients block a thread of their own.
            tokio::task::spawn_blocking(|| run_demo(ecr)).await?
        }
        ["--console"] => console::run().await,
        _ => {
            eprintln!("error: unknown arguments: {arguments:?}; expected --console or none");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn run_demo(ecr: MockEcr) -> Result<ExitCode, Error> {
    println!("A mock of Amazon ECR listens on {}.", ecr.url());
    println!("Its clock is frozen at {}.", ecr.clock().now());

    let mut demo = Demo { ecr, failed: false };
    let token = demo.request_token()?;
    let title = "The registry accepts the token.";
    demo.ping(title, Some(&token), Expect::Status(200))?;
    demo.push_and_pull(&token)?;

    let title = "A token with one changed character is rejected.";
    let forged = change_one_character(&token);
    demo.ping(
        title,
        Some(&forged),
        Expect::Error(400, "Your Authorization Token is invalid."),
    )?;

    let title = "A token for another region is rejected: this registry is in us-east-1.";
    let foreign = demo.token_of("eu-west-1")?;
    demo.ping(title, Some(foreign.as_str()), Expect::Challenge)?;

    let title = "Without a token, the registry responds with a challenge.";
    demo.ping(title, None, Expect::Challenge)?;

    demo.ecr.clock().advance(Duration::from_secs(12 * 3600));
    let title =
        "The clock advances by twelve hours. The token has expired: 403 without a challenge.";
    let text = "Your authorization token has expired. Reauthenticate and try again.";
    demo.ping(title, Some(&token), Expect::Error(403, text))?;

    let token = demo.request_token()?;
    let title = "The registry accepts a new token.";
    demo.ping(title, Some(&token), Expect::Status(200))?;

    let token_requests = demo
        .ecr
        .requests()
        .operation("GetAuthorizationToken")
        .count();
    let all = demo.ecr.requests().count();
    println!("\nThe request log contains all {all} requests; {token_requests} requested a token.");
    Ok(demo.exit_code())
}

struct Demo {
    ecr: MockEcr,
    failed: bool,
}

#[derive(Clone, Copy)]
enum Expect {
    Status(u16),
    /// An error in the body, without a challenge.
    Error(u16, &'static str),
    /// 401 with a challenge for Basic credentials.
    Challenge,
}

impl Demo {
    /// Runs `ecr get-authorization-token`, which uses `aws-sdk-ecr`.
    fn request_token(&mut self) -> Result<String, Error> {
        self.request_token_of(&self.ecr.config().default_principal())
    }

    fn request_token_of(&mut self, principal: &Principal) -> Result<String, Error> {
        println!("\n$ ecr get-authorization-token");
        let mut command = Command::new(ecr_program()?);
        command.arg("get-authorization-token");
        for (name, value) in self.ecr.environment() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command
            .env("AWS_ACCESS_KEY_ID", &principal.access_key_id)
            .env(
                "AWS_SECRET_ACCESS_KEY",
                principal.secret_access_key.expose(),
            )
            .output()?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("ecr exited with {}: {stderr}", output.status).into());
        }
        let json: Value = serde_json::from_slice(&output.stdout)?;
        let data = &json["authorizationData"][0];
        let token = data["authorizationToken"]
            .as_str()
            .ok_or("authorizationToken is missing")?;
        print!(
            "{}",
            String::from_utf8(output.stdout.clone())?.replace(token, &shortened(token))
        );
        let expires = data["expiresAt"].as_f64().ok_or("expiresAt is missing")?;
        let end = self.ecr.clock().now() + self.ecr.config().token_ttl;
        #[allow(
            clippy::cast_precision_loss,
            reason = "a time in milliseconds fits into a double"
        )]
        let is_expected = (expires * 1000.0).round() == end.as_millis() as f64;
        self.check(is_expected);
        Ok(token.to_owned())
    }

    fn token_of(&self, region: &str) -> Result<AuthorizationToken, Error> {
        let principal = self.ecr.config().default_principal().arn;
        Ok(self.ecr.issue_token_for(principal, region.parse()?))
    }

    /// Calls the registry of the default account in us-east-1, as docker does for a login.
    fn ping(&mut self, title: &str, token: Option<&str>, expect: Expect) -> Result<(), Error> {
        println!("\n{title}");
        println!("> GET /v2/");
        let request = Request {
            method: "GET",
            target: "/v2/",
            host: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
            token,
            body: None,
        };
        let response = request.send(self.ecr.address())?;
        let body = String::from_utf8(response.body.clone())?;
        println!("< {}", response.status_line());
        let challenge = response.header("Www-Authenticate");
        if let Some(challenge) = challenge {
            println!("< Www-Authenticate: {challenge}");
        }
        body.lines().for_each(|line| println!("< {line}"));
        self.check(match expect {
            Expect::Status(status) => response.has_status(status),
            Expect::Challenge => response.has_status(401) && challenge.is_some(),
            Expect::Error(status, text) => {
                response.has_status(status) && challenge.is_none() && body.contains(text)
            }
        });
        Ok(())
    }

    fn check(&mut self, is_expected: bool) {
        if !is_expected {
            self.failed = true;
            println!("! Unexpected response.");
        }
    }

    fn exit_code(&self) -> ExitCode {
        if self.failed {
            println!("\nAt least one response was not as expected.");
            return ExitCode::FAILURE;
        }
        println!("All responses were as expected.");
        ExitCode::SUCCESS
    }
}

/// Cargo puts the programs of a package into the parent folder of its examples.
fn ecr_program() -> Result<PathBuf, Error> {
    let example = std::env::current_exe()?;
    let folder = example.parent().and_then(|examples| examples.parent());
    let program = folder
        .ok_or("the example has no parent folder")?
        .join("ecr");
    if program.exists() {
        return Ok(program);
    }
    Err(format!("{} is missing; scripts/demo builds it", program.display()).into())
}

fn change_one_character(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if &token[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}

fn shortened(token: &str) -> String {
    let (start, end) = (&token[..24], &token[token.len() - 8..]);
    format!("{start}…{} characters…{end}", token.len() - 32)
}
