//! Lists the items that the files of a crate use.

use crate::architecture::module_tree::{Module, ModuleId, ModuleTree};
use crate::architecture::names::Meaning;
use crate::architecture::syntax::{MentionKind, Path};

/// A resolved path in code or in an import: `["std", "time", "Instant", "now"]` for `Instant::now`.
#[derive(Debug)]
pub(crate) struct Use<'t> {
    pub(crate) file: &'t str,
    pub(crate) line: usize,
    pub(crate) path: Path,
    pub(crate) is_macro: bool,
}

impl ModuleTree {
    pub(crate) fn uses(&self) -> impl Iterator<Item = Use<'_>> {
        self.ids().flat_map(|id| {
            let module = self.module(id);
            imports(self, id, module).chain(mentions(self, id, module))
        })
    }

    fn whole_path(&self, meaning: Meaning) -> Path {
        match meaning {
            Meaning::Item(_, path) | Meaning::Elsewhere(path) => path,
            Meaning::Module(id) => self.module(id).path.clone(),
        }
    }
}

fn imports<'t>(
    tree: &'t ModuleTree,
    id: ModuleId,
    module: &'t Module,
) -> impl Iterator<Item = Use<'t>> {
    module.syntax.imports.iter().map(move |import| Use {
        file: &module.file,
        line: import.line,
        path: tree.whole_path(tree.imported(id, import)),
        is_macro: false,
    })
}

fn mentions<'t>(
    tree: &'t ModuleTree,
    id: ModuleId,
    module: &'t Module,
) -> impl Iterator<Item = Use<'t>> {
    module.syntax.mentions.iter().map(move |mention| {
        let meaning = tree.mentioned(id, mention);
        Use {
            file: &module.file,
            line: mention.line,
            path: meaning.map_or_else(|| mention.path.clone(), |meaning| tree.whole_path(meaning)),
            is_macro: mention.kind == MentionKind::Macro,
        }
    })
}

impl Use<'_> {
    /// Returns whether the used path is the given one or below it.
    pub(crate) fn is_of(&self, path: &str) -> bool {
        let mut names = self.path.iter();
        path.split("::")
            .all(|name| names.next().is_some_and(|own| own == name))
    }

    pub(crate) fn ends_with(&self, names: [&str; 2]) -> bool {
        self.path.ends_with(&names.map(str::to_owned))
    }

    pub(crate) fn is_macro(&self, name: &str) -> bool {
        self.is_macro && self.path.last().is_some_and(|last| last == name)
    }
}
