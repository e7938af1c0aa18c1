//! Reads commands and tables from the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy)]
pub(crate) enum Page<'a> {
    Readme,
    Clients,
    /// A page in `packaging`.
    Packaging(&'static str),
    /// A page of the book, by its path below `docs/src`.
    Book(&'a str),
}

/// A row of a table: its cells by the headings of the columns.
pub(crate) type Row = BTreeMap<String, String>;

impl Page<'_> {
    /// Returns the commands of a section in order.
    #[track_caller]
    pub(crate) fn commands(self, section: &str) -> Vec<String> {
        let page = self.text();
        let mut sections = page.split("\n## ");
        let text = sections.find_map(|text| text.strip_prefix(&format!("{section}\n")));
        let text = text.unwrap_or_else(|| panic!("section not found: {section}"));
        // A command may continue in the next line.
        let text = text.replace("\\\n", "");
        let commands = text.lines().filter_map(|line| line.strip_prefix("$ "));
        commands.map(str::to_owned).collect()
    }

    /// Returns the row of a client, in any table.
    #[track_caller]
    pub(crate) fn row(self, client: &str) -> Row {
        let page = self.text();
        let mut tables = page.split("\n\n").filter(|text| text.starts_with('|'));
        let found = tables.find_map(|table| {
            let row = table.lines().find(|row| cells(row)[0] == client)?;
            Some(cells(table.lines().next()?).into_iter().zip(cells(row)))
        });
        let found = found.unwrap_or_else(|| panic!("row not found: {client}"));
        found.collect()
    }

    pub(crate) fn text(self) -> String {
        let pages = repository().join("docs/src");
        let file = match self {
            Page::Readme => repository().join("README.md"),
            Page::Packaging(name) => repository().join("packaging").join(name),
            Page::Clients => pages.join("clients.md"),
            Page::Book(name) => pages.join(name),
        };
        fs::read_to_string(file).unwrap()
    }

    /// Returns the paths of all pages of the book, below `docs/src`.
    pub(crate) fn book_pages() -> Vec<String> {
        let summary = Page::Book("SUMMARY.md").text();
        let links = summary.split("](").skip(1);
        let links = links.filter_map(|rest| rest.split_once(')'));
        links.map(|(page, _)| page.to_owned()).collect()
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cells(row: &str) -> Vec<String> {
    let row = row.trim_matches('|');
    row.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn every_client_of_the_documentation_has_a_test() {
    let tests = [
        include_str!("api.rs"),
        include_str!("credential_helpers.rs"),
        include_str!("cosign.rs"),
        include_str!("images.rs"),
    ]
    .concat();
    let page = Page::Clients.text();
    let sections = page.split("\n## ").skip(1);
    let sections = sections.filter_map(|text| text.lines().next());
    let tables = page.split("\n\n").filter(|text| text.starts_with('|'));
    let clients = tables.flat_map(|table| table.lines().skip(2).map(|row| cells(row).remove(0)));
    for name in sections.map(str::to_owned).chain(clients) {
        let has_test = match package(&name) {
            Some(package) => is_tool(package),
            None => tests.contains(&format!("\"{name}\"")),
        };
        assert!(has_test, "{name}");
    }
}

/// Returns the package of a tool, which is in backticks.
fn package(name: &str) -> Option<&str> {
    name.split('`').nth(1)
}

/// Returns whether the script that runs tools installs a package.
fn is_tool(package: &str) -> bool {
    let tools = include_str!("../../scripts/tools");
    let mut versions = ["==", "[", "@"].iter();
    versions.any(|version| tools.contains(&format!(" {package}{version}")))
}
