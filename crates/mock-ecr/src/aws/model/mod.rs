//! Service models: the shapes of inputs, and the validation against them.

pub(crate) mod shapes;
pub(crate) mod validate;
