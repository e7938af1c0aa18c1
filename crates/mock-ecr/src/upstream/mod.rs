//! Pull-through caches: fetches images from upstream registries. No other code of the mock sends HTTP requests, except to a bucket.
//!
//! [`Upstreams::prepare`] runs before a pull of a tag. If a rule applies to a missing or stale image, it fetches the image and adds it to the
//! repository; the pull then finds it. Requests are sent only to the addresses of the configuration.

mod challenge;
mod client;
mod deadline;
mod error;
mod fetch;
mod import;
mod in_flight;
mod prepare;
mod pull;
mod referrers;
mod rejected;
mod secret;
mod upstreams;
mod validate;

pub(crate) use client::IMPORTING;
pub(crate) use error::UpstreamError;
pub(crate) use pull::Pull;
pub(crate) use secret::{SecretError, access_token};
pub(crate) use upstreams::Upstreams;
