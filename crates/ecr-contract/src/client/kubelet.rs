//! Runs kubelet credential providers, API version v1. Source of the protocol: `plugin.go` and `types.go` of Kubernetes.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::client::command::run;
use crate::client::outcome::Outcome;
use crate::client::result::{CacheFor, ClientResult, Login};
use crate::scenario::Fetch;
use crate::testbed::{Placeholders, REPOSITORY, Testbed};

pub(super) async fn fetch(
    testbed: &Testbed,
    placeholders: &Placeholders,
    fetch: &Fetch,
) -> io::Result<Outcome> {
    let image = match &fetch.input {
        Some(input) => placeholders.fill(input),
        None => format!("{}/{REPOSITORY}", placeholders.registry),
    };
    let request = json!({
        "kind": "CredentialProviderRequest",
        "apiVersion": API_VERSION,
        "image": image,
    });
    let run = run(testbed, placeholders, &[], &request.to_string(), fetch).await?;
    let stdout = run.stdout();
    let result = match (run.has_succeeded(), stdout.trim().is_empty()) {
        (true, _) => response(&stdout, &image),
        (false, true) => ClientResult::error(run.stderr()),
        (false, false) => {
            ClientResult::Malformed(format!("{}, with output on stdout", run.process.end))
        }
    };
    Ok(run.into_outcome(result))
}

/// A response. A response with an unknown field is invalid, since the kubelet rejects it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Response {
    kind: String,
    api_version: String,
    cache_key_type: String,
    cache_duration: Option<String>,
    auth: Option<BTreeMap<String, AuthConfig>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthConfig {
    username: String,
    password: String,
}

fn response(stdout: &str, image: &str) -> ClientResult {
    let response: Response = match serde_json::from_str(stdout) {
        Ok(response) => response,
        Err(error) => {
            return ClientResult::Malformed(format!(
                "stdout is not a CredentialProviderResponse: {error}"
            ));
        }
    };
    if (&*response.kind, &*response.api_version) != ("CredentialProviderResponse", API_VERSION) {
        let (kind, version) = (&response.kind, &response.api_version);
        return ClientResult::Malformed(format!("kind is {kind:?} and apiVersion is {version:?}"));
    }
    let key_type = &*response.cache_key_type;
    if !["Image", "Registry", "Global"].contains(&key_type) {
        return ClientResult::Malformed(format!("cacheKeyType is {key_type:?}"));
    }
    let cache_for = match response.cache_duration.as_deref().map(go_duration) {
        None => CacheFor::Unspecified,
        Some(Some(length)) => CacheFor::Duration(length),
        Some(None) => {
            return ClientResult::Malformed("cacheDuration is not a valid duration".to_owned());
        }
    };
    let auth = response.auth.unwrap_or_default();
    let Some((key, login)) = auth.iter().find(|(key, _)| fits(key, image)) else {
        let keys: Vec<&String> = auth.keys().collect();
        return match keys.is_empty() {
            true => ClientResult::error("auth is empty: no credentials"),
            false => ClientResult::Malformed(format!("no key of auth matches {image}: {keys:?}")),
        };
    };
    ClientResult::Login(Login {
        username: Some(login.username.clone()),
        secret: Some(login.password.clone()),
        key: Some(key.clone()),
        cache_for: Some(cache_for),
    })
}

/// Returns whether a key matches an image. The hosts must have the same number of labels; a label of the key may contain a `*`. The ports
/// must be equal. The path of the key must be a prefix of the path of the image.
pub(crate) fn fits(key: &str, image: &str) -> bool {
    let (key_host, key_path) = key.split_once('/').unwrap_or((key, ""));
    let (host, path) = image.split_once('/').unwrap_or((image, ""));
    let (key_name, key_port) = key_host.split_once(':').unwrap_or((key_host, ""));
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let labels = |name: &str| name.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (key_labels, labels) = (labels(key_name), labels(name));
    key_port == port
        && path.starts_with(key_path)
        && key_labels.len() == labels.len()
        && key_labels
            .iter()
            .zip(&labels)
            .all(|(key, label)| label_fits(key, label))
}

fn label_fits(key: &str, label: &str) -> bool {
    match key.split_once('*') {
        None => key == label,
        Some((start, end)) => {
            label.len() >= start.len() + end.len()
                && label.starts_with(start)
                && label.ends_with(end)
        }
    }
}

/// Parses a duration in Go's format, such as `6h0m0s`, `21.6µs` or `0s`. Returns `None` for a negative or invalid duration.
fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        seconds += number
            * match &rest[..end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end..];
    }
    (!text.is_empty()).then(|| Duration::try_from_secs_f64(seconds).ok())?
}

const API_VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_parsed_in_the_format_of_go() {
        let millis = |text| go_duration(text).map(|length| length.as_millis());
        assert_eq!(millis("6h0m0s"), Some(6 * 3_600_000));
        assert_eq!(millis("1.5s"), Some(1500));
        assert_eq!(millis("0s"), Some(0));
        assert_eq!(go_duration("21.6µs"), Some(Duration::from_nanos(21_600)));
        for wrong in ["", "6", "h", "6x", "-1s"] {
            assert_eq!(go_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_matches_by_labels_port_and_path() {
        let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app";
        assert!(fits("123456789012.dkr.ecr.us-east-1.amazonaws.com", image));
        assert!(fits("*.dkr.ecr.*.amazonaws.com", image));
        assert!(fits(
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/ap",
            image
        ));
        assert!(!fits("*.amazonaws.com", image));
        assert!(!fits("127.0.0.1", "127.0.0.1:5000/app"));
        assert!(fits("127.0.0.1:5000", "127.0.0.1:5000/app"));
    }
}
