//! The modules of a crate, as the compiler finds them without `cfg(test)`.

use std::collections::BTreeMap;

use crate::architecture::sources::Sources;
use crate::architecture::syntax::{ModuleSyntax, Path};

/// The modules of one crate; the first is its root.
#[derive(Debug)]
pub(crate) struct ModuleTree {
    modules: Vec<Module>,
}

/// The position of a module in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModuleId(usize);

#[derive(Debug)]
pub(crate) struct Module {
    /// `["crate", …]`
    pub(crate) path: Path,
    /// The file that contains the module.
    pub(crate) file: String,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) children: BTreeMap<String, ModuleId>,
    pub(crate) syntax: ModuleSyntax,
}

impl ModuleTree {
    pub(crate) const ROOT: ModuleId = ModuleId(0);

    /// Parses the files of a crate, beginning with its root.
    ///
    /// # Panics
    ///
    /// If a file is missing or cannot be parsed, or if a file belongs neither to the crate nor to its tests.
    pub(crate) fn parse(root: &str, sources: &Sources) -> Self {
        let mut tree = Self {
            modules: Vec::new(),
        };
        let path = vec!["crate".to_owned()];
        tree.add(sources, Module::parse(sources, path, root.to_owned(), None));
        tree.forbid_other_files(sources);
        tree
    }

    pub(crate) fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ModuleId> {
        (0..self.modules.len()).map(ModuleId)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter()
    }

    /// Adds a module and the modules below it.
    fn add(&mut self, sources: &Sources, mut module: Module) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let below = modules_below(sources, &mut module, id);
        self.modules.push(module);
        for (name, module) in below {
            let child = self.add(sources, module);
            self.modules[id.0].children.insert(name, child);
        }
        id
    }

    fn forbid_other_files(&self, sources: &Sources) {
        for (file, _) in sources.iter() {
            assert!(
                self.modules
                    .iter()
                    .any(|module| module.file == file || module.has_tests_in(file)),
                "{file} does not belong to a module"
            );
        }
    }
}

/// Returns the modules directly below a module, by their names. Inline modules are removed from `module`.
fn modules_below(sources: &Sources, module: &mut Module, id: ModuleId) -> Vec<(String, Module)> {
    let inline = std::mem::take(&mut module.syntax.inline_modules);
    let path = |name: &String| [&module.path[..], std::slice::from_ref(name)].concat();
    let inline = inline.into_iter().map(|(name, syntax)| {
        let below = Module::new(path(&name), module.file.clone(), Some(id), syntax);
        (name, below)
    });
    let in_files = module.syntax.file_modules.iter().map(|name| {
        let file = file_of(sources, module, name);
        let below = Module::parse(sources, path(name), file, Some(id));
        (name.clone(), below)
    });
    inline.chain(in_files).collect()
}

impl Module {
    fn new(path: Path, file: String, parent: Option<ModuleId>, syntax: ModuleSyntax) -> Self {
        Self {
            path,
            file,
            parent,
            children: BTreeMap::new(),
            syntax,
        }
    }

    fn parse(sources: &Sources, path: Path, file: String, parent: Option<ModuleId>) -> Self {
        let text = sources.get(&file);
        let text = text.unwrap_or_else(|| panic!("{file} is missing"));
        let syntax = ModuleSyntax::parse(text);
        let syntax = syntax.unwrap_or_else(|error| panic!("{file}: {error}"));
        Self::new(path, file, parent, syntax)
    }

    /// Returns the prefix of the file names of a module below this one.
    fn stem(&self, name: &str) -> String {
        [&self.path[1..], &[name.to_owned()]].concat().join("/")
    }

    fn has_tests_in(&self, file: &str) -> bool {
        self.syntax.test_modules.iter().any(|name| {
            let rest = file.strip_prefix(&self.stem(name));
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    }
}

/// Returns the file of a module that another declares.
fn file_of(sources: &Sources, module: &Module, name: &str) -> String {
    let stem = module.stem(name);
    [format!("{stem}.rs"), format!("{stem}/mod.rs")]
        .into_iter()
        .find(|file| sources.get(file).is_some())
        .unwrap_or_else(|| {
            panic!(
                "{} declares the module {name}, which has no file",
                module.file
            )
        })
}
