//! Output shapes that several operations share.

pub(crate) mod backfill_view;
pub(crate) mod creation_template_view;
pub(crate) mod encryption;
pub(crate) mod enhanced_finding;
pub(crate) mod image_id;
pub(crate) mod page;
pub(crate) mod pull_through_rule_view;
pub(crate) mod replication_view;
pub(crate) mod repository_view;
pub(crate) mod resource_tag;
pub(crate) mod scan_view;
pub(crate) mod scanning_view;
