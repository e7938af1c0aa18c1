//! Decodes the escape at the start of a text: of JSON, JavaScript, Python, Go and C, of shells, of URLs, and of HTML and XML.

/// Returns the byte that the escape at the start of a text stands for, and the length of the escape. Returns `None` if the text does not
/// start with an escape. An escape of a control character or of a character that is not ASCII counts as a space.
pub(super) fn decode(text: &[u8], backslashes: Backslashes) -> Option<(u8, usize)> {
    match text[0] {
        b'\\' => Some(backslash(text, backslashes)),
        b'%' => number(text.get(1..3)?, 16).map(|byte| (byte, 3)),
        b'&' => entity(text),
        _ => None,
    }
}

/// The meaning of consecutive backslashes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Backslashes {
    /// Two backslashes stand for one.
    Pairs,
    /// Several backslashes begin one escape: the text was escaped more than once.
    Several,
}

fn backslash(text: &[u8], backslashes: Backslashes) -> (u8, usize) {
    let run = match backslashes {
        Backslashes::Pairs if text.starts_with(br"\\") => return (b' ', 2),
        Backslashes::Pairs => 1,
        Backslashes::Several => text.iter().take_while(|byte| **byte == b'\\').count(),
    };
    let rest = &text[run..];
    let decoded = match rest {
        [b'n' | b'r' | b't' | b'f' | b'v', ..] => Some((b' ', 1)),
        [b'u', b'{', digits @ ..] => {
            let end = digits.iter().take(8).position(|byte| *byte == b'}');
            end.and_then(|end| Some((number(&digits[..end], 16)?, end + 3)))
        }
        [b'u', ..] => digits(rest, 1..5, 16),
        [b'U', ..] => digits(rest, 1..9, 16),
        [b'x', ..] => digits(rest, 1..3, 16),
        [b'0'..=b'3', ..] => digits(rest, 0..3, 8),
        _ => None,
    };
    match decoded {
        Some((byte, length)) => (byte, run + length),
        None => (b' ', run),
    }
}

fn digits(text: &[u8], range: std::ops::Range<usize>, radix: u32) -> Option<(u8, usize)> {
    let end = range.end;
    number(text.get(range)?, radix).map(|byte| (byte, end))
}

fn entity(text: &[u8]) -> Option<(u8, usize)> {
    let end = text
        .iter()
        .take(MAX_ENTITY)
        .position(|byte| *byte == b';')?;
    let byte = match &text[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        name => NAMES
            .iter()
            .find(|(one, _)| one.as_bytes() == name)
            .map(|(_, byte)| *byte),
    };
    byte.map(|byte| (byte, end + 1))
}

const MAX_ENTITY: usize = 10;

/// The names of characters that secrets and base64 contain.
const NAMES: [(&str, u8); 11] = [
    ("amp", b'&'),
    ("apos", b'\''),
    ("colon", b':'),
    ("equals", b'='),
    ("gt", b'>'),
    ("lowbar", b'_'),
    ("lt", b'<'),
    ("num", b'#'),
    ("plus", b'+'),
    ("quot", b'"'),
    ("sol", b'/'),
];

/// Returns the ASCII character with a number, or a space for any other character.
fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let all_digits = digits
        .iter()
        .all(|digit| char::from(*digit).is_digit(radix));
    let digits = std::str::from_utf8(digits).ok().filter(|_| all_digits)?;
    let number = u32::from_str_radix(digits, radix).ok()?;
    let byte = u8::try_from(number).ok().filter(u8::is_ascii_graphic);
    Some(byte.unwrap_or(b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_escape_is_decoded() {
        for (text, expected) in [
            (r"\u002b", Some((b'+', 6))),
            (r"\\u002B1", Some((b'+', 7))),
            (r"\u{2b}", Some((b'+', 6))),
            (r"\U0000002b", Some((b'+', 10))),
            (r"\x2f", Some((b'/', 4))),
            (r"\057", Some((b'/', 4))),
            (r"\n", Some((b' ', 2))),
            (r"\/", Some((b' ', 1))),
            (r"\", Some((b' ', 1))),
            (r"\u00", Some((b' ', 1))),
            (r"\u{zz}", Some((b' ', 1))),
            ("%2b", Some((b'+', 3))),
            ("%0A", Some((b' ', 3))),
            ("%+1", None),
            ("%2", None),
            ("&#43;", Some((b'+', 5))),
            ("&#x2B;", Some((b'+', 6))),
            ("&plus;", Some((b'+', 6))),
            ("&unknown;", None),
            ("&;", None),
            ("&#;", None),
            ("a", None),
        ] {
            assert_eq!(
                decode(text.as_bytes(), Backslashes::Several),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn two_backslashes_stand_for_one_or_begin_an_escape() {
        let text = br"\\u002b";
        assert_eq!(decode(text, Backslashes::Pairs), Some((b' ', 2)));
        assert_eq!(decode(&text[1..], Backslashes::Pairs), Some((b'+', 6)));
        assert_eq!(decode(text, Backslashes::Several), Some((b'+', 7)));
    }
}
