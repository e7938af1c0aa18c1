//! Resolves paths: follows them through imports and re-exports to the modules that define the items.

use crate::architecture::module_tree::{ModuleId, ModuleTree};
use crate::architecture::syntax::{Mention, MentionKind, Path};
use crate::architecture::use_tree::{Import, ImportedName};

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// An item of the crate, or a part of one, with its full path.
    Item(ModuleId, Path),
    Module(ModuleId),
    /// A path into another crate or the prelude.
    Elsewhere(Path),
}

/// The maximum number of re-exports of a name. The limit ends cycles of imports.
const MAX_STEPS: usize = 16;

impl ModuleTree {
    /// Resolves the path of an import.
    pub(crate) fn imported(&self, by: ModuleId, import: &Import) -> Meaning {
        self.resolve(by, &import.path, Some(import), MAX_STEPS)
    }

    /// Resolves a path in a module. Returns `None` for a single name that is not in scope in the module, such as a
    /// variable.
    pub(crate) fn mentioned(&self, by: ModuleId, mention: &Mention) -> Option<Meaning> {
        match &mention.path[..] {
            [] => None,
            [first, ..] if first == "Self" => None,
            [_] if mention.kind == MentionKind::Macro => self
                .find(by, &mention.path, None, MAX_STEPS)
                .or_else(|| self.macro_of_an_ancestor(by, &mention.path)),
            [_] => self.find(by, &mention.path, None, MAX_STEPS),
            path => Some(self.resolve(by, path, None, MAX_STEPS)),
        }
    }

    /// Resolves a `macro_rules!` macro of an ancestor, which is in scope in all modules below it.
    fn macro_of_an_ancestor(&self, by: ModuleId, path: &[String]) -> Option<Meaning> {
        let ancestor = self.module(by).parent?;
        let module = self.module(ancestor);
        if module.syntax.macros.contains(&path[0]) {
            let path = [&module.path[..], path].concat();
            return Some(Meaning::Item(ancestor, path));
        }
        self.macro_of_an_ancestor(ancestor, path)
    }

    /// Resolves a path in a module, or in the import `except`, which does not resolve to itself.
    fn resolve(
        &self,
        at: ModuleId,
        path: &[String],
        except: Option<&Import>,
        steps: usize,
    ) -> Meaning {
        match path.first().map(String::as_str) {
            Some("crate") => self.descend(Self::ROOT, &path[1..], steps),
            Some("self" | "super") => self.descend(at, path, steps),
            _ => self
                .find(at, path, except, steps)
                .unwrap_or_else(|| Meaning::Elsewhere(path.to_vec())),
        }
    }

    fn descend(&self, module: ModuleId, path: &[String], steps: usize) -> Meaning {
        let parent = self.module(module).parent.unwrap_or(Self::ROOT);
        match path.first().map(String::as_str) {
            None => Meaning::Module(module),
            Some("self") => self.descend(module, &path[1..], steps),
            Some("super") => self.descend(parent, &path[1..], steps),
            // A name that is not found is defined by a macro.
            Some(_) => self
                .find(module, path, None, steps)
                .unwrap_or_else(|| self.item(module, path)),
        }
    }

    fn item(&self, module: ModuleId, path: &[String]) -> Meaning {
        let whole = [&self.module(module).path[..], path].concat();
        Meaning::Item(module, whole)
    }

    /// Resolves a path whose first name is in a module: a module below it, an item, or an import.
    fn find(
        &self,
        at: ModuleId,
        path: &[String],
        except: Option<&Import>,
        steps: usize,
    ) -> Option<Meaning> {
        let (name, rest) = path.split_first()?;
        let module = self.module(at);
        let steps = steps.checked_sub(1)?;
        let import = module.syntax.import_named(name, except);
        let is_item = module.syntax.items.contains(name);
        match module.children.get(name) {
            // A function or a macro may have the name of a module, but no longer path begins with it.
            Some(child) if !rest.is_empty() || (!is_item && import.is_none()) => {
                Some(self.descend(*child, rest, steps))
            }
            _ if is_item => Some(self.item(at, path)),
            _ => match import {
                Some(import) => {
                    let path = [&import.path[..], rest].concat();
                    Some(self.resolve(at, &path, Some(import), steps))
                }
                None => self.find_in_globs(at, path, steps),
            },
        }
    }

    fn find_in_globs(&self, at: ModuleId, path: &[String], steps: usize) -> Option<Meaning> {
        let imports = self.module(at).syntax.imports.iter();
        imports
            .filter(|import| import.name == ImportedName::All)
            .find_map(
                |import| match self.resolve(at, &import.path, Some(import), steps) {
                    Meaning::Module(module) => self.find(module, path, None, steps),
                    Meaning::Item(..) | Meaning::Elsewhere(_) => None,
                },
            )
    }
}
