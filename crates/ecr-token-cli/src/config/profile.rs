//! Selects the profile and reads the profile files.

use std::collections::BTreeMap;

use crate::config::location::{self, Location};
use crate::config::section::Section;
use crate::config::variables::variable;
use crate::error::Error;
use crate::python_text::shell_words;

/// The selected profile, which determines whether credentials in the environment are used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Profile {
    /// `--profile`: credentials in the environment are ignored.
    Option(String),
    /// `AWS_DEFAULT_PROFILE` or `AWS_PROFILE`: credentials in the environment take precedence.
    Environment(String),
    Default,
}

impl Profile {
    /// Selects a non-empty `--profile`, then `AWS_DEFAULT_PROFILE`, then `AWS_PROFILE`. The variables may be empty.
    pub(super) fn select(option: Option<&str>) -> Self {
        if let Some(name) = option.filter(|name| !name.is_empty()) {
            return Self::Option(name.to_owned());
        }
        let name = variable("AWS_DEFAULT_PROFILE").or_else(|| variable("AWS_PROFILE"));
        name.map_or(Self::Default, Self::Environment)
    }

    /// Returns the name, or `None` for the default profile.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Option(name) | Self::Environment(name) => Some(name),
            Self::Default => None,
        }
    }

    /// Returns the name of the profile in the files.
    pub(crate) fn name_or_default(&self) -> &str {
        self.name()
            .filter(|name| !name.is_empty())
            .unwrap_or("default")
    }
}

/// The content of the profile files.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    selected: Section,
    /// The profiles of both files. Settings of the credentials file take precedence.
    merged: BTreeMap<String, Section>,
    config: Option<BTreeMap<String, Section>>,
    credentials: Option<BTreeMap<String, Section>>,
    sso_sessions: BTreeMap<String, Section>,
    services: BTreeMap<String, Section>,
}

impl Profiles {
    /// Reads the config file and the credentials file.
    ///
    /// # Errors
    /// Returns an error if a file cannot be parsed. The message contains the file and the line.
    pub(super) fn load(profile: &Profile) -> Result<Self, Error> {
        let config = Location::Config.read()?;
        let credentials = Location::Credentials.read()?;
        let mut profiles = Self {
            credentials: credentials.map(|sections| sections.into_iter().collect()),
            ..Self::default()
        };
        if let Some(sections) = config {
            profiles.config = Some(BTreeMap::new());
            for (header, section) in sections {
                profiles.add(&header, section);
            }
        }
        profiles.merged = profiles.config.clone().unwrap_or_default();
        for (name, section) in profiles.credentials.iter().flatten() {
            let merged = profiles.merged.entry(name.clone()).or_default();
            merged.update(section);
        }
        let selected = profiles.merged.get(profile.name().unwrap_or("default"));
        profiles.selected = selected.cloned().unwrap_or_default();
        Ok(profiles)
    }

    /// Adds a section of the config file. As in v1, every header that begins with the word is of that kind.
    fn add(&mut self, header: &str, section: Section) {
        let sections = match header {
            "default" => {
                let profiles = self.config.get_or_insert_default();
                profiles.insert("default".to_owned(), section);
                return;
            }
            _ if header.starts_with("profile") => self.config.get_or_insert_default(),
            _ if header.starts_with("sso-session") => &mut self.sso_sessions,
            _ if header.starts_with("services") => &mut self.services,
            _ => return,
        };
        if let Ok([_, name]) = shell_words(header).as_deref() {
            sections.insert(name.clone(), section);
        }
    }

    /// Returns the text of a setting of the selected profile.
    ///
    /// # Errors
    /// Returns an error if the setting is a block of nested settings.
    pub(crate) fn get(&self, key: &str) -> Result<Option<&str>, Error> {
        self.selected.text(key)
    }

    /// Returns whether a selected profile exists. The default profile need not exist.
    pub(super) fn has(&self, profile: &Profile) -> bool {
        profile
            .name()
            .is_none_or(|name| self.merged.contains_key(name))
    }

    /// Returns a profile of either file.
    pub(crate) fn profile(&self, name: &str) -> Option<&Section> {
        self.merged.get(name)
    }

    /// Returns a profile of the config file.
    pub(crate) fn in_config_file(&self, name: &str) -> Option<&Section> {
        self.config.as_ref()?.get(name)
    }

    /// Returns a profile of the credentials file.
    pub(crate) fn in_credentials_file(&self, name: &str) -> Option<&Section> {
        self.credentials.as_ref()?.get(name)
    }

    /// Returns the section `[sso-session NAME]`.
    pub(crate) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// Returns the section `[services NAME]` unless it is empty.
    pub(super) fn services(&self, name: &str) -> Option<&Section> {
        self.services
            .get(name)
            .filter(|section| !section.is_empty())
    }
}

/// Returns a section of a file of other programs in the format of profile files.
///
/// # Errors
/// Returns an error if the file cannot be parsed.
pub(crate) fn section_of_file(path: &str, name: &str) -> Result<Option<Section>, Error> {
    let sections = location::read(path)?.unwrap_or_default();
    let mut sections = sections.into_iter();
    Ok(sections
        .find(|(found, _)| found == name)
        .map(|(_, section)| section))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ini;

    fn profiles(config: &str) -> Profiles {
        let mut profiles = Profiles::default();
        for (header, section) in ini::parse(config).unwrap() {
            profiles.add(&header, section);
        }
        profiles
    }

    /// Results of `build_profile_map` of botocore 1.43.62.
    #[test]
    fn a_header_names_a_profile_in_quotes_or_without() {
        for (header, name) in [
            ("default", Some("default")),
            ("profile a", Some("a")),
            ("profile 'a b'", Some("a b")),
            ("profiles a", Some("a")),
            ("profile", None),
            ("profile a b", None),
            ("profile 'a", None),
            ("a", None),
        ] {
            let profiles = profiles(&format!("[{header}]\nregion = x\n"));
            let config = profiles.config.unwrap_or_default();
            let found = config.keys().map(String::as_str).next();
            assert_eq!(found, name, "{header}");
        }
    }

    #[test]
    fn the_last_of_two_headers_for_a_profile_replaces_the_first() {
        let profiles = profiles("[default]\na = 1\n[profile default]\nb = 2\n");
        let section = profiles.in_config_file("default").unwrap();
        assert!(!section.has("a") && section.has("b"));
    }

    #[test]
    fn sessions_and_services_are_no_profiles() {
        let profiles =
            profiles("[sso-session s]\na = 1\n[services v]\necr =\n  a = 1\n[services w]\n");
        assert!(profiles.sso_session("s").is_some());
        assert!(profiles.services("v").is_some());
        assert!(profiles.services("w").is_none());
        assert!(profiles.config.is_none());
    }
}
