//! Names the types in messages of serde as a user of TOML and JSON does.

/// Replaces the type of Rust at the end of a message, such as `u32` or `struct Quotas`.
pub(crate) fn with_plain_type(message: String) -> String {
    let Some((start, name)) = message.rsplit_once(", expected ") else {
        return message;
    };
    let name = match name {
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "usize" => "an integer that is not negative",
        "f64" => "a number",
        name if name.starts_with("struct ") => "a map of keys and values",
        _ => return message,
    };
    format!("{start}, expected {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_rust_is_replaced() {
        for (name, expected) in [
            ("u32", "an integer from 0 to 4294967295"),
            ("struct Quotas", "a map of keys and values"),
            ("a string", "a string"),
            ("`seed`", "`seed`"),
        ] {
            let message = format!("invalid type: boolean `true`, expected {name}");
            let expected = format!("invalid type: boolean `true`, expected {expected}");
            assert_eq!(with_plain_type(message), expected);
        }
    }
}
