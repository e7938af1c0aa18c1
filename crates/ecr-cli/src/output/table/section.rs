//! A part of a table that has columns of its own.

use crate::error::Error;
use crate::output::table::canvas::{Canvas, Paint};
use crate::output::width;

/// A title, the names of the columns and the rows, each of which may be missing.
#[derive(Debug, Default)]
pub(super) struct Section {
    title: Option<String>,
    indent: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// How many cells a row has; the first row, or the header before it, decides.
    cells: Option<usize>,
    /// The widest cell of each column.
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

    /// # Errors
    /// A row of another length than the first.
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

    /// A single row under a header becomes rows of name and value; any other section stays as it is.
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

    /// The columns that the section wants, its borders and those around it included.
    pub(super) fn total_width(&self) -> usize {
        let cells: usize = self.widths.iter().map(|width| width + PADDING).sum();
        // Where v1 has no title it measures the word `None`.
        let title = width::columns(self.title.as_deref().unwrap_or("None"));
        title.max(cells) + 2 + 2 * self.indent
    }

    /// Draws the section into a table of this width.
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

    /// The columns' widths, stretched or shrunk in proportion so that together they are as wide as the section.
    ///
    /// What rounding leaves over is taken from the left and given from the right, one by one.
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

/// Only the first cell of a line has an edge to its left.
fn edge(index: usize) -> &'static str {
    if index == 0 { "|" } else { "" }
}

/// A text that is too wide is not cut; it moves the edge.
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

/// What a cell has beside its text: two spaces to the left, and a space and an edge to the right.
const PADDING: usize = 4;
