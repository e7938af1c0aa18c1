//! The built-in scenarios.

use crate::scenario::Source;

/// Returns the built-in scenarios, in the order of their IDs.
pub(crate) fn all() -> impl Iterator<Item = Source> {
    FILES.iter().map(|(file, text)| Source {
        file: (*file).to_owned(),
        text: (*text).to_owned(),
        built_in: true,
    })
}

macro_rules! files {
    ($($name:literal)*) => {
        &[$((
            concat!("crates/ecr-contract/scenarios/", $name, ".toml"),
            include_str!(concat!("../../scenarios/", $name, ".toml")),
        )),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "ACC-01"
    "ACC-02"
    "ACC-03"
    "ACC-04"
    "ACC-05"
    "ACC-06"
    "CRD-01"
    "CRD-02"
    "CRD-03"
    "CRD-04"
    "CRD-05"
    "CRD-06"
    "CRD-07"
    "DHP-01"
    "DHP-02"
    "DHP-03"
    "DHP-04"
    "DHP-05"
    "DHP-06"
    "DHP-07"
    "DHP-08"
    "DHP-09"
    "DKR-01"
    "DKR-02"
    "DKR-03"
    "DKR-04"
    "EXP-01"
    "EXP-02"
    "EXP-03"
    "EXP-04"
    "EXP-05"
    "EXP-06"
    "EXP-07"
    "EXP-08"
    "EXP-09"
    "EXP-10"
    "EXP-11"
    "EXP-12"
    "EXP-13"
    "EXP-14"
    "EXP-15"
    "EXP-16"
    "EXP-17"
    "EXP-18"
    "HST-01"
    "HST-02"
    "HST-03"
    "HST-04"
    "HST-05"
    "HST-06"
    "KCP-01"
    "KCP-02"
    "KCP-03"
    "KCP-04"
    "KCP-05"
    "KCP-06"
    "NET-01"
    "NET-02"
    "NET-03"
    "NET-04"
    "NET-05"
    "NET-06"
    "NET-07"
    "NET-08"
    "OBS-01"
    "OBS-02"
    "OBS-03"
    "OBS-04"
    "REG-01"
    "REG-02"
    "REG-03"
    "REG-04"
    "REG-05"
    "REG-06"
    "REG-07"
    "REG-08"
    "RGN-01"
    "RGN-02"
    "RGN-03"
    "THR-01"
    "THR-02"
    "THR-03"
    "THR-04"
    "THR-05"
    "THR-06"
    "THR-07"
    "TOK-01"
    "TOK-02"
    "TOK-03"
    "TOK-04"
    "TOK-05"
    "TOK-06"
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn every_scenario_file_is_listed_and_named_after_its_scenario() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names
            .map(|name| format!("crates/ecr-contract/scenarios/{name}"))
            .collect();
        names.sort();
        let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
        assert_eq!(listed, names);
    }

    #[test]
    fn every_built_in_scenario_is_valid() {
        for source in all() {
            let cases = source.cases().unwrap_or_else(|error| panic!("{error}"));
            let (_, scenario) = &cases[0];
            assert!(source.file.ends_with(&format!("/{}.toml", scenario.id)));
        }
    }

    /// A correction may remove a client type or a case, or lower the severity, but nothing may enter a suite after its release.
    #[test]
    fn suite_1_does_not_grow() {
        let recorded = include_str!("../../suites/1.tsv");
        let mut recorded = recorded.lines().skip(1);
        let of_suite = all().map(|source| source.cases().unwrap());
        let of_suite = of_suite.filter(|cases| cases[0].1.suite == "1".parse().ok());
        for cases in of_suite {
            let line = recorded.next().unwrap_or_default();
            assert!(
                permits(line, &cases),
                "{}: suites/1.tsv has {line:?}. Add what is new to a scenario of the latest suite",
                cases[0].1.id
            );
        }
        assert_eq!(recorded.next(), None);
    }

    /// Returns whether a line of the record contains the ID, the severity, each client type and each case of a scenario.
    fn permits(line: &str, cases: &[(Option<String>, Scenario)]) -> bool {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, severity, client_types, names] = columns[..] else {
            return false;
        };
        let scenario = &cases[0].1;
        let has = |list: &str, name: &str| list.split(' ').any(|one| one == name);
        let mut types = scenario.client_types.iter();
        let mut cases = cases.iter().filter_map(|(name, _)| name.as_deref());
        let rank = |name: &str| {
            ["info", "should", "must"]
                .iter()
                .position(|one| *one == name)
        };
        scenario.id == id
            && rank(scenario.severity.name()) <= rank(severity)
            && types.all(|one| has(client_types, one.name()))
            && cases.all(|name| has(names, name))
    }
}
