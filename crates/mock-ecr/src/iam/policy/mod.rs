//! Parses, prints and evaluates the policies of repositories and registries.

pub(crate) mod accept;
mod attachment;
mod condition;
mod condition_value;
pub(crate) mod document;
mod entries;
pub(crate) mod invalid_policy;
pub(crate) mod named_principal;
mod object;
mod one_or_many;
mod operator;
mod present;
mod pretty_print;
pub(crate) mod principal_element;
pub(crate) mod registry_policy;
pub(crate) mod repository_policy;
mod statement;
pub(crate) mod unsupported;

#[cfg(test)]
mod tests;
