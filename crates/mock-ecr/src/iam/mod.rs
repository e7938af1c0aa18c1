//! Principals, their policies, and authorization.

pub(crate) mod access_request;
pub(crate) mod action;
pub(crate) mod auth_mode;
pub(crate) mod authorization;
pub(crate) mod condition_key;
pub(crate) mod identity_store;
pub(crate) mod policy;
pub(crate) mod principal;
pub(crate) mod unique_id;
pub(crate) mod unknown_conditions;
pub(crate) mod unknown_keys;
