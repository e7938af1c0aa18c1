//! Parses the query parameters and the body of a request to the control API.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::request::Parts;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::control::error::ControlError;
use crate::domain::Repositories;
use crate::http::base_url::BaseUrl;
use crate::http::body::CollectError;
use crate::http::client::Client;
use crate::http::query;
use crate::state::State;
use crate::types::input_tree::InputTree;
use crate::types::renamed::{new_name, with_suggestion};
use crate::types::similar::{DidYouMean, most_similar};
use crate::types::{AccountId, Region, RegistryId, RepositoryId, RepositoryName};

/// An authorized request.
pub(super) struct ControlRequest<'a> {
    pub(super) state: &'a State,
    pub(super) parts: &'a Parts,
    pub(super) client: &'a Client,
    /// The base URL by which the caller has reached the mock.
    pub(super) base_url: BaseUrl<'a>,
    query: BTreeMap<String, String>,
    body: Bytes,
}

impl<'a> ControlRequest<'a> {
    /// Returns an error for an unknown or repeated parameter. A misspelled parameter would otherwise be ignored.
    pub(super) fn new(
        state: &'a State,
        parts: &'a Parts,
        client: &'a Client,
        known: &[&str],
    ) -> Result<Self, ControlError> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let mut found = BTreeMap::new();
        for parameter in query::parse(parts.uri.query().unwrap_or_default()) {
            let (name, value) = (text(parameter.name), text(parameter.value));
            if !known.contains(&name.as_str()) {
                return Err(unknown_parameter(&name, known));
            }
            if found.insert(name.clone(), value).is_some() {
                return Err(ControlError::query(
                    &name,
                    "duplicate parameter: expected it once",
                ));
            }
        }
        Ok(ControlRequest {
            state,
            parts,
            client,
            base_url: BaseUrl::of(parts, client.ingress),
            query: found,
            body: Bytes::new(),
        })
    }

    /// Returns the repositories, after the work that is due.
    pub(super) async fn repositories(&self) -> Result<&'a Repositories, ControlError> {
        let current = self.state.current_repositories().await;
        current.map_err(|error| ControlError::store(&error))
    }

    /// Returns the ID of a repository. The default registry is the private one of the default account in the Region of the configuration. `place` is a
    /// Region, or the place of a public registry as `repositories` returns it.
    pub(super) fn repository_id(
        &self,
        account: Option<AccountId>,
        place: Option<&str>,
        name: RepositoryName,
    ) -> Result<RepositoryId, ControlError> {
        let config = &self.state.config;
        let account = account.unwrap_or(config.default_account());
        let place = place.unwrap_or(config.region.as_str());
        match RegistryId::parse(account.as_str(), place) {
            Some(registry) => Ok(RepositoryId { registry, name }),
            None => {
                let error = place.parse::<Region>().err();
                let text =
                    error.map_or_else(|| "invalid Region".to_owned(), |error| error.to_string());
                Err(ControlError::query("region", text))
            }
        }
    }

    /// Returns the output of work that ends when the client disconnects.
    pub(super) async fn unless_disconnected<T>(
        &self,
        work: impl Future<Output = Result<T, ControlError>>,
    ) -> Result<T, ControlError> {
        tokio::select! {
            output = work => output,
            () = self.client.disconnected() => Err(ControlError::client_closed_request()),
        }
    }

    /// Reads the body. Its content type must be JSON, because a browser page cannot send that type to another origin
    /// without permission.
    pub(super) async fn read(
        &mut self,
        body: impl Future<Output = Result<Bytes, CollectError>>,
    ) -> Result<(), ControlError> {
        let content_type = self.parts.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next());
        if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
            return Err(not_json());
        }
        self.body = body.await.map_err(body_error)?;
        Ok(())
    }

    /// Returns the query parameters that are fields of the type.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        let text =
            |(name, value): (&String, &String)| (name.clone(), InputTree::Text(value.clone()));
        let parameters = InputTree::Map(self.query.iter().map(text).collect());
        serde_path_to_error::deserialize(parameters).map_err(|error| {
            let name = error.path().to_string();
            ControlError::query(&name, error.into_inner().to_string())
        })
    }

    /// Returns the parsed body. An empty body is parsed as an empty object.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        let body: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            &self.body
        };
        let values: InputTree =
            serde_json::from_slice(body).map_err(|error| ControlError::body(error.to_string()))?;
        serde_path_to_error::deserialize(values).map_err(|error| {
            let at = error.path().to_string();
            let text = with_suggestion(error.into_inner().to_string());
            ControlError::body(text).at(&at)
        })
    }
}

fn unknown_parameter(name: &str, known: &[&str]) -> ControlError {
    let text = match (new_name(name), known) {
        (Some(new), _) => format!("unknown parameter: it was renamed to {new}"),
        (None, []) => "unknown parameter: this resource has no parameters".to_owned(),
        (None, _) => {
            let similar = most_similar(name, known.iter().copied());
            let (known, suggestion) = (known.join(", "), DidYouMean(&similar));
            format!("unknown parameter: expected one of {known}{suggestion}")
        }
    };
    ControlError::query(name, text)
}

fn not_json() -> ControlError {
    let text = "invalid content type: expected a JSON body with Content-Type: application/json";
    ControlError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NOT_JSON", text)
}

fn body_error(error: CollectError) -> ControlError {
    match error {
        CollectError::TooLarge => {
            let text = "the body is too large: expected at most 64 KiB";
            ControlError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", text)
        }
        CollectError::Incomplete => ControlError::new(
            StatusCode::REQUEST_TIMEOUT,
            "INCOMPLETE",
            "the body was not received completely within 30 seconds",
        ),
        CollectError::BuffersFull(full) => ControlError::buffers_full(full),
    }
}
