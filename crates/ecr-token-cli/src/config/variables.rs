//! Reads variables of the environment. A variable that is not UTF-8 is treated as missing.

pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Returns a variable that is not empty.
pub(crate) fn filled_variable(name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}
