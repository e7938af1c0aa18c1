//! Formats text as v1 does: a line for each object or list of scalars, with tabs between the columns.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::output::scalar::is_scalar;
use crate::python;

/// Formats a document. The output for an empty list or object is empty.
///
/// # Errors
/// Returns an error for a list of objects and other values, which v1 cannot print.
pub(crate) fn render(document: &Value) -> Result<String, Error> {
    let mut text = String::new();
    write_value(&mut text, None, document)?;
    Ok(text)
}

/// `key` is the name of the value. It starts each line of the nested values.
fn write_value(text: &mut String, key: Option<&str>, value: &Value) -> Result<(), Error> {
    match value {
        Value::Object(members) => write_object(text, key, members),
        Value::Array(items) => write_list(text, key, items),
        scalar => {
            write_line(text, &[python::str(scalar)]);
            Ok(())
        }
    }
}

fn write_list(text: &mut String, key: Option<&str>, items: &[Value]) -> Result<(), Error> {
    if items.iter().any(Value::is_object) {
        return write_objects(text, key, items);
    }
    let (scalars, nested): (Vec<_>, Vec<_>) = items.iter().partition(|item| is_scalar(item));
    write_scalars(text, key, &scalars);
    nested
        .into_iter()
        .try_for_each(|item| write_value(text, key, item))
}

/// Objects of one list have the same columns: all keys that have a scalar in any of them.
fn write_objects(text: &mut String, key: Option<&str>, items: &[Value]) -> Result<(), Error> {
    let objects = items.iter().map(object).collect::<Result<Vec<_>, _>>()?;
    let members = objects.iter().flat_map(|members| members.iter());
    let scalars = members.filter(|(_, value)| is_scalar(value));
    let columns: BTreeSet<&String> = scalars.map(|(name, _)| name).collect();
    for members in objects {
        let cells = columns.iter().map(|name| members.get(*name));
        let cells = cells.map(|cell| cell.map(python::str).unwrap_or_default());
        write_row(text, key, cells.collect());
        write_nested(text, members, |name, _| !columns.contains(name))?;
    }
    Ok(())
}

/// The columns of a single object are its own scalars.
fn write_object(
    text: &mut String,
    key: Option<&str>,
    members: &Map<String, Value>,
) -> Result<(), Error> {
    let cells = sorted(members).into_iter().map(|(_, value)| value);
    let cells = cells.filter(|value| is_scalar(value)).map(python::str);
    write_row(text, key, cells.collect());
    write_nested(text, members, |_, value| !is_scalar(value))
}

fn write_nested(
    text: &mut String,
    members: &Map<String, Value>,
    is_nested: impl Fn(&String, &Value) -> bool,
) -> Result<(), Error> {
    sorted(members)
        .into_iter()
        .filter(|(name, value)| is_nested(name, value))
        .try_for_each(|(name, value)| write_value(text, Some(name), value))
}

fn write_row(text: &mut String, key: Option<&str>, mut cells: Vec<String>) {
    if cells.is_empty() {
        return;
    }
    if let Some(key) = key {
        cells.insert(0, key.to_uppercase());
    }
    write_line(text, &cells);
}

/// With a key, each scalar has its own line. A list without a key is one line.
fn write_scalars(text: &mut String, key: Option<&str>, scalars: &[&Value]) {
    let cells = scalars.iter().map(|scalar| python::str(scalar));
    match key {
        Some(_) => cells.for_each(|cell| write_row(text, key, vec![cell])),
        None => write_row(text, None, cells.collect()),
    }
}

fn write_line(text: &mut String, cells: &[String]) {
    text.push_str(&cells.join("\t"));
    text.push('\n');
}

fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    members
}

fn object(value: &Value) -> Result<&Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| {
        let class = python::class(value);
        Error::Unprintable(format!("'{class}' object has no attribute 'items'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn documents_are_printed_as_by_v1() {
        for (document, printed) in [
            ("null", "None\n"),
            ("\"\"", "\n"),
            ("[]", ""),
            ("{}", ""),
            ("[{}]", ""),
            ("[1, 2.0, \"é\", true]", "1\t2.0\té\tTrue\n"),
            (r#"{"b": 1, "a": null}"#, "None\t1\n"),
            (r#"{"k": [1, 2], "a": 3}"#, "3\nK\t1\nK\t2\n"),
            (r#"[{"b": 1}, {"a": 2}]"#, "\t1\n2\t\n"),
            (r#"{"x": [{"b": 1}, {"a": 2}]}"#, "X\t\t1\nX\t2\t\n"),
            (r#"[{"a": {"b": 1}}, {"a": 2}]"#, "{'b': 1}\n2\n"),
            (r#"[{"a": {"b": 1}}]"#, "A\t1\n"),
            ("[1, [2, [3]], 4]", "1\t4\n2\n3\n"),
        ] {
            let text = render(&serde_json::from_str(document).unwrap()).unwrap();
            assert_eq!(text, printed, "{document}");
        }
    }

    #[test]
    fn a_list_of_objects_and_scalars_is_an_error() {
        let document = serde_json::from_str(r#"[{"a": 1}, 2]"#).unwrap();
        let error = render(&document).unwrap_err();
        assert_eq!(error.to_string(), "'int' object has no attribute 'items'");
    }
}
