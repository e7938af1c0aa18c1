//! The facts of a source file that the checks use, without code that is compiled for tests only.

use std::collections::BTreeSet;

use crate::architecture::reader;
use crate::architecture::use_tree::{Import, ImportedName, Scope};

/// A path, such as `["crate", "token", "Claims"]`.
pub(crate) type Path = Vec<String>;

/// The facts of one module.
#[derive(Debug, Default)]
pub(crate) struct ModuleSyntax {
    /// The names of its functions, types, constants and macros.
    pub(crate) items: BTreeSet<String>,
    /// The names of its `macro_rules!` macros.
    pub(crate) macros: BTreeSet<String>,
    pub(crate) inline_modules: Vec<(String, ModuleSyntax)>,
    /// The modules in separate files.
    pub(crate) file_modules: Vec<String>,
    /// The modules that are compiled for tests only.
    pub(crate) test_modules: Vec<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) texts: Vec<Text>,
    pub(crate) functions: Vec<Function>,
}

/// A path outside of `use` declarations.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: Path,
    pub(crate) kind: MentionKind,
    pub(crate) line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MentionKind {
    Code,
    Macro,
    /// In a string of an attribute, such as `#[serde(with = "…")]`. Only here can a path name a module.
    Attribute,
}

/// A string literal.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) n_lines: usize,
}

impl ModuleSyntax {
    /// Parses a file.
    pub(crate) fn parse(text: &str) -> syn::Result<Self> {
        syn::parse_file(text).map(|file| reader::read(&file))
    }

    /// Returns the import that brings a name into the module, other than `except`. An import in a block counts if there is no other.
    pub(crate) fn import_named(&self, name: &str, except: Option<&Import>) -> Option<&Import> {
        self.imports
            .iter()
            .filter(|import| !except.is_some_and(|except| std::ptr::eq(*import, except)))
            .filter(|import| matches!(&import.name, ImportedName::Named(own) if own == name))
            .min_by_key(|import| import.scope == Scope::Block)
    }
}
