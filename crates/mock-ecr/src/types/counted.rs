//! Formats numbers of things.

/// Formats a number with a regular noun, such as `1 byte` or `2 bytes`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}
