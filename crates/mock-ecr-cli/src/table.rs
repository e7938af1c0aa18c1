//! Formats rows of text as a table, and prints lists of the control API.

use std::fmt::Write as _;

use ecr_contract::sanitize_line;
use serde_json::Value;

use crate::args::Output;
use crate::error::Error;
use crate::stdout;

/// Prints the list `json[name]` of a response of the control API, as a table or as JSON. If the list is empty, prints a line such as
/// `no images` instead of a table.
pub(crate) fn print_list(
    output: &Output,
    json: &Value,
    name: &str,
    heading: &[&str],
    row: impl Fn(&Value) -> Vec<String>,
) -> Result<(), Error> {
    let rows = json[name].as_array().into_iter().flatten().map(row);
    let rows: Vec<_> = rows.collect();
    stdout::print_response(output, json, || match rows.is_empty() {
        true => format!("no {name}\n"),
        false => table(heading, &rows),
    })
}

/// Returns a field of a JSON object as text, or `-` if it is null.
pub(crate) fn field(object: &Value, name: &str) -> String {
    match &object[name] {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns a table with a heading and rows. Each column is as wide as its widest field. If stdout is a terminal, the widest columns are
/// shortened so that the table fits the terminal.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    format_table(heading, rows, stdout::terminal_width())
}

fn format_table(heading: &[&str], rows: &[Vec<String>], limit: Option<usize>) -> String {
    let heading: Vec<String> = heading.iter().map(|name| (*name).to_owned()).collect();
    let rows: Vec<_> = rows.iter().map(|row| escaped(row)).collect();
    let all = || std::iter::once(&heading).chain(&rows);
    let width = |column: usize| {
        let fields = all().filter_map(|row| row.get(column));
        fields.map(|field| field.chars().count()).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..heading.len()).map(width).collect();
    if let Some(limit) = limit {
        fit(&mut widths, limit);
    }
    let shortened = |row: &Vec<String>| {
        let fields = row.iter().zip(&widths);
        fields
            .map(|(field, width)| shorten(field, *width))
            .collect::<Vec<_>>()
    };
    all()
        .map(|row| format_line(&shortened(row), &widths))
        .collect()
}

/// Returns one row, in columns of the given widths. If stdout is a terminal, the row is shortened so that it fits the terminal.
pub(crate) fn line(row: &[String], widths: &[usize]) -> String {
    let text = format_line(&escaped(row), widths);
    match stdout::terminal_width() {
        Some(limit) => format!("{}\n", shorten(text.trim_end(), limit)),
        None => text,
    }
}

/// Escapes the fields, so that each row is one line.
fn escaped(row: &[String]) -> Vec<String> {
    row.iter().map(|field| sanitize_line(field)).collect()
}

fn format_line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (field, width) in row.iter().zip(widths) {
        write!(text, "{field:<width$}{GAP}").expect("writing to a String cannot fail");
    }
    format!("{}\n", text.trim_end())
}

/// Narrows the widest column repeatedly until the columns fit, or until all columns have the minimum width.
fn fit(widths: &mut [usize], limit: usize) {
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > limit {
        match widths.iter_mut().max() {
            Some(widest) if *widest > MIN_WIDTH => *widest -= 1,
            _ => return,
        }
    }
}

/// Returns the text if it has at most `width` characters, or its beginning and an ellipsis.
fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width.saturating_sub(1)).collect();
    start + "…"
}

/// The text between two columns.
const GAP: &str = "  ";

/// A column is not narrowed further. A table with many columns may then be wider than a narrow terminal.
const MIN_WIDTH: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [Vec<String>; 2] {
        let row = |fields: [&str; 3]| fields.map(str::to_owned).to_vec();
        [row(["é", "1", "sha256:0123456789"]), row(["long", "", "x"])]
    }

    const HEADING: [&str; 3] = ["A", "B", "DIGEST"];

    #[test]
    fn columns_are_as_wide_as_their_widest_field() {
        let whole = "A     B  DIGEST\né     1  sha256:0123456789\nlong     x\n";
        for limit in [None, Some(26), Some(100)] {
            assert_eq!(format_table(&HEADING, &rows(), limit), whole, "{limit:?}");
        }
    }

    #[test]
    fn control_characters_are_escaped_before_the_width_is_computed() {
        let rows = [["a\x1b[2J\nb".to_owned(), "x".to_owned()].to_vec()];
        let expected = "A            B\na\\x1b[2J\\nb  x\n";
        assert_eq!(format_table(&["A", "B"], &rows, None), expected);
        assert_eq!(line(&rows[0], &[1, 1]), "a\\x1b[2J\\nb  x\n");
    }

    #[test]
    fn the_widest_column_is_shortened_to_fit() {
        let expected = "A     B  DIGEST\né     1  sha256:0…\nlong     x\n";
        assert_eq!(format_table(&HEADING, &rows(), Some(18)), expected);
        let narrow = format_table(&HEADING, &rows(), Some(1));
        assert_eq!(narrow, "A     B  DIG…\né     1  sha…\nlong     x\n");
    }

    #[test]
    fn several_wide_columns_are_shortened_evenly() {
        let mut widths = [30, 4, 28, 10];
        fit(&mut widths, 52);
        assert_eq!(widths, [16, 4, 16, 10]);
    }

    #[test]
    fn a_text_is_shortened_by_characters() {
        assert_eq!(shorten("éé", 2), "éé");
        assert_eq!(shorten("ééé", 2), "é…");
    }
}
