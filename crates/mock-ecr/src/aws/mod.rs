//! The parts that all AWS services share: signatures, protocols, models, hosts and request ids.

pub(crate) mod account_setting;
pub(crate) mod action_name;
pub(crate) mod epoch_seconds;
pub(crate) mod error;
pub(crate) mod header_names;
pub(crate) mod hosts;
pub(crate) mod model;
pub(crate) mod operation_name;
pub(crate) mod page_token;
pub(crate) mod protocol;
pub(crate) mod pull_through_rule;
pub(crate) mod registry_setting;
pub(crate) mod request_id;
pub(crate) mod secret_arn;
pub(crate) mod service;
pub(crate) mod sigv4;
pub(crate) mod target;
pub(crate) mod upstream_registry;
