//! Cycles of imports.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::architecture::imports::ImportGraph;

impl ImportGraph {
    /// Returns the shortest cycle through each import that is part of a cycle, with the imported names.
    pub(crate) fn cycles(&self) -> BTreeSet<String> {
        self.edges()
            .filter_map(|(from, to, _)| self.shortest_path(to, from))
            .map(|nodes| self.describe(nodes))
            .collect()
    }

    /// Returns the nodes from one to another, both included.
    fn shortest_path<'a>(&'a self, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut previous = BTreeMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if node == to {
                return Some(path_to(&previous, node));
            }
            for target in self.targets(node) {
                previous.entry(target).or_insert_with(|| {
                    queue.push_back(target);
                    node
                });
            }
        }
        None
    }

    /// Prints a cycle, beginning with the alphabetically first node, so that equal cycles print equally.
    fn describe(&self, mut nodes: Vec<&str>) -> String {
        let first = (0..nodes.len()).min_by_key(|index| nodes[*index]);
        nodes.rotate_left(first.unwrap_or(0));
        let mut text = nodes[0].to_owned();
        for (index, from) in nodes.iter().enumerate() {
            let to = nodes[(index + 1) % nodes.len()];
            text += &format!(" -> {to} ({})", self.names(from, to));
        }
        text
    }
}

/// Returns the nodes from the one that is its own predecessor to another.
fn path_to<'a>(previous: &BTreeMap<&'a str, &'a str>, mut node: &'a str) -> Vec<&'a str> {
    let mut nodes = vec![node];
    while previous[node] != node {
        node = previous[node];
        nodes.insert(0, node);
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::module_tree::ModuleTree;
    use crate::architecture::sources::Sources;

    fn cycles<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
        let tree = ModuleTree::parse("lib.rs", &Sources::of(files));
        ImportGraph::of(&tree).cycles().into_iter().collect()
    }

    #[test]
    fn a_cycle_is_reported_with_the_imported_names() {
        let found = cycles([
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::{B, C as Other};"),
            ("b.rs", "pub struct B; pub struct C; use super::c::D;"),
            ("c.rs", "pub struct D; fn f() { crate::a::g::<u8>() }"),
            ("d.rs", "use crate::a::h;"),
        ]);
        assert_eq!(found, ["a.rs -> b.rs (B, C) -> c.rs (D) -> a.rs (g)"]);
    }

    #[test]
    fn imports_in_one_direction_are_not_a_cycle() {
        let found = cycles([
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("a.rs", "pub struct A(crate::b::B, crate::c::C);"),
            ("b.rs", "use crate::c::C; pub struct B(C);"),
            ("c.rs", "pub struct C;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_cycle_through_a_re_export_is_found() {
        let found = cycles([
            ("lib.rs", "mod a; mod b; pub use b::B;"),
            ("a/mod.rs", "mod inner; pub(crate) use inner::Inner;"),
            ("a/inner.rs", "pub struct Inner(crate::B);"),
            ("b.rs", "use crate::a::Inner; pub struct B(Inner);"),
        ]);
        assert_eq!(found, ["a/inner.rs -> b.rs (B) -> a/inner.rs (Inner)"]);
    }

    #[test]
    fn a_folder_that_re_exports_is_not_in_a_cycle_with_its_files() {
        let found = cycles([
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; mod c; pub use b::B; pub use c::*;"),
            ("a/b.rs", "pub struct B(crate::a::C);"),
            ("a/c.rs", "pub struct C;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_folder_that_uses_what_it_re_exports_is_in_a_cycle_with_its_files() {
        let found = cycles([
            ("lib.rs", "mod a;"),
            (
                "a/mod.rs",
                "mod b; pub use b::B; pub struct A; fn f() -> B { B }",
            ),
            ("a/b.rs", "pub struct B(crate::a::A);"),
        ]);
        assert_eq!(found, ["a/b.rs -> a/mod.rs (A) -> a/b.rs (B)"]);
    }

    #[test]
    fn a_cycle_through_a_glob_a_macro_or_an_attribute_is_found() {
        let found = cycles([
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::*; struct A(B);"),
            (
                "b.rs",
                "pub struct B; fn f() { println!(\"{}\", crate::a::g()); }",
            ),
            (
                "c.rs",
                "use crate::d; #[derive(S)] struct C { #[serde(with = \"d\")] e: u8 }",
            ),
            ("d.rs", "fn f() { let crate::c::C { .. } = g(); }"),
        ]);
        let all = [
            "a.rs -> b.rs (*, B) -> a.rs (g)",
            "c.rs -> d.rs (d) -> c.rs (C)",
        ];
        assert_eq!(found, all);
    }

    #[test]
    fn imports_of_tests_are_ignored() {
        let found = cycles([
            ("lib.rs", "mod a; mod b; mod c; #[cfg(test)] mod tests;"),
            ("a.rs", "use crate::b::B; use crate::c;"),
            (
                "b.rs",
                "#[cfg(test)] mod tests { use crate::a::A; }
                #[cfg(all(test, unix))] use crate::a::A;
                #[cfg(test)] mod more;
                pub struct B { #[cfg(test)] a: crate::a::A }
                impl B { #[cfg(test)] fn a(self) -> crate::a::A { self.a } }",
            ),
            ("b/more.rs", "use crate::a::A;"),
            ("c.rs", "#![cfg(test)] use crate::a::A; fn f(_: A) {}"),
            ("tests.rs", "use crate::a::A;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn code_after_tests_is_not_ignored() {
        let found = cycles([
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "#[cfg(test)] mod tests {} fn f() { crate::b::f() }"),
            ("b.rs", "#[cfg(not(test))] use crate::a::A;"),
        ]);
        assert_eq!(found, ["a.rs -> b.rs (f) -> a.rs (A)"]);
    }
}
