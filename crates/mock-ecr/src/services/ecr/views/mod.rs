//! Output shapes that several operations share.

pub(crate) mod image_id;
pub(crate) mod page;
pub(crate) mod repository_view;
