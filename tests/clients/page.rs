//! The commands that stand in the project's pages.

use std::fs;
use std::path::Path;

#[derive(Clone, Copy)]
pub(crate) enum Page {
    Readme,
    Clients,
}

impl Page {
    /// The commands of a section, in their order.
    #[track_caller]
    pub(crate) fn commands(self, section: &str) -> Vec<String> {
        let page = self.text();
        let after = page.split_once(&format!("\n## {section}\n"));
        let (_, after) = after.unwrap_or_else(|| panic!("there is no section {section}"));
        let text = after.split("\n## ").next().unwrap();
        let commands = text.lines().filter_map(|line| line.strip_prefix("$ "));
        commands.map(str::to_owned).collect()
    }

    fn text(self) -> String {
        let file = match self {
            Page::Readme => "../../README.md",
            Page::Clients => "CLIENTS.md",
        };
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
    }
}
