//! The scenarios that come with the program.

use crate::scenario::Source;

/// All of them, in the order of their names.
pub(crate) fn all() -> impl Iterator<Item = Source> {
    FILES.iter().map(|(file, text)| Source {
        file: (*file).to_owned(),
        text: (*text).to_owned(),
    })
}

macro_rules! files {
    ($($name:literal)*) => {
        &[$((
            concat!("fixtures/scenarios/", $name, ".toml"),
            include_str!(concat!("../../../../fixtures/scenarios/", $name, ".toml")),
        )),*]
    };
}

const FILES: &[(&str, &str)] = files!["TOK-01"];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_among_them_and_is_named_after_its_scenario() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names
            .map(|name| format!("fixtures/scenarios/{name}"))
            .collect();
        names.sort();
        let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
        assert_eq!(listed, names);
    }

    #[test]
    fn all_of_them_can_be_read() {
        for source in all() {
            let cases = source.cases().unwrap_or_else(|error| panic!("{error}"));
            let (_, scenario) = &cases[0];
            assert!(source.file.ends_with(&format!("/{}.toml", scenario.id)));
        }
    }
}
