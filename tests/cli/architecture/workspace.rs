//! The crates of this repository.

use std::fs;
use std::sync::OnceLock;

use crate::architecture::module_tree::ModuleTree;
use crate::architecture::sources::{Sources, repository};

#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) tree: ModuleTree,
}

/// Returns all crates of the workspace, parsed once.
pub(crate) fn crates() -> &'static [Crate] {
    static CRATES: OnceLock<Vec<Crate>> = OnceLock::new();
    CRATES.get_or_init(|| crate_names().into_iter().map(parse).collect())
}

/// Returns the modules of `mock-ecr`.
pub(crate) fn library() -> &'static ModuleTree {
    let library = crates().iter().find(|each| each.name == "mock-ecr");
    &library.expect("a crate named mock-ecr").tree
}

pub(crate) fn crate_names() -> Vec<String> {
    let folders = fs::read_dir(repository().join("crates")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn parse(name: String) -> Crate {
    let sources = Sources::read(&format!("crates/{name}/src"));
    let root = ["lib.rs", "main.rs"]
        .into_iter()
        .find(|root| sources.get(root).is_some())
        .unwrap_or_else(|| panic!("{name} has neither lib.rs nor main.rs"));
    let tree = ModuleTree::parse(root, &sources);
    Crate { name, tree }
}
