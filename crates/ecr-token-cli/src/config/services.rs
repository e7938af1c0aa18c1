//! Checks that the services section of a profile exists.
//!
//! The SDK reads single settings of such a section but does not report whether the section exists.

use std::fs;

use aws_config::profile::ProfileSet;

use crate::config::location::Location;
use crate::error::Error;

/// Checks that the section exists that the profile's `services` names.
///
/// # Errors
/// Returns an error if there is no such section.
pub(super) fn check(profiles: &ProfileSet) -> Result<(), Error> {
    let Some(name) = profiles.get("services") else {
        return Ok(());
    };
    let config = Location::Config.path();
    let config = config.and_then(|path| fs::read_to_string(path).ok());
    match config.is_some_and(|config| has_section(&config, name)) {
        true => Ok(()),
        false => Err(Error::ServicesSection(name.to_owned())),
    }
}

/// Returns whether a non-empty section with this name exists.
fn has_section(config: &str, name: &str) -> bool {
    let lines = config.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    lines.any(|line| is_header(line, name))
        && lines.next().is_some_and(|line| !line.starts_with('['))
}

fn is_header(line: &str, name: &str) -> bool {
    let header = line.strip_prefix('[').and_then(|line| line.split_once(']'));
    let section = header.and_then(|(header, _)| header.trim().strip_prefix("services"));
    section.is_some_and(|section| section.trim().trim_matches(['"', '\'']) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_found_by_its_name() {
        let config = "[default]\nservices = a\n[services a]\ns3 =\n[ services \"b c\" ] # d\n\n# e\n ecr =\n";
        assert!(has_section(config, "a"));
        assert!(has_section(config, "b c"));
        assert!(!has_section(config, "default"));
        assert!(!has_section(config, "s"));
    }

    #[test]
    fn an_empty_section_does_not_count() {
        for config in [
            "[services a]",
            "[services a]\n# b = c\n",
            "[services a]\n[b]\nc = d",
        ] {
            assert!(!has_section(config, "a"), "{config}");
        }
    }
}
