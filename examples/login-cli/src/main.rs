//! Requests a token of Amazon ECR and writes it into docker's `config.json`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use aws_config::BehaviorVersion;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::ProvideErrorMetadata as _;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde_json::{Value, json};

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(registry) => {
            println!("logged in to {registry}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("ecr-login: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Error> {
    let (registry, token) = request_token().await?;
    let file = config_file()?;
    write_login(&file, &registry, &token)?;
    Ok(registry)
}

/// Returns the host name of the registry and the token.
async fn request_token() -> Result<(String, String), Error> {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let config = aws_config::defaults(BehaviorVersion::latest());
    let config = config.http_client(https.build_https()).load().await;
    let response = Client::new(&config).get_authorization_token().send().await;
    let response = response.map_err(|error| match error.code() {
        Some(code) => format!("{code}: {}", error.message().unwrap_or_default()),
        None => aws_sdk_ecr::error::DisplayErrorContext(&error).to_string(),
    })?;
    let data = response.authorization_data().first();
    let data = data.ok_or("the response contains no token")?;
    let url = data.proxy_endpoint().unwrap_or_default();
    let registry = url.strip_prefix("https://").unwrap_or(url);
    let token = data.authorization_token().unwrap_or_default();
    Ok((registry.to_owned(), token.to_owned()))
}

fn config_file() -> Result<PathBuf, Error> {
    let directory = match (env::var_os("DOCKER_CONFIG"), env::home_dir()) {
        (Some(directory), _) => directory.into(),
        (None, Some(home)) => home.join(".docker"),
        (None, None) => return Err("expected DOCKER_CONFIG or a home directory".into()),
    };
    Ok(directory.join("config.json"))
}

/// Adds a login to the file. Other entries of the file are preserved.
fn write_login(file: &Path, registry: &str, token: &str) -> Result<(), Error> {
    let config = read_config(file);
    let mut config = config.map_err(|error| format!("{}: {error}", file.display()))?;
    // The token is the base64 text of a user name and a password, as docker stores them.
    config["auths"][registry] = json!({ "auth": token });
    fs::write(file, serde_json::to_vec_pretty(&config)?)?;
    Ok(())
}

/// Returns the content of the file, or an empty object if the file does not exist.
fn read_config(file: &Path) -> Result<Value, Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(json!({})),
        Err(error) => Err(error.into()),
    }
}
