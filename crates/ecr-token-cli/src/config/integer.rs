//! Parses integers like Python's `int()`: with surrounding spaces, a sign, and underscores between digits.

use crate::error::Error;
use crate::python;

/// Parses an integer. A value outside the range of 64 bits becomes the nearest limit.
///
/// # Errors
/// Returns Python's error message for any other text.
pub(crate) fn integer(text: &str) -> Result<i64, Error> {
    let number = text.trim();
    let (sign, digits) = match number.strip_prefix(['+', '-']) {
        Some(digits) => (&number[..1], digits),
        None => ("", number),
    };
    let mut groups = digits.split('_');
    if !groups.all(is_digits) {
        return Err(Error::NotAnInteger(python::repr_str(text)));
    }
    let limit = if sign == "-" { i64::MIN } else { i64::MAX };
    let digits = digits.replace('_', "");
    Ok(format!("{sign}{digits}").parse().unwrap_or(limit))
}

fn is_digits(group: &str) -> bool {
    !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_accepted_by_python_are_parsed() {
        assert_eq!(integer(" 1_0 ").unwrap(), 10);
        assert_eq!(integer("+5").unwrap(), 5);
        assert_eq!(integer("-1").unwrap(), -1);
        assert_eq!(integer("99999999999999999999").unwrap(), i64::MAX);
    }

    #[test]
    fn integers_rejected_by_python_are_errors() {
        for text in ["", "abc", "1.5", "_1", "1__0", "--1", "0x1"] {
            let error = integer(text).unwrap_err().to_string();
            let expected = format!("invalid literal for int() with base 10: '{text}'");
            assert_eq!(error, expected);
        }
    }
}
