//! A section of a table, which has its own columns.

use crate::error::Error;
use crate::output::table::canvas::{Canvas, Paint};
use crate::output::width;

/// A title, column names and rows. Each may be missing.
#[derive(Debug, Default)]
pub(super) struct Section {
    title: Option<String>,
    indent: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The number of cells in a row, set by the header or the first row.
    cells: Option<usize>,
    /// The width of the widest cell in each column.
    widths: Vec<usize>,
}

impl Section {
    pub(super) fn new(title: Option<&str>, indent: usize) -> Self {
        Self {
            title: title.map(str::to_owned),
            indent,
            ..Self::default()
        }
    }

    pub(super) fn add_header(&mut self, header: Vec<String>) -> Result<(), Error> {
        self.widen(&header)?;
        self.cells.get_or_insert(header.len());
        self.header = header;
        Ok(())
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Returns an error if its length differs from the first row.
    pub(super) fn add_row(&mut self, row: Vec<String>) -> Result<(), Error> {
        let cells = *self.cells.get_or_insert(row.len());
        if row.len() != cells {
            let text = format!(
                "Row should have {cells} elements, instead it has {}",
                row.len()
            );
            return Err(Error::Unprintable(text));
        }
        self.widen(&row)?;
        self.rows.push(row);
        Ok(())
    }

    fn widen(&mut self, cells: &[String]) -> Result<(), Error> {
        if self.widths.is_empty() {
            self.widths = vec![0; cells.len()];
        }
        if cells.len() > self.widths.len() {
            return Err(Error::Unprintable("list index out of range".to_owned()));
        }
        for (width, cell) in self.widths.iter_mut().zip(cells) {
            *width = width::columns(cell).max(*width);
        }
        Ok(())
    }

    /// Converts a single row under a header to rows of name and value. Other sections are unchanged.
    pub(super) fn vertical(self) -> Result<Self, Error> {
        if self.rows.len() != 1 || self.header.is_empty() {
            return Ok(self);
        }
        let mut vertical = Self::new(self.title.as_deref(), self.indent);
        for pair in self.header.into_iter().zip(self.rows.into_iter().flatten()) {
            vertical.add_row(<[String; 2]>::from(pair).into())?;
        }
        Ok(vertical)
    }

    /// Returns the width of the section, including its borders and the surrounding ones.
    pub(super) fn total_width(&self) -> usize {
        let cells: usize = self.widths.iter().map(|width| width + PADDING).sum();
        // Without a title, v1 measures the text `None`.
        let title = width::columns(self.title.as_deref().unwrap_or("None"));
        title.max(cells) + 2 + 2 * self.indent
    }

    /// Draws the section in a table of this width.
    pub(super) fn draw(&self, canvas: &mut Canvas, table_width: usize) {
        let width = table_width - 2 * self.indent;
        self.draw_title(canvas, width);
        let widths = self.scaled_widths(width);
        if !self.header.is_empty() {
            self.draw_rule(canvas, &widths);
            let mut line = String::new();
            for (index, (name, width)) in self.header.iter().zip(&widths).enumerate() {
                line.push_str(&centred(name, *width, edge(index)));
            }
            canvas.line(self.indent, &line);
        }
        if !self.rows.is_empty() && !widths.is_empty() {
            self.draw_rule(canvas, &widths);
            for row in &self.rows {
                canvas.line(self.indent, &row_line(row, &widths, canvas.paint()));
            }
            self.draw_rule(canvas, &widths);
        }
    }

    fn draw_title(&self, canvas: &mut Canvas, width: usize) {
        let Some(title) = self.title.as_deref().filter(|title| !title.is_empty()) else {
            return;
        };
        canvas.line(self.indent, &centred(title, width, "|"));
        if self.header.is_empty() && self.rows.is_empty() {
            canvas.line(self.indent, &format!("+{}+", "-".repeat(width - 2)));
        }
    }

    fn draw_rule(&self, canvas: &mut Canvas, widths: &[usize]) {
        let dashes = widths.iter().enumerate().map(|(index, width)| {
            let (corner, taken) = if index == 0 { ("+", 2) } else { ("", 1) };
            format!("{corner}{}+", "-".repeat(width.saturating_sub(taken)))
        });
        canvas.line(self.indent, &dashes.collect::<String>());
    }

    /// Scales the widths of the columns to the width of the section.
    ///
    /// Remainders of rounding are removed from the left and added from the right, one column at a time.
    fn scaled_widths(&self, width: usize) -> Vec<usize> {
        let natural: Vec<_> = self.widths.iter().map(|width| width + PADDING).collect();
        let scale = width as f64 / natural.iter().sum::<usize>() as f64;
        let scaled = natural.iter().map(|&natural| natural as f64 * scale);
        let mut scaled: Vec<_> = scaled.map(|it| it.round_ties_even() as usize).collect();
        let sum: usize = scaled.iter().sum();
        let columns = scaled.len();
        for index in (0..columns).cycle().take(sum.saturating_sub(width)) {
            scaled[index] -= 1;
        }
        for index in (0..columns).rev().cycle().take(width.saturating_sub(sum)) {
            scaled[index] += 1;
        }
        scaled
    }
}

fn row_line(row: &[String], widths: &[usize], paint: Paint) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let cells = cells.map(|(index, (cell, width))| aligned(cell, *width, edge(index), paint));
    cells.collect()
}

/// Returns the left edge of a cell, which only the first cell of a line has.
fn edge(index: usize) -> &'static str {
    if index == 0 { "|" } else { "" }
}

/// Centres a text. A text that is too wide is not truncated; it moves the edge.
fn centred(text: &str, width: usize, edge: &str) -> String {
    let text_width = width::columns(text) as isize;
    let left = width as isize / 2 - text_width / 2 - 1;
    let right = width as isize - 1 - (edge.len() as isize + left + text_width);
    format!("{edge}{}{text}{}|", spaces(left), spaces(right))
}

fn aligned(text: &str, width: usize, edge: &str, paint: Paint) -> String {
    let free = width as isize - (edge.len() + width::columns(text) + 1) as isize;
    let left = if free >= 2 { 2 } else { 0 };
    let text = paint.cell(text);
    format!("{edge}{}{text}{}|", spaces(left), spaces(free - left))
}

fn spaces(count: isize) -> String {
    " ".repeat(usize::try_from(count).unwrap_or_default())
}

/// The width of a cell besides its text: two spaces on the left, one space and an edge on the right.
const PADDING: usize = 4;
