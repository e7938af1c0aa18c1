//! Checks the invariants of ARCHITECTURE.md that follow from the sources.
//!
//! The checks read the syntax trees of whole files. They ignore code that is compiled for tests only, wherever it is in a file.

mod attributes;
mod cycles;
mod import_order;
mod imports;
mod invariants;
mod layers;
mod lengths;
mod manifests;
mod module_tree;
mod names;
mod reader;
pub(crate) mod sources;
mod syntax;
mod tokens;
mod use_tree;
mod uses;
pub(crate) mod workspace;
