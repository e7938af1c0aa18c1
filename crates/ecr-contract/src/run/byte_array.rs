//! Decodes the numbers of an array of bytes, such as `[65, 87, 83]` of JSON and Java, `[65 87 83]` of Go and `{0x41, 0x57}` of `%#v` in Go.

/// Returns the byte that the number at the start of a text stands for, and the length of the number. A separator of the elements counts as a
/// space, and anything else as NUL, so that it separates two arrays.
pub(super) fn decode(text: &[u8]) -> (u8, usize) {
    let length = text.iter().take_while(|byte| is_word(**byte)).count();
    match text[0] {
        _ if length > 0 => (number(&text[..length]).unwrap_or(0), length),
        b',' | b'[' | b']' | b'(' | b')' | b'{' | b'}' => (b' ', 1),
        byte if byte.is_ascii_whitespace() => (b' ', 1),
        _ => (0, 1),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn number(word: &[u8]) -> Option<u8> {
    let word = std::str::from_utf8(word).ok()?;
    match word.strip_prefix("0x").or(word.strip_prefix("0X")) {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_is_decoded() {
        for (text, expected) in [
            ("65, 87", (b'A', 2)),
            ("0x41, 0x57", (b'A', 4)),
            ("0X2b}", (b'+', 4)),
            (", 87", (b' ', 1)),
            ("]", (b' ', 1)),
            ("\n 87", (b' ', 1)),
            ("256", (0, 3)),
            ("0xfff", (0, 5)),
            ("data: [65", (0, 4)),
            (": [65", (0, 1)),
            ("ä", (0, 1)),
        ] {
            assert_eq!(decode(text.as_bytes()), expected, "{text}");
        }
    }
}
