//! The context in which an operation runs.

use std::sync::{Mutex, OnceLock, PoisonError};

use http::request::Parts;

use crate::aws::error::ApiError;
use crate::aws::service::AwsService;
use crate::http::base_url::BaseUrl;
use crate::http::buffers::Reservation;
use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::principal::Caller;
use crate::services::call::Call;
use crate::state::State;
use crate::token::TokenId;
use crate::types::RegistryId;
use crate::types::timestamp::Timestamp;

/// The context in which an operation runs: the state of the mock, the verified caller, the action and the request.
pub(crate) struct RequestContext<'a> {
    pub(crate) service: AwsService,
    pub(crate) state: &'a State,
    pub(crate) caller: &'a Caller,
    /// The action that the policies must allow.
    pub(crate) action: Action,
    pub(crate) request: &'a Parts,
    pub(crate) ingress: Ingress,
    pub(crate) now: Timestamp,
    issued_token: OnceLock<TokenId>,
    /// The memory of the output, until it is printed.
    reservation: Mutex<Reservation>,
}

impl<'a> RequestContext<'a> {
    pub(crate) fn new(
        state: &'a State,
        caller: &'a Caller,
        operation: &'static str,
        call: &Call<'a>,
    ) -> Self {
        RequestContext {
            service: call.service,
            state,
            caller,
            action: Action::new(call.service.name(), operation),
            request: call.request,
            ingress: call.ingress,
            now: call.now,
            issued_token: OnceLock::new(),
            reservation: Mutex::new(call.reservation.another()),
        }
    }

    /// Returns the base URL by which the caller has reached the mock.
    pub(crate) fn base_url(&self) -> BaseUrl<'a> {
        BaseUrl::of(self.request, self.ingress)
    }

    /// Records the id of the token that the call issues, for the request log.
    pub(crate) fn record_token(&self, id: TokenId) {
        let first = self.issued_token.set(id);
        first.expect("a call issues at most one token");
    }

    pub(crate) fn issued_token(&self) -> Option<TokenId> {
        self.issued_token.get().copied()
    }

    /// Reserves memory for the output.
    pub(crate) fn reserve(&self, size: u64) -> Result<(), ApiError> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let mut reservation = self
            .reservation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(reservation.grow(size)?)
    }

    /// Returns an empty reservation of the same connection.
    pub(crate) fn another_reservation(&self) -> Reservation {
        let reservation = self.reservation.lock();
        reservation
            .unwrap_or_else(PoisonError::into_inner)
            .another()
    }

    /// Checks that the caller is allowed the action on `*`.
    pub(crate) async fn authorize_on_any_resource(&self) -> Result<(), ApiError> {
        let (request, registry) = (self.access_request(), self.own_registry());
        let repositories = &self.state.repositories;
        Ok(repositories.authorize_registry(&request, &registry).await?)
    }

    /// Returns the request for which policies are evaluated.
    pub(crate) fn access_request(&self) -> AccessRequest<'_> {
        AccessRequest {
            caller: self.caller,
            action: self.action,
            ingress: self.ingress,
        }
    }

    /// Returns the registry of the caller.
    pub(crate) fn own_registry(&self) -> RegistryId {
        RegistryId::Private {
            account: self.caller.account(),
            region: self.caller.region().clone(),
        }
    }
}
