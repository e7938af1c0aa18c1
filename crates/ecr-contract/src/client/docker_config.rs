//! Reads a login from docker's configuration, as docker does before it contacts a registry.

use std::io;

use serde_json::Value;

use crate::client::docker_credential;
use crate::client::outcome::{Outcome, between};
use crate::client::result::{ClientResult, Login};
use crate::clock;
use crate::file_start::read_start;
use crate::process::End;
use crate::stored_login::stored;
use crate::testbed::{Placeholders, Testbed};

/// Returns the login of a registry. It is the response of the credential helper in `config.json`, a login in this file, or the last login that
/// the replaced `docker` has accepted.
pub(crate) async fn login(testbed: &Testbed, placeholders: &Placeholders) -> io::Result<Outcome> {
    let config = testbed.home().join(".docker/config.json");
    let config = read_start(&config).unwrap_or_default();
    let config: Value = serde_json::from_slice(&config).unwrap_or_default();
    let registry = &placeholders.registry;
    if let Some(helper) = helper(&config, registry) {
        let program = format!("docker-credential-{helper}");
        return docker_credential::get(testbed, &program, placeholders).await;
    }
    let pair = stored(&config, registry).or_else(|| recorded(testbed, registry));
    let result = match pair {
        Some((username, password)) => ClientResult::Login(Login {
            username: Some(username),
            secret: Some(password),
            key: Some(registry.clone()),
            cache_for: None,
        }),
        None => ClientResult::error("docker's configuration has no login for the registry"),
    };
    Ok(Outcome {
        result,
        command: "(a read of docker's config.json)".to_owned(),
        stdin: String::new(),
        process: between(clock::now(), End::Exit(0), Vec::new()),
        returned_at: testbed.ecr.clock().now(),
        placeholders: placeholders.clone(),
        docker: Vec::new(),
    })
}

fn helper<'c>(config: &'c Value, registry: &str) -> Option<&'c str> {
    let own = config["credHelpers"][registry].as_str();
    own.or_else(|| config["credsStore"].as_str())
        .filter(|helper| !helper.is_empty())
}

fn recorded(testbed: &Testbed, registry: &str) -> Option<(String, String)> {
    let calls = testbed.shims.docker_calls().into_iter().rev();
    let mut logins = calls.filter_map(|call| call.login);
    let last = logins.find(|login| login.server == registry)?;
    Some((last.username, last.password))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_helper_of_a_registry_is_before_the_helper_of_all_registries() {
        let config = json!({ "credHelpers": { "a": "first" }, "credsStore": "second" });
        assert_eq!(helper(&config, "a"), Some("first"));
        assert_eq!(helper(&config, "b"), Some("second"));
        assert_eq!(helper(&json!({ "credsStore": "" }), "a"), None);
    }

    #[test]
    fn a_stored_login_is_read_in_each_form() {
        let pair = Some(("AWS".to_owned(), "pass".to_owned()));
        for entry in [
            json!({ "auth": "QVdTOnBhc3M=" }),
            json!({ "username": "AWS", "password": "pass" }),
        ] {
            let config = json!({ "auths": { "https://host": entry } });
            assert_eq!(stored(&config, "host"), pair);
            assert_eq!(stored(&config, "other"), None);
        }
    }
}
