//! Formats values as Python does: v1's messages and numbers contain such values.

use std::str::Utf8Error;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use serde_json::{Number, Value};

/// Returns the Python class of a JSON value.
pub(crate) fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if is_integer(number) => "int",
        Value::Number(_) => "float",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// Returns the message of `value['name']` for a value that is not an object.
pub(crate) fn subscript_error(value: &Value) -> String {
    match value {
        Value::Array(_) => "list indices must be integers or slices, not str".to_owned(),
        Value::String(_) => "string indices must be integers, not 'str'".to_owned(),
        other => format!("'{}' object is not subscriptable", class(other)),
    }
}

/// Returns the message of `value.get('name')` for a value that is not an object.
pub(crate) fn attribute_error(value: &Value) -> String {
    format!("'{}' object has no attribute 'get'", class(value))
}

/// Returns whether a value is false in Python.
pub(crate) fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.to_string().parse() == Ok(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// `str(value)`.
pub(crate) fn str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => repr(value),
    }
}

/// `repr(value)`.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number_repr(number),
        Value::String(text) => repr_str(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(key, value)| format!("{}: {}", repr_str(key), repr(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// `repr` of a string: in single quotes, or in double quotes if it contains single quotes only.
pub(crate) fn repr_str(text: &str) -> String {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    let mut repr = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => repr.push_str("\\\\"),
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            c if c == quote => repr.extend(['\\', c]),
            c if is_printable(c) => repr.push(c),
            c => repr.push_str(&match u32::from(c) {
                code @ ..=0xff => format!("\\x{code:02x}"),
                code @ ..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            }),
        }
    }
    repr.push(quote);
    repr
}

/// Returns whether Python prints a character: no controls, no separators except the space, no unassigned characters.
fn is_printable(c: char) -> bool {
    let other = GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator);
    c == ' ' || !other.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// `repr` of a number in JSON. An integer preserves all digits. A number with a point or an exponent becomes a double and is
/// printed with the fewest digits that parse to the same double.
pub(crate) fn number_repr(number: &Number) -> String {
    let token = number.to_string();
    if is_integer(number) {
        return match token.as_str() {
            "-0" => "0".to_owned(),
            _ => token,
        };
    }
    float_repr(token.parse().unwrap_or(f64::NAN))
}

fn is_integer(number: &Number) -> bool {
    let token = number.to_string();
    !token.contains(['.', 'e', 'E'])
}

/// `repr` of a float.
pub(crate) fn float_repr(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        let sign = if float < 0.0 { "-" } else { "" };
        return format!("{sign}inf");
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific
        .split_once('e')
        .expect("the exponent form of a finite float has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent of a float is small");
    if (-4..16).contains(&exponent) {
        return format!("{float:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The text of Python's `UnicodeDecodeError` for bytes that are not UTF-8.
pub(crate) fn decode_error(bytes: &[u8], error: Utf8Error) -> String {
    let start = error.valid_up_to();
    let byte = bytes[start];
    let reason = match (error.error_len(), byte) {
        (None, _) => "unexpected end of data",
        (Some(_), 0x80..=0xc1 | 0xf5..) => "invalid start byte",
        (Some(_), _) => "invalid continuation byte",
    };
    match error.error_len() {
        None if bytes.len() - start > 1 => {
            let end = bytes.len() - 1;
            format!("'utf-8' codec can't decode bytes in position {start}-{end}: {reason}")
        }
        _ => {
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs and outputs recorded from CPython 3.11 through AWS CLI 1.46.3.
    #[test]
    fn numbers_are_formatted_as_by_python() {
        for (token, repr) in [
            ("1.448875853241E9", "1448875853.241"),
            ("1448875853.0", "1448875853.0"),
            ("1448875853", "1448875853"),
            ("1.448875853E9", "1448875853.0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1e22", "1e+22"),
            ("-1.5", "-1.5"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
        ] {
            let Ok(Value::Number(number)) = serde_json::from_str(token) else {
                panic!("{token}");
            };
            assert_eq!(number_repr(&number), repr, "{token}");
        }
    }

    /// Recorded from CPython 3.11.
    #[test]
    fn unprintable_characters_are_escaped() {
        let repr = repr_str("é中 \u{7f}\u{ad}\u{2028}\u{3000}\u{e0001}");
        assert_eq!(repr, r"'é中 \x7f\xad\u2028\u3000\U000e0001'");
    }

    #[test]
    fn containers_are_formatted_as_by_python() {
        let value = serde_json::from_str(r#"{"a": ["it's", null, true, 1.0]}"#).unwrap();
        assert_eq!(repr(&value), r#"{'a': ["it's", None, True, 1.0]}"#);
    }
}
