//! The import graph of a crate.

use std::collections::{BTreeMap, BTreeSet};

use crate::architecture::module_tree::{ModuleId, ModuleTree};
use crate::architecture::names::Meaning;
use crate::architecture::syntax::MentionKind;
use crate::architecture::use_tree::{Import, ImportedName};

/// For each node, the nodes that it imports from and the names that it imports. A node is a file or a module.
#[derive(Debug, Default)]
pub(crate) struct ImportGraph(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl ImportGraph {
    /// Returns the imports between the files of a crate.
    ///
    /// An import of a re-exported name counts as one from the file that defines it, and a re-export from a module below as none.
    pub(crate) fn of(tree: &ModuleTree) -> Self {
        let mut graph = Self::default();
        for from in tree.ids() {
            let syntax = &tree.module(from).syntax;
            for import in &syntax.imports {
                if let Some((to, name)) = target_of_import(tree, from, import) {
                    graph.add(&tree.module(from).file, &tree.module(to).file, &name);
                }
            }
            for mention in &syntax.mentions {
                let meaning = tree.mentioned(from, mention);
                if let Some((to, name)) = target_of_mention(tree, meaning, mention.kind) {
                    graph.add(&tree.module(from).file, &tree.module(to).file, &name);
                }
            }
        }
        graph
    }

    /// Returns the imports between groups of nodes.
    pub(crate) fn grouped(&self, group: impl Fn(&str) -> &str) -> Self {
        let mut graph = Self::default();
        for (from, to, names) in self.edges() {
            for name in names {
                graph.add(group(from), group(to), name);
            }
        }
        graph
    }

    pub(crate) fn edges(&self) -> impl Iterator<Item = (&str, &str, &BTreeSet<String>)> {
        self.0.iter().flat_map(|(from, targets)| {
            targets
                .iter()
                .map(move |(to, names)| (from.as_str(), to.as_str(), names))
        })
    }

    pub(crate) fn targets(&self, from: &str) -> impl Iterator<Item = &str> {
        let targets = self.0.get(from).into_iter().flatten();
        targets.map(|(to, _)| to.as_str())
    }

    /// Returns the names that a node imports from another.
    pub(crate) fn names(&self, from: &str, to: &str) -> String {
        let names = self.0.get(from).and_then(|targets| targets.get(to));
        let names = names.into_iter().flatten().map(String::as_str);
        names.collect::<Vec<_>>().join(", ")
    }

    fn add(&mut self, from: &str, to: &str, name: &str) {
        if from != to {
            let targets = self.0.entry(from.to_owned()).or_default();
            let names = targets.entry(to.to_owned()).or_default();
            names.insert(name.to_owned());
        }
    }
}

fn target_of_import(
    tree: &ModuleTree,
    from: ModuleId,
    import: &Import,
) -> Option<(ModuleId, String)> {
    match tree.imported(from, import) {
        Meaning::Item(to, path) => {
            let is_below = path.starts_with(&tree.module(from).path);
            (!import.is_exported || !is_below).then(|| (to, name_in(tree, to, &path)))
        }
        // A mention of a name counts instead.
        Meaning::Module(to) => {
            (import.name == ImportedName::All && !import.is_exported).then(|| (to, "*".to_owned()))
        }
        Meaning::Elsewhere(_) => None,
    }
}

fn target_of_mention(
    tree: &ModuleTree,
    meaning: Option<Meaning>,
    kind: MentionKind,
) -> Option<(ModuleId, String)> {
    match meaning? {
        Meaning::Item(to, path) => Some((to, name_in(tree, to, &path))),
        Meaning::Module(to) => {
            (kind == MentionKind::Attribute).then(|| (to, module_name(tree, to)))
        }
        Meaning::Elsewhere(_) => None,
    }
}

/// Returns the name of an item in the module that defines it.
fn name_in(tree: &ModuleTree, module: ModuleId, path: &[String]) -> String {
    path[tree.module(module).path.len()].clone()
}

fn module_name(tree: &ModuleTree, module: ModuleId) -> String {
    tree.module(module).path.last().cloned().unwrap_or_default()
}
