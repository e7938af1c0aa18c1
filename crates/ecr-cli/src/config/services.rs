//! Whether the services section exists that a profile names.
//!
//! The profile reader of the SDK finds single settings in such a section, and does not tell an empty section from none.

use std::fs;

use aws_config::profile::ProfileSet;

use crate::config::location::Location;
use crate::error::Error;

/// Checks the section that the profile's `services` names.
///
/// # Errors
/// A name without a section.
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

fn has_section(config: &str, name: &str) -> bool {
    let headers = config.lines().filter_map(|line| {
        let (header, _) = line.trim().strip_prefix('[')?.split_once(']')?;
        header.trim().strip_prefix("services")
    });
    let mut names = headers.map(|name| name.trim().trim_matches(['"', '\'']));
    names.any(|found| found == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_found_by_its_name() {
        let config = "[default]\nservices = a\n[services a]\n[ services \"b c\" ] # d\n";
        assert!(has_section(config, "a"));
        assert!(has_section(config, "b c"));
        assert!(!has_section(config, "default"));
        assert!(!has_section(config, "s"));
    }
}
