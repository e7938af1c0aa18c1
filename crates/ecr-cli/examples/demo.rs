//! The life of an authorization token, told and shown: asked for by the real SDK, used, forged, outlived, replaced.
//!
//! Every step says what it expects; the program ends with 0 only if every answer was the expected one.

#![allow(clippy::print_stdout, reason = "telling is what this program is for")]

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use mock_ecr::{AuthorizationToken, MockEcr};
use serde_json::Value;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Failure> {
    let ecr = MockEcr::builder().frozen().start().await?;
    // The runtime serves the mock; its clients wait on a thread of their own.
    tokio::task::spawn_blocking(|| tell(ecr)).await?
}

fn tell(ecr: MockEcr) -> Result<ExitCode, Failure> {
    println!("A mock of Amazon ECR listens on {}.", ecr.url());
    println!("Its clock stands at {}.", ecr.clock().now());

    let mut demo = Demo { ecr, failed: false };
    let token = demo.ask_for_token()?;
    let say = "The registry lets the token in.";
    demo.ping(say, Some(&token), Expect::Status(200))?;

    let say = "With one character changed, it does not.";
    let forged = change_one_character(&token);
    demo.ping(
        say,
        Some(&forged),
        Expect::Refusal(400, "Your Authorization Token is invalid."),
    )?;

    let say = "Nor with a token of another region: this registry is in us-east-1.";
    let foreign = demo.token_of("eu-west-1")?;
    demo.ping(say, Some(foreign.as_str()), Expect::Challenge)?;

    let say = "Nor with none.";
    demo.ping(say, None, Expect::Challenge)?;

    demo.ecr.clock().advance(Duration::from_secs(12 * 3600));
    let say = "Twelve hours pass in no time, and the token has died: 403, without a challenge.";
    let text = "Your authorization token has expired. Reauthenticate and try again.";
    demo.ping(say, Some(&token), Expect::Refusal(403, text))?;

    let token = demo.ask_for_token()?;
    let say = "A fresh token opens the registry again.";
    demo.ping(say, Some(&token), Expect::Status(200))?;

    let asked = demo
        .ecr
        .requests()
        .operation("GetAuthorizationToken")
        .count();
    let all = demo.ecr.requests().count();
    println!("\nThe journal has all {all} exchanges, {asked} of them for a token.");
    Ok(demo.verdict())
}

struct Demo {
    ecr: MockEcr,
    failed: bool,
}

#[derive(Clone, Copy)]
enum Expect {
    Status(u16),
    /// An error in the body, and no challenge.
    Refusal(u16, &'static str),
    /// 401, and the challenge that asks for Basic credentials.
    Challenge,
}

impl Demo {
    /// Runs `ecr get-authorization-token`, which is built on the real `aws-sdk-ecr`.
    fn ask_for_token(&mut self) -> Result<String, Failure> {
        println!("\n$ ecr get-authorization-token");
        let mut command = Command::new(ecr_program()?);
        command.arg("get-authorization-token");
        for (name, value) in self.ecr.environment() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("ecr ended with {}: {said}", output.status).into());
        }
        let json: Value = serde_json::from_slice(&output.stdout)?;
        let data = &json["authorizationData"][0];
        let token = data["authorizationToken"].as_str().ok_or("no token came")?;
        print!(
            "{}",
            String::from_utf8(output.stdout.clone())?.replace(token, &shortened(token))
        );
        let expires = data["expiresAt"].as_f64().ok_or("no expiresAt came")?;
        let end = self.ecr.clock().now() + self.ecr.world().token_life;
        #[allow(
            clippy::cast_precision_loss,
            reason = "a time in milliseconds fits into a double"
        )]
        let is_right = (expires * 1000.0).round() == end.as_millis() as f64;
        self.check(is_right);
        Ok(token.to_owned())
    }

    fn token_of(&self, region: &str) -> Result<AuthorizationToken, Failure> {
        let principal = self.ecr.world().default_principal().arn;
        Ok(self.ecr.mint_for(principal, region.parse()?))
    }

    /// Calls the registry of the default account in us-east-1, as docker does when it logs in.
    fn ping(&mut self, say: &str, token: Option<&str>, expect: Expect) -> Result<(), Failure> {
        println!("\n{say}");
        println!("> GET /v2/");
        let authorization = token.map_or(String::new(), |token| {
            format!("Authorization: Basic {token}\r\n")
        });
        let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
        let request = format!(
            "GET /v2/ HTTP/1.1\r\nHost: {host}\r\n{authorization}Connection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(self.ecr.address())?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;

        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or("the answer has no head")?;
        let challenge = head
            .lines()
            .find(|line| line.starts_with("Www-Authenticate: "));
        let told = head
            .lines()
            .next()
            .into_iter()
            .chain(challenge)
            .chain(body.lines());
        for line in told {
            println!("< {line}");
        }
        let has_status = |status: u16| head.starts_with(&format!("HTTP/1.1 {status} "));
        self.check(match expect {
            Expect::Status(status) => has_status(status),
            Expect::Challenge => has_status(401) && challenge.is_some(),
            Expect::Refusal(status, text) => {
                has_status(status) && challenge.is_none() && body.contains(text)
            }
        });
        Ok(())
    }

    fn check(&mut self, is_right: bool) {
        if !is_right {
            self.failed = true;
            println!("! This is not what was expected.");
        }
    }

    fn verdict(&self) -> ExitCode {
        if self.failed {
            println!("\nSome step did not answer as it should.");
            return ExitCode::FAILURE;
        }
        println!("Every step answered as it should.");
        ExitCode::SUCCESS
    }
}

/// Cargo puts the programs of a package one folder above its examples.
fn ecr_program() -> Result<PathBuf, Failure> {
    let example = std::env::current_exe()?;
    let folder = example.parent().and_then(|examples| examples.parent());
    let program = folder.ok_or("this example lies in no folder")?.join("ecr");
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
