//! AwsService models: the shapes of inputs, and the checks that follow from them.

pub(crate) mod shapes;
pub(crate) mod validate;
