//! Converts a document to the sections of a table.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::output::scalar::is_scalar;
use crate::output::table::section::Section;
use crate::python;

/// The sections in drawing order. Rows are added to the last one.
#[derive(Debug)]
pub(super) struct Sections(Vec<Section>);

impl Sections {
    /// Converts a document.
    ///
    /// # Errors
    /// Returns an error for rows of unequal length and for a list of objects and other values.
    pub(super) fn of(title: &str, document: &Value) -> Result<Self, Error> {
        let mut sections = Self(Vec::new());
        sections.add(Some(title), document, 0)?;
        Ok(sections)
    }

    pub(super) fn into_vec(self) -> Vec<Section> {
        self.0
    }

    /// Adds a value. Without a title, it continues the last section.
    fn add(&mut self, title: Option<&str>, value: &Value, indent: usize) -> Result<(), Error> {
        if python::is_falsy(value) {
            return Ok(());
        }
        if title.is_some() {
            self.0.push(Section::new(title, indent));
        }
        match value {
            Value::Array(items) if items.first().is_some_and(Value::is_object) => {
                self.add_objects(title, items, indent)
            }
            Value::Array(items) => self.add_items(items),
            Value::Object(members) => self.add_object(members, indent),
            _ => Ok(()),
        }
    }

    /// Adds one row under the names of the scalars, and a section for each other member. A single scalar is next to its name.
    fn add_object(&mut self, members: &Map<String, Value>, indent: usize) -> Result<(), Error> {
        let (scalars, nested) = names(members);
        let cells = scalars.iter().map(|&name| python::str(&members[name]));
        match scalars.first() {
            None => {}
            Some(&name) if scalars.len() == 1 => {
                let row = std::iter::once(name.clone()).chain(cells).collect();
                self.last().add_row(row)?;
            }
            Some(_) => {
                self.last().add_header(owned(&scalars))?;
                self.last().add_row(cells.collect())?;
            }
        }
        nested
            .into_iter()
            .try_for_each(|name| self.add(Some(name), &members[name], indent + 1))
    }

    /// Adds a row for each object. An object with nested sections starts a new section after the previous object.
    fn add_objects(
        &mut self,
        title: Option<&str>,
        items: &[Value],
        indent: usize,
    ) -> Result<(), Error> {
        let (scalars, nested) = names_of_all(items)?;
        self.last().add_header(owned(&scalars))?;
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !nested.is_empty() {
                self.0.push(Section::new(title, indent));
                self.last().add_header(owned(&scalars))?;
            }
            let row = scalars.iter().map(|name| cell(item, name));
            let row = row.collect::<Result<_, _>>()?;
            self.last().add_row(row)?;
            for &name in &nested {
                if let Some(value) = item.get(name) {
                    self.add(Some(name), value, indent + 1)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a row for each scalar and each list of scalars. For an object after a first item of another type, only its names
    /// are shown.
    fn add_items(&mut self, items: &[Value]) -> Result<(), Error> {
        for item in items {
            match item {
                Value::Object(members) => self.last().add_row(members.keys().cloned().collect())?,
                Value::Array(cells) if cells.iter().all(is_scalar) => {
                    self.last()
                        .add_row(cells.iter().map(python::str).collect())?;
                }
                Value::Array(_) => self.add(None, item, 0)?,
                scalar => self.last().add_row(vec![python::str(scalar)])?,
            }
        }
        Ok(())
    }

    fn last(&mut self) -> &mut Section {
        if self.0.is_empty() {
            self.0.push(Section::new(None, 0));
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }
}

type Names<'a> = BTreeSet<&'a String>;

/// Returns the names of the scalars and the names of the other members.
fn names(members: &Map<String, Value>) -> (Vec<&String>, Vec<&String>) {
    let names: Names<'_> = members.keys().collect();
    names
        .into_iter()
        .partition(|&name| is_scalar(&members[name]))
}

/// Returns the same for all objects of a list. A name is in both lists if its values are of both kinds.
fn names_of_all(items: &[Value]) -> Result<(Names<'_>, Names<'_>), Error> {
    let (mut scalars, mut nested) = (Names::new(), Names::new());
    for item in items {
        let (of_scalars, of_nested) = match item {
            Value::Object(members) => names(members),
            other => nameless(other)?,
        };
        scalars.extend(of_scalars);
        nested.extend(of_nested);
    }
    Ok((scalars, nested))
}

/// Returns Python's error for a value that is not an object. An empty string or list has no names and is accepted.
fn nameless(value: &Value) -> Result<(Vec<&String>, Vec<&String>), Error> {
    let text = match value {
        Value::String(text) if text.is_empty() => return Ok((Vec::new(), Vec::new())),
        Value::String(_) => "string indices must be integers, not 'str'".to_owned(),
        Value::Array(items) => match items.first() {
            None => return Ok((Vec::new(), Vec::new())),
            // Python uses the item as the index of another one.
            Some(Value::Number(_) | Value::Bool(_)) => "list index out of range".to_owned(),
            Some(first) => {
                let class = python::class(first);
                format!("list indices must be integers or slices, not {class}")
            }
        },
        other => format!("'{}' object is not iterable", python::class(other)),
    };
    Err(Error::Unprintable(text))
}

fn cell(item: &Value, name: &str) -> Result<String, Error> {
    match item {
        Value::Object(members) => Ok(members.get(name).map(python::str).unwrap_or_default()),
        other => {
            let class = python::class(other);
            let text = format!("'{class}' object has no attribute 'get'");
            Err(Error::Unprintable(text))
        }
    }
}

fn owned<'a>(names: impl IntoIterator<Item = &'a &'a String>) -> Vec<String> {
    names.into_iter().map(|&name| name.clone()).collect()
}
