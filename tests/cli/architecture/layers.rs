//! Layers of modules: a module imports from lower layers only.

use crate::architecture::imports::ImportGraph;

impl ImportGraph {
    /// Returns the imports from a higher layer, and the imports from or by a module without a layer. `layers` lists the modules below the
    /// root of the crate, from top to bottom. The root is above all layers.
    pub(crate) fn upward(&self, layers: &[&[&str]]) -> Vec<String> {
        let mut found = Vec::new();
        for (from, to, names) in self.edges() {
            let depths = [from, to].map(|file| depth(file, layers));
            if let [Some(from_depth), Some(to_depth)] = depths
                && from_depth <= to_depth
            {
                continue;
            }
            let names = names.iter().map(String::as_str).collect::<Vec<_>>();
            found.push(format!("{from} -> {to} ({})", names.join(", ")));
        }
        found
    }
}

/// Returns the number of layers above that of a file.
fn depth(file: &str, layers: &[&[&str]]) -> Option<usize> {
    match top_module(file) {
        "lib" | "main" => Some(0),
        module => layers.iter().position(|layer| layer.contains(&module)),
    }
}

/// Returns the module directly below the root of the crate that a file belongs to.
pub(crate) fn top_module(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::module_tree::ModuleTree;
    use crate::architecture::sources::Sources;

    #[test]
    fn modules_can_be_in_a_cycle_without_a_cycle_of_files() {
        let tree = ModuleTree::parse(
            "lib.rs",
            &Sources::of([
                ("lib.rs", "mod a; mod b; mod c;"),
                ("a/mod.rs", "mod inner; pub struct A; pub use inner::Inner;"),
                ("a/inner.rs", "pub struct Inner(crate::b::B);"),
                ("b.rs", "pub struct B(crate::a::A);"),
                ("c.rs", "use crate::a::Inner;"),
            ]),
        );
        let files = ImportGraph::of(&tree);
        assert!(files.cycles().is_empty());
        let modules = files.grouped(top_module);
        assert!(modules.cycles().iter().eq(["a -> b (B) -> a (A)"]));
    }

    #[test]
    fn imports_upwards_and_of_modules_without_a_layer_are_found() {
        let tree = ModuleTree::parse(
            "lib.rs",
            &Sources::of([
                ("lib.rs", "mod a; mod b; mod c; mod d; pub use a::A;"),
                ("a.rs", "pub struct A(crate::b::B, crate::c::C);"),
                ("b.rs", "pub struct B(crate::c::C);"),
                ("c/mod.rs", "mod inner; pub struct C; pub use inner::Inner;"),
                ("c/inner.rs", "use crate::b::B; pub struct Inner(crate::A);"),
                ("d.rs", "use crate::c::Inner;"),
            ]),
        );
        let layers: [&[&str]; 2] = [&["a"], &["b", "c"]];
        let found = ImportGraph::of(&tree).upward(&layers);
        assert_eq!(
            found,
            ["c/inner.rs -> a.rs (A)", "d.rs -> c/inner.rs (Inner)",]
        );
    }
}
