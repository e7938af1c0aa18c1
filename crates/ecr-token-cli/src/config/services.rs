//! The services section of a profile, which configures the endpoint of each service.

use serde_json::Value;

use crate::config::profile::Profiles;
use crate::config::section::Section;
use crate::error::Error;
use crate::python;

/// Returns the section that the profile's `services` names.
///
/// # Errors
/// Returns an error if there is no such section, or if it is empty.
fn section(profiles: &Profiles) -> Result<Option<&Section>, Error> {
    let Some(name) = profiles.get("services")? else {
        return Ok(None);
    };
    let section = profiles.services(name);
    section
        .map(Some)
        .ok_or_else(|| Error::ServicesSection(name.to_owned()))
}

/// Returns the `endpoint_url` of a service in the services section of the profile.
///
/// # Errors
/// Returns an error if the section is missing, or if the setting of the service is not a block.
pub(super) fn endpoint_url(service: &str, profiles: &Profiles) -> Result<Option<String>, Error> {
    let setting = section(profiles)?.and_then(|section| section.value(service));
    match setting {
        None => Ok(None),
        Some(Value::Object(block)) => Ok(block.get("endpoint_url").map(python::str)),
        Some(_) => Err(Error::FlatSetting(service.to_owned())),
    }
}
