//! The attributes by which faults match a request, before the request is verified.

use crate::fault::target::RegistryRoute;
use crate::types::{AccountId, PrincipalArn, Region, Service};

/// The attributes of a request that faults are compared with. They are not verified.
#[derive(Clone, Debug)]
pub(crate) struct RequestAttributes {
    pub(crate) service: Service,
    pub(crate) operation: Option<&'static str>,
    pub(crate) route: Option<RegistryRoute>,
    pub(crate) method: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) region: Option<Region>,
    pub(crate) principal: Option<PrincipalArn>,
    /// Whether the request has a valid token for the registry that it calls.
    pub(crate) has_valid_token: bool,
    pub(crate) repository: Option<String>,
    pub(crate) host: String,
    pub(crate) user_agent: String,
}

impl RequestAttributes {
    #[cfg(test)]
    pub(super) fn of_token_call() -> Self {
        RequestAttributes {
            service: Service::Ecr,
            operation: Some(crate::fault::authorization_data::TOKEN_CALL),
            route: None,
            method: "POST".to_owned(),
            account: None,
            region: None,
            principal: None,
            has_valid_token: false,
            repository: None,
            host: "localhost".to_owned(),
            user_agent: String::new(),
        }
    }
}
