//! Records parts of a call that the SDK's output and errors do not contain.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecr::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_ecr::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecr::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_types::region::{Region, SigningRegion};
use http::Uri;

use crate::config::endpoint::Endpoint;
use crate::output;
use crate::transport::Transport;

/// The last attempt of a call: its URL, the body of its response and its number.
#[derive(Debug, Clone, Default)]
pub(super) struct CallRecord(Arc<Mutex<Record>>);

#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) url: Uri,
    pub(super) body: Vec<u8>,
    pub(super) attempts: u32,
}

impl CallRecord {
    pub(super) fn snapshot(&self) -> Record {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn update(&self, update: impl FnOnce(&mut Record)) {
        update(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// An interceptor that fills a [`CallRecord`] and sends the request to the exact URL that the user configured.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) call_record: CallRecord,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) region: Region,
    pub(super) transport: Transport,
}

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    /// The SDK appends a slash to the path of an endpoint and drops its query; v1 does neither. The SDK also rejects an
    /// empty region, which v1 signs.
    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let region = SigningRegion::from(self.region.clone());
        bag.interceptor_state().store_put(region);
        if let Some(endpoint) = &self.endpoint {
            context.request_mut().set_uri(endpoint.uri().clone())?;
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let url: Uri = context.request().uri().parse()?;
        if self.transport.is_unverified(&url) {
            output::write_error(UNVERIFIED);
        }
        self.call_record.update(|record| {
            record.url = url;
            record.attempts += 1;
        });
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        self.call_record
            .update(|record| record.body = body.to_vec());
        Ok(())
    }
}

/// v1 prints a warning for each unverified request.
const UNVERIFIED: &str = "Warning: the server's certificate is not verified (--no-verify-ssl); the response may come from any server.\n";
