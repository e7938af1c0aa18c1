//! Parses profile files by the rules of Python's `configparser.RawConfigParser` in its strict mode, which v1 uses.
//!
//! Keys are in lower case and may be indented. A line that is indented more than its key continues the value. A comment is a whole line: `#`
//! and `;` behind a value are part of it. A section or a key that occurs twice is an error. The settings of `[DEFAULT]` are settings of every
//! section.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::config::section::Section;
use crate::python_text::{self, is_space, strip, strip_end};

/// The sections of a file in their order.
pub(super) type Sections = Vec<(String, Section)>;

/// A line that cannot be parsed.
#[derive(Debug, PartialEq)]
pub(super) struct IniError {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// Parses the content of a file.
///
/// # Errors
/// Returns an error for a line before the first section, a line without `=` or `:`, and a repeated section or key.
pub(super) fn parse(content: &str) -> Result<Sections, IniError> {
    let mut parser = Parser::default();
    let content = python_text::universal_newlines(content);
    for (index, line) in content.split('\n').enumerate() {
        let number = index + 1;
        let parsed = parser.line(line, number);
        parsed.map_err(|reason| IniError {
            line: number,
            reason,
        })?;
    }
    parser.sections()
}

/// The keys of a section, each with the lines of its value and the line number of the key.
type Options = Vec<(String, Vec<String>, usize)>;

#[derive(Default)]
struct Parser {
    sections: Vec<(String, Options)>,
    defaults: Options,
    position: Position,
    /// The indentation of the last line that is not a continuation, in characters.
    indentation: usize,
    /// The sections and the keys that have occurred. A section has no key.
    seen: HashSet<(String, Option<String>)>,
}

/// Where a continuation line belongs.
#[derive(Default, Clone, Copy)]
struct Position {
    section: Option<SectionIndex>,
    /// Whether the last key of the section can be continued.
    in_value: bool,
}

#[derive(Clone, Copy)]
enum SectionIndex {
    Defaults,
    Named(usize),
}

impl Parser {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        let text = strip(line);
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            self.extend_value("");
            return Ok(());
        }
        let indentation = line.chars().take_while(|&c| is_space(c)).count();
        if self.position.in_value && indentation > self.indentation {
            self.extend_value(text);
            return Ok(());
        }
        self.indentation = indentation;
        match header(text) {
            Some(name) => self.begin_section(name),
            None => self.key(text, number),
        }
    }

    fn extend_value(&mut self, text: &str) {
        if !self.position.in_value {
            return;
        }
        if let Some((_, lines, _)) = self.options().and_then(|options| options.last_mut()) {
            lines.push(text.to_owned());
        }
    }

    fn begin_section(&mut self, name: &str) -> Result<(), String> {
        let section = match name {
            "DEFAULT" => SectionIndex::Defaults,
            _ if !self.seen.insert((name.to_owned(), None)) => {
                return Err(format!("the section [{name}] occurs twice"));
            }
            _ => {
                self.sections.push((name.to_owned(), Options::new()));
                SectionIndex::Named(self.sections.len() - 1)
            }
        };
        self.position = Position {
            section: Some(section),
            in_value: false,
        };
        Ok(())
    }

    fn key(&mut self, text: &str, number: usize) -> Result<(), String> {
        let section = match self.position.section {
            None => return Err("expected a section such as [default] before this line".to_owned()),
            Some(SectionIndex::Defaults) => "DEFAULT".to_owned(),
            Some(SectionIndex::Named(index)) => self.sections[index].0.clone(),
        };
        let (key, value) = match text.split_once(['=', ':']) {
            Some((key, value)) if !strip_end(key).is_empty() => (strip_end(key), strip(value)),
            _ => return Err("expected KEY = VALUE".to_owned()),
        };
        let key = key.to_lowercase();
        if !self.seen.insert((section.clone(), Some(key.clone()))) {
            return Err(format!("the key {key} occurs twice in [{section}]"));
        }
        self.position.in_value = true;
        let value = vec![value.to_owned()];
        if let Some(options) = self.options() {
            options.push((key, value, number));
        }
        Ok(())
    }

    fn options(&mut self) -> Option<&mut Options> {
        match self.position.section? {
            SectionIndex::Defaults => Some(&mut self.defaults),
            SectionIndex::Named(index) => self.sections.get_mut(index).map(|(_, options)| options),
        }
    }

    fn sections(self) -> Result<Sections, IniError> {
        let with_defaults = |options: Options| {
            let own: HashSet<String> = options.iter().map(|(key, ..)| key.clone()).collect();
            let others = self.defaults.iter().filter(|(key, ..)| !own.contains(key));
            section(options.iter().chain(others))
        };
        let sections = self.sections.into_iter();
        sections
            .map(|(name, options)| Ok((name, with_defaults(options)?)))
            .collect()
    }
}

/// Returns the name of a section header. Text behind the last bracket is ignored.
fn header(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

fn section<'o>(
    options: impl Iterator<Item = &'o (String, Vec<String>, usize)>,
) -> Result<Section, IniError> {
    let mut section = Section::default();
    for (key, lines, number) in options {
        let joined = lines.join("\n");
        let text = strip_end(&joined);
        let value = match text.starts_with('\n') {
            false => Ok(Value::String(text.to_owned())),
            true => nested(text).map(Value::Object),
        };
        let value = value.map_err(|reason| IniError {
            line: *number,
            reason,
        })?;
        section.insert(key.clone(), value);
    }
    Ok(section)
}

/// Parses the lines below a key without a value.
fn nested(text: &str) -> Result<Map<String, Value>, String> {
    let lines = python_text::lines(text).map(strip);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (key, value) = line
                .split_once('=')
                .ok_or_else(|| format!("expected KEY = VALUE instead of {line}"))?;
            Ok((strip(key).to_owned(), strip(value).into()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the sections as JSON: `[["name", {…}], …]`.
    fn parsed(content: &str) -> String {
        let sections = parse(content).unwrap();
        let sections = sections.iter().map(|(name, section)| {
            let settings = section.settings();
            let settings: Map<String, Value> = settings
                .map(|(key, value)| (key.to_owned(), value.clone()))
                .collect();
            serde_json::json!([name, settings])
        });
        Value::Array(sections.collect()).to_string()
    }

    /// Results of `raw_config_parse` of botocore 1.43.62 on CPython 3.11.
    #[test]
    fn files_are_parsed_as_python_parses_them() {
        for (content, sections) in [
            ("", "[]"),
            ("[a]\nb = c # d\n", r##"[["a",{"b":"c # d"}]]"##),
            (
                "  [a]\n  B=c\n  d : e=f\n",
                r#"[["a",{"b":"c","d":"e=f"}]]"#,
            ),
            (
                "[a]\nb = c\n  d\n\n  e\n# x\n ; y\nf =\n",
                r#"[["a",{"b":"c\nd\n\ne","f":""}]]"#,
            ),
            (
                "[a]\nb =\n  c = d\n  e = f = g\nh = i\n",
                r#"[["a",{"b":{"c":"d","e":"f = g"},"h":"i"}]]"#,
            ),
            (
                "[a]\n  b = c\n d = e\n   [f]\n",
                r#"[["a",{"b":"c","d":"e\n[f]"}]]"#,
            ),
            (
                "[a]\nb = c\n[d] # e\n  f = g\n",
                r#"[["a",{"b":"c"}],["d",{"f":"g"}]]"#,
            ),
            ("[a]b]\nc=\n", r#"[["a]b",{"c":""}]]"#),
            (
                "[DEFAULT]\na = 1\nb = 2\n[c]\nb = 3\n[DEFAULT]\nd = 4\n",
                r#"[["c",{"b":"3","a":"1","d":"4"}]]"#,
            ),
            ("[a]\rb = c\r\n\rd = e", r#"[["a",{"b":"c","d":"e"}]]"#),
            ("[a]\nb\u{a0}=\u{a0}c\u{a0}\n", r#"[["a",{"b":"c"}]]"#),
        ] {
            assert_eq!(parsed(content), sections, "{content:?}");
        }
    }

    #[test]
    fn an_error_has_the_number_of_its_line() {
        for (content, line) in [
            ("a = b\n", 1),
            ("\u{feff}[a]\n", 1),
            ("[a]\nb\n", 2),
            ("[a]\n= b\n", 2),
            ("[]\n", 1),
            ("[a]\nb = c\n[a]\n", 3),
            ("[a]\nb = c\nB = d\n", 3),
            ("[DEFAULT]\na = 1\n[DEFAULT]\na = 2\n", 4),
            ("[a]\nb =\n  c\n", 2),
        ] {
            assert_eq!(parse(content).unwrap_err().line, line, "{content:?}");
        }
    }
}
