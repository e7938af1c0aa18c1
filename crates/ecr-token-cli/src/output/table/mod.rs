//! Formats tables as v1 does: objects and lists of the document become sections, one below the other.

use serde_json::Value;

use crate::error::Error;
use crate::python;
use canvas::{Canvas, Paint};
use section::Section;
use sections::Sections;

pub(crate) mod canvas;
mod section;
mod sections;

/// Formats a document as a table with a title.
///
/// The output for a document that is falsy in Python is empty.
///
/// # Errors
/// Returns an error for rows of unequal length and for a list of objects and other values.
pub(crate) fn render(
    title: &str,
    document: &Value,
    columns: usize,
    paint: Paint,
) -> Result<String, Error> {
    if python::is_falsy(document) {
        return Ok(String::new());
    }
    let mut sections = Sections::of(title, document)?.into_vec();
    if total_width(&sections) > columns {
        sections = sections
            .into_iter()
            .map(Section::vertical)
            .collect::<Result<_, _>>()?;
    }
    let width = total_width(&sections);
    let mut canvas = Canvas::new(paint);
    canvas.write(&format!("{}\n", "-".repeat(width)));
    for section in &sections {
        section.draw(&mut canvas, width);
    }
    Ok(canvas.into_text())
}

fn total_width(sections: &[Section]) -> usize {
    let widths = sections.iter().map(Section::total_width);
    widths.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(document: &str, columns: usize) -> Result<String, Error> {
        let document = serde_json::from_str(document).unwrap();
        render("Title", &document, columns, Paint::Plain)
    }

    /// Recorded from AWS CLI 1.46.3, except for the title.
    #[test]
    fn documents_are_drawn_as_by_v1() {
        let drawings: &[(&str, &str)] = &[
            (
                r#"{"c": [1.5, null], "b": true, "a": ""}"#,
                "\
---------------
|    Title    |
+----+--------+
|  a |   b    |
+----+--------+
|    |  True  |
+----+--------+
||     c     ||
|+-----------+|
||  1.5      ||
||  None     ||
|+-----------+|
",
            ),
            (
                r#"[{"a": 1}, {"a": 2, "b": "é"}]"#,
                "\
-------------
|   Title   |
+----+------+
|  a |  b   |
+----+------+
|  1 |      |
|  2 |  é  |
+----+------+
",
            ),
            (r#"{"a": [{}]}"#, "-------\n|Title|\n+-----+\n|| a ||\n"),
            ("\"scalar\"", "-------\n|Title|\n+-----+\n"),
            (
                r#"{"only": 1}"#,
                "---------------\n|    Title    |\n+-------+-----+\n|  only |  1  |\n+-------+-----+\n",
            ),
        ];
        for (document, drawn) in drawings {
            assert_eq!(rendered(document, 80).unwrap(), *drawn, "{document}");
        }
    }

    #[test]
    fn falsy_documents_are_not_drawn() {
        for document in ["null", "[]", "{}", "\"\"", "0", "-0.0", "false"] {
            assert_eq!(rendered(document, 80).unwrap(), "", "{document}");
        }
    }

    /// If the table is wider than the terminal, the row of a section with one row becomes one line per column.
    #[test]
    fn a_single_row_is_vertical_in_a_narrow_terminal() {
        let vertical = "\
-------------
|   Title   |
+----+------+
|  a |  1   |
|  b |  22  |
+----+------+
";
        assert_eq!(rendered(r#"{"a": 1, "b": 22}"#, 12).unwrap(), vertical);
    }

    #[test]
    fn documents_without_a_table_form_have_the_errors_of_v1() {
        for (document, text) in [
            (
                "[[1, 2], [3]]",
                "Row should have 2 elements, instead it has 1",
            ),
            (r#"[{"a": 1}, 2]"#, "'int' object is not iterable"),
            (r#"[{"a": 1}, [1]]"#, "list index out of range"),
            (
                r#"[{"a": 1}, "x"]"#,
                "string indices must be integers, not 'str'",
            ),
        ] {
            let error = rendered(document, 80).unwrap_err();
            assert_eq!(error.to_string(), text, "{document}");
        }
    }
}
