//! Authenticates a request to the registry, routes it, and returns the response.

use bytes::Bytes;
use http::{Method, Response, header};

use crate::domain::ContentStream;
use crate::http::body::{Payload, whole};
use crate::registry::call::Call;
use crate::registry::context::RequestContext;
use crate::registry::error::RegistryError;
use crate::registry::path::{RegistryPath, Resource};
use crate::registry::{authentication, blob, error, lists, manifest, referrers, upload};
use crate::request_log::ReceivedRequest;
use crate::state::State;

/// Returns the response to a request, and records the caller or the error in the log entry.
pub(crate) async fn answer(
    state: &State,
    call: &Call<'_>,
    body: ContentStream<'_>,
    log_entry: &mut ReceivedRequest,
) -> Response<Payload> {
    match route(state, call, body, log_entry).await {
        Ok(response) => response,
        Err(error) => {
            let error = error.in_dialect(&state.config);
            log_entry.record_error(error.code(), error.text(), &state.redactor);
            if let Some(reason) = error.reason() {
                log_entry.record_reason(reason, &state.redactor);
            }
            let authentication = authentication::of(call.host);
            let challenge = authentication.challenge(state, call.host, &call.base_url());
            whole(error.into_response(&challenge))
        }
    }
}

async fn route(
    state: &State,
    call: &Call<'_>,
    body: ContentStream<'_>,
    log_entry: &mut ReceivedRequest,
) -> Result<Response<Payload>, RegistryError> {
    let caller = authentication::of(call.host).authenticate(state, call, log_entry)?;
    log_entry.caller = Some(caller.clone());
    state.repositories.run_due(call.now).await?;
    let context = RequestContext {
        state,
        call,
        caller,
    };
    let method = &call.request.method;
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    match call.path {
        RegistryPath::Ping if is_read => Ok(whole(ping())),
        RegistryPath::Catalog if is_read => lists::catalog(&context).await,
        RegistryPath::Repository { name, resource } => {
            let repository = context.repository(name)?;
            match resource {
                Resource::Manifest(reference) => {
                    manifest::answer(&context, &repository, reference, body).await
                }
                Resource::Blob(digest) => blob::answer(&context, &repository, digest).await,
                Resource::Uploads if *method == Method::POST => {
                    upload::begin(&context, &repository, body).await
                }
                Resource::Upload(upload) => {
                    upload::answer(&context, &repository, upload, body).await
                }
                Resource::Tags if is_read => lists::tags(&context, &repository).await,
                Resource::Referrers(digest) if is_read => {
                    referrers::answer(&context, &repository, digest).await
                }
                Resource::Uploads | Resource::Tags | Resource::Referrers(_) => {
                    Err(RegistryError::MethodNotAllowed)
                }
            }
        }
        RegistryPath::Ping | RegistryPath::Catalog | RegistryPath::Other => {
            Err(RegistryError::NotFound)
        }
    }
}

/// Returns the response to `/v2/`. The empty body is `[ASSUME]`: no body was recorded.
fn ping() -> Response<Bytes> {
    Response::builder()
        .header(error::API_VERSION, "registry/2.0")
        .header(header::CONTENT_TYPE, error::PLAIN_TEXT)
        .header(header::CONTENT_LENGTH, 0)
        .body(Bytes::new())
        .expect("the headers are constants")
}
