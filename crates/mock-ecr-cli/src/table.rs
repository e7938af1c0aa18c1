//! Formats rows of text as a table.

use std::fmt::Write as _;

/// Returns a table with a heading and rows. Each column is as wide as its widest field.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let heading: Vec<String> = heading.iter().map(|name| (*name).to_owned()).collect();
    let all = || std::iter::once(&heading).chain(rows);
    let width = |column: usize| {
        let fields = all().filter_map(|row| row.get(column));
        fields.map(|field| field.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    all().map(|row| line(row, &widths)).collect()
}

/// Returns one row, in columns of the given widths.
pub(crate) fn line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (field, width) in row.iter().zip(widths) {
        write!(text, "{field:<width$}  ").expect("writing to a String cannot fail");
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_field() {
        let rows = [
            vec!["é".to_owned(), "1".to_owned()],
            vec!["long".to_owned(), String::new()],
        ];
        assert_eq!(table(&["A", "B"], &rows), "A     B\né     1\nlong\n");
    }
}
