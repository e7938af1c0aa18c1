//! The kubelet's credential providers, v1: a request as JSON on stdin, the response on stdout.
//!
//! An error is a text on stderr, with exit code 1 and nothing on stdout.

use std::time::Duration;

use ecr_token_source::Registry;
use serde_json::{Value, json};

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::{request, tokens};

pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    if !words.is_empty() {
        return Err(failed("it takes no arguments but the global options"));
    }
    let text = request::from_stdin().map_err(|error| failed(&error.to_string()))?;
    let registry = asked(&text)?;
    let key = registry.to_string();
    let login = tokens::login(globals, Some(registry)).await;
    let login = login.map_err(|error| failed(&error.one_line()))?;
    let (username, password) = (&login.credentials.username, &login.credentials.password);
    let response = json!({
        "kind": "CredentialProviderResponse",
        "apiVersion": API_VERSION,
        "cacheKeyType": "Registry",
        "cacheDuration": duration(login.shelf_life),
        "auth": { key: { "username": username, "password": password.expose() } },
    });
    Ok(format!("{response}\n"))
}

/// The registry of the image.
fn asked(text: &str) -> Result<Registry, Error> {
    let request: Value = serde_json::from_str(text)
        .map_err(|error| failed(&format!("the request is no JSON: {error}")))?;
    let member = |name: &str| request[name].as_str().unwrap_or_default();
    let (kind, version) = (member("kind"), member("apiVersion"));
    if (kind, version) != ("CredentialProviderRequest", API_VERSION) {
        let wanted = format!("CredentialProviderRequest of {API_VERSION}");
        let text = format!("the request is {kind:?} of {version:?}, and not {wanted}");
        return Err(failed(&text));
    }
    let roles = &request["serviceAccountAnnotations"]["eks.amazonaws.com/ecr-role-arn"];
    if !member("serviceAccountToken").is_empty() && roles.is_string() {
        // The node's own credentials would open what the pod's role may not.
        return Err(failed("the role of a service account cannot be assumed"));
    }
    let image = member("image");
    Registry::of(image).map_err(|error| failed(&format!("image {image:?}: {error}")))
}

/// As Go reads durations. The kubelet takes none at all for its own default, so that there always is one.
fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn failed(text: &str) -> Error {
    Error::Kubelet(format!("kubelet-credential-provider: {text}"))
}

const API_VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_whole_seconds_as_go_writes_them() {
        let shown = |millis| duration(Duration::from_millis(millis));
        assert_eq!(shown(0), "0s");
        assert_eq!(shown(999), "0s");
        assert_eq!(shown(15_500), "15s");
        assert_eq!(shown(180_000), "3m0s");
        assert_eq!(shown(38_880_000), "10h48m0s");
    }

    fn request(member: &str, value: Value) -> Result<Registry, Error> {
        let mut request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": API_VERSION,
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
        });
        request[member] = value;
        asked(&request.to_string())
    }

    #[test]
    fn another_request_than_v1_of_an_image_of_ecr_is_refused() {
        assert!(request("x", Value::Null).is_ok(), "unknown members pass");
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
        assert!(asked("").is_err() && asked("[]").is_err() && asked("null").is_err());
    }

    #[test]
    fn a_service_account_without_a_role_gets_the_nodes_login() {
        let request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": API_VERSION,
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app",
            "serviceAccountToken": "of-the-pod",
        });
        assert!(asked(&request.to_string()).is_ok());
        let mut with_role = request;
        let role = json!({ "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::123456789012:role/r" });
        with_role["serviceAccountAnnotations"] = role;
        assert!(asked(&with_role.to_string()).is_err());
    }
}
