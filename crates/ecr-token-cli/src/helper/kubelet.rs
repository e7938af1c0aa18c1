//! The protocol of the kubelet's credential providers, v1: a JSON request on stdin, a JSON response on stdout.
//!
//! An error is a message on stderr with exit code 1 and nothing on stdout.

use std::time::Duration;

use ecr_token_source::Registry;
use serde_json::{Value, json};

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::{request, tokens};

pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    if !words.is_empty() {
        return Err(helper_error("only global options are accepted"));
    }
    let text = request::from_stdin().map_err(|error| helper_error(&error.to_string()))?;
    let registry = requested_registry(&text)?;
    let key = registry.to_string();
    let login = tokens::login(globals, Some(registry)).await;
    let login = login.map_err(|error| helper_error(&error.one_line()))?;
    let (username, password) = (&login.credentials.username, &login.credentials.password);
    let response = json!({
        "kind": "CredentialProviderResponse",
        "apiVersion": API_VERSION,
        "cacheKeyType": "Registry",
        "cacheDuration": duration(login.cache_duration),
        "auth": { key: { "username": username, "password": password.expose() } },
    });
    Ok(format!("{response}\n"))
}

/// Returns the registry of the requested image.
fn requested_registry(text: &str) -> Result<Registry, Error> {
    let request: Value = serde_json::from_str(text)
        .map_err(|error| helper_error(&format!("the request is not valid JSON: {error}")))?;
    let member = |name: &str| request[name].as_str().unwrap_or_default();
    let (kind, version) = (member("kind"), member("apiVersion"));
    if (kind, version) != ("CredentialProviderRequest", API_VERSION) {
        let expected = format!("CredentialProviderRequest of {API_VERSION}");
        let text = format!("invalid request {kind:?} of {version:?}: expected {expected}");
        return Err(helper_error(&text));
    }
    let roles = &request["serviceAccountAnnotations"]["eks.amazonaws.com/ecr-role-arn"];
    if !member("serviceAccountToken").is_empty() && roles.is_string() {
        // The credentials of the node could allow what the role of the pod does not.
        return Err(helper_error(
            "assuming the role of a service account is not supported",
        ));
    }
    let image = member("image");
    Registry::parse(image).map_err(|error| helper_error(&format!("image {image:?}: {error}")))
}

/// Formats a duration as Go does. It is always present: without one, the kubelet uses its own default.
fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn helper_error(text: &str) -> Error {
    Error::Helper(format!("kubelet-credential-provider: {text}"))
}

const API_VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_formatted_as_go_does_in_whole_seconds() {
        let formatted = |millis| duration(Duration::from_millis(millis));
        assert_eq!(formatted(0), "0s");
        assert_eq!(formatted(999), "0s");
        assert_eq!(formatted(15_500), "15s");
        assert_eq!(formatted(180_000), "3m0s");
        assert_eq!(formatted(38_880_000), "10h48m0s");
    }

    fn request(member: &str, value: Value) -> Result<Registry, Error> {
        let mut request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": API_VERSION,
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
        });
        request[member] = value;
        requested_registry(&request.to_string())
    }

    #[test]
    fn other_versions_and_registries_are_rejected() {
        assert!(
            request("x", Value::Null).is_ok(),
            "unknown members are ignored"
        );
        for (member, value) in [
            ("kind", "CredentialProviderResponse"),
            ("apiVersion", "credentialprovider.kubelet.k8s.io/v1beta1"),
            ("image", ""),
            ("image", "alpine"),
            (
                "image",
                "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.test/app",
            ),
        ] {
            assert!(request(member, value.into()).is_err(), "{member}: {value}");
        }
        assert!(request("image", Value::Null).is_err());
        assert!(
            requested_registry("").is_err()
                && requested_registry("[]").is_err()
                && requested_registry("null").is_err()
        );
    }

    #[test]
    fn a_service_account_without_a_role_gets_the_login_of_the_node() {
        let request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": API_VERSION,
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
            "serviceAccountToken": "of-the-pod",
        });
        assert!(requested_registry(&request.to_string()).is_ok());
        let mut with_role = request;
        let role = json!({ "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::123456789012:role/r" });
        with_role["serviceAccountAnnotations"] = role;
        assert!(requested_registry(&with_role.to_string()).is_err());
    }
}
