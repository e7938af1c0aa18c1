//! The sandbox on systems without network namespaces: it cannot be entered.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::sandbox::error::SandboxError;

/// A sandbox that this process has entered. No value of this type exists, because only Linux has network namespaces.
#[derive(Debug)]
pub enum Sandbox {}

impl Sandbox {
    /// Returns an error, because only Linux has network namespaces.
    ///
    /// # Errors
    ///
    /// Always returns [`SandboxError::Unsupported`].
    pub fn enter() -> Result<Self, SandboxError> {
        Err(SandboxError::Unsupported)
    }

    /// Returns an error, because only Linux has the directory that lists the descriptors of a process.
    ///
    /// # Errors
    ///
    /// Always returns [`SandboxError::Unsupported`].
    pub fn close_inherited_descriptors(_: &[OsString]) -> Result<(), SandboxError> {
        Err(SandboxError::Unsupported)
    }

    /// Cannot be called, because no value of this type exists.
    ///
    /// # Errors
    ///
    /// None.
    pub fn configure(&self, _: &[String], _: &str) -> Result<PathBuf, SandboxError> {
        match *self {}
    }

    /// Cannot be called, because no value of this type exists.
    pub fn unresolved_names(&self) -> BTreeSet<String> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_proxy_and_the_interface_is_that_of_linux() {
        let error = Sandbox::enter().unwrap_err();
        assert_eq!(
            error.to_string(),
            "--redirect sandbox needs network namespaces, which only Linux has; use --redirect proxy"
        );
        type Configure<S> = fn(&S, &[String], &str) -> Result<PathBuf, SandboxError>;
        let _: Configure<Sandbox> = Sandbox::configure;
        #[cfg(target_os = "linux")]
        let _: Configure<crate::sandbox::Sandbox> = crate::sandbox::Sandbox::configure;
        type Close = fn(&[OsString]) -> Result<(), SandboxError>;
        let _: Close = Sandbox::close_inherited_descriptors;
        #[cfg(target_os = "linux")]
        let _: Close = crate::sandbox::Sandbox::close_inherited_descriptors;
        type Names<S> = fn(&S) -> BTreeSet<String>;
        let _: Names<Sandbox> = Sandbox::unresolved_names;
        #[cfg(target_os = "linux")]
        let _: Names<crate::sandbox::Sandbox> = crate::sandbox::Sandbox::unresolved_names;
    }
}
