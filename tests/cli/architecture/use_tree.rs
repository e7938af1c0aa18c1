//! `use` declarations.

use syn::ext::IdentExt as _;

use crate::architecture::syntax::Path;

/// One name that a `use` declaration imports.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) path: Path,
    pub(crate) name: ImportedName,
    pub(crate) scope: Scope,
    pub(crate) is_exported: bool,
    pub(crate) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImportedName {
    Named(String),
    /// `as _`
    Anonymous,
    /// `*`
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Module,
    Block,
}

impl Import {
    /// Returns the imports of a `use` declaration.
    pub(crate) fn all_of(item: &syn::ItemUse, scope: Scope) -> Vec<Self> {
        let first = Self {
            path: Vec::new(),
            name: ImportedName::Anonymous,
            scope,
            is_exported: !matches!(item.vis, syn::Visibility::Inherited),
            line: item.use_token.span.start().line,
        };
        let mut imports = Vec::new();
        first.collect(&item.tree, &mut imports);
        imports
    }

    /// Adds an import for each name in a tree, `self` being the path before the tree.
    fn collect(self, tree: &syn::UseTree, imports: &mut Vec<Self>) {
        match tree {
            syn::UseTree::Path(tree) => self.then(&tree.ident).collect(&tree.tree, imports),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.clone().collect(tree, imports);
                }
            }
            syn::UseTree::Name(tree) => {
                let import = self.then(&tree.ident);
                let name = import.path.last().cloned();
                imports.push(import.named(name));
            }
            syn::UseTree::Rename(tree) => {
                let name = Some(unraw(&tree.rename)).filter(|name| name != "_");
                imports.push(self.then(&tree.ident).named(name));
            }
            syn::UseTree::Glob(_) => imports.push(Self {
                name: ImportedName::All,
                ..self
            }),
        }
    }

    /// Appends a name. `self` at the end of a path adds nothing to it.
    fn then(mut self, ident: &syn::Ident) -> Self {
        if ident != "self" || self.path.is_empty() {
            self.path.push(unraw(ident));
        }
        self
    }

    fn named(mut self, name: Option<String>) -> Self {
        self.name = name.map_or(ImportedName::Anonymous, ImportedName::Named);
        self
    }
}

/// Returns a name without `r#`.
pub(crate) fn unraw(ident: &syn::Ident) -> String {
    ident.unraw().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(declaration: &str) -> Vec<String> {
        let item = syn::parse_str(declaration).unwrap();
        let imports = Import::all_of(&item, Scope::Module).into_iter();
        imports
            .map(|import| {
                let path = import.path.join("::");
                match import.name {
                    ImportedName::Named(name) => format!("{path} as {name}"),
                    ImportedName::Anonymous => format!("{path} as _"),
                    ImportedName::All => format!("{path}::*"),
                }
            })
            .collect()
    }

    #[test]
    fn each_name_of_a_declaration_is_an_import() {
        let all = [
            "self::a as a",
            "self::a::b as b",
            "self::a::c as d",
            "self::a::e as _",
            "self::a::f::*",
        ];
        assert_eq!(
            imports("use self::a::{self, b, c as d, e as _, f::*};"),
            all
        );
        assert_eq!(imports("use a;"), ["a as a"]);
        assert_eq!(imports("use a::{self as b};"), ["a as b"]);
        assert_eq!(imports("use r#a::r#match;"), ["a::match as match"]);
    }
}
