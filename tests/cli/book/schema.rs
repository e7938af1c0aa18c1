//! JSON schemas of the OpenAPI document as Markdown.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Map, Value};

use crate::architecture::sources::repository;
use crate::book::markdown::slug;

/// The schemas of the committed OpenAPI document, which describe faults and the control API.
pub(super) struct Schemas {
    pub(super) document: Value,
    /// The types that the page on faults describes, for other pages.
    elsewhere: Vec<String>,
}

/// The types with a section on the page on faults.
const FAULT_TYPES: [&str; 2] = ["RequestMatcher", "FaultAction"];

/// The type that is described by a specification of its format.
const ARCHIVE: &str = "Har";

impl Schemas {
    pub(super) fn read() -> Self {
        let path = repository().join("crates/mock-ecr/openapi.json");
        let document = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Schemas {
            document,
            elsewhere: Vec::new(),
        }
    }

    /// Returns the schemas for a page that links to the page on faults instead of describing the types of a fault.
    pub(super) fn with_faults_elsewhere(mut self) -> Self {
        self.elsewhere = reachable(&self, &FAULT_TYPES);
        self.elsewhere.extend(FAULT_TYPES.map(str::to_owned));
        self
    }

    /// Returns whether the page contains the description of a type.
    pub(super) fn is_described_here(&self, name: &str) -> bool {
        let is_of_archive =
            name == ARCHIVE || reachable(self, &[ARCHIVE]).iter().any(|one| one == name);
        !is_of_archive && !self.elsewhere.iter().any(|one| one == name)
    }

    fn link(&self, name: &str) -> String {
        let is_elsewhere = self.elsewhere.iter().any(|one| one == name);
        match name {
            ARCHIVE => "HTTP Archive 1.2".to_owned(),
            "RequestMatcher" if is_elsewhere => format!("[{name}](faults.md#match)"),
            "FaultAction" if is_elsewhere => format!("[{name}](faults.md#action)"),
            _ if is_elsewhere => format!("[{name}](faults.md#{})", slug(name)),
            _ => format!("[{name}](#{})", slug(name)),
        }
    }

    pub(super) fn get(&self, name: &str) -> &Value {
        &self.document["components"]["schemas"][name]
    }

    /// Returns the description of a type: its fields, values or variants.
    pub(super) fn describe(&self, name: &str) -> String {
        let schema = self.get(name);
        let mut text = first_paragraphs(schema["description"].as_str().unwrap_or_default());
        if !text.is_empty() {
            text += "\n\n";
        }
        if schema["properties"].is_object() {
            text += &self.fields(schema);
        }
        for choices in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choices].as_array() {
                text += &self.choices(choices);
            }
        }
        text
    }

    fn fields(&self, schema: &Value) -> String {
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        let mut text = "| Key | Type | Meaning |\n|---|---|---|\n".to_owned();
        for (name, field) in schema["properties"].as_object().unwrap() {
            let meaning = escaped(field["description"].as_str().unwrap_or_default());
            let note = if is_required(name) { ", required" } else { "" };
            writeln!(
                text,
                "| `{name}` | {}{note} | {meaning} |",
                self.type_of(field)
            )
            .unwrap();
        }
        text
    }

    fn choices(&self, choices: &[Value]) -> String {
        let mut text = "| Value | Meaning |\n|---|---|\n".to_owned();
        for choice in choices {
            let meaning = escaped(choice["description"].as_str().unwrap_or_default());
            writeln!(text, "| {} | {meaning} |", self.choice(choice)).unwrap();
        }
        text
    }

    fn choice(&self, choice: &Value) -> String {
        match (&choice["const"], choice["properties"].as_object()) {
            (Value::String(value), _) => format!("`\"{value}\"`"),
            (_, Some(properties)) => self.table(properties),
            _ => self.type_of(choice),
        }
    }

    /// Returns an inline table such as `after_bytes = ` and the types of its values.
    fn table(&self, properties: &Map<String, Value>) -> String {
        let pairs = properties.iter();
        let pairs: Vec<String> = pairs
            .map(|(key, value)| format!("`{key}` = {}", self.type_of(value)))
            .collect();
        format!("{{ {} }}", pairs.join(", "))
    }

    /// Returns the name of a type, with a link to its description if it has one.
    pub(super) fn type_of(&self, schema: &Value) -> String {
        if let Some(name) = referenced(schema) {
            return match is_plain(self.get(name)) {
                true => self.type_of(self.get(name)),
                false => self.link(name),
            };
        }
        if let Some(value) = schema["const"].as_str() {
            return format!("`{value}`");
        }
        for choices in ["anyOf", "oneOf"] {
            if let Some(choices) = schema[choices].as_array() {
                let names = choices.iter().filter(|choice| choice["type"] != "null");
                let names: Vec<String> = names.map(|choice| self.type_of(choice)).collect();
                return names.join(" or ");
            }
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            return values.join(" or ");
        }
        self.simple(schema)
    }

    fn simple(&self, schema: &Value) -> String {
        let kind = match &schema["type"] {
            Value::Array(types) => types
                .iter()
                .find(|name| *name != "null")
                .and_then(Value::as_str),
            other => other.as_str(),
        };
        match (kind.unwrap_or("any"), schema["format"].as_str()) {
            ("array", _) => format!("list of {}", self.type_of(&schema["items"])),
            (_, Some("date-time")) => "timestamp".to_owned(),
            (kind, _) => kind.to_owned(),
        }
    }
}

/// Returns the names of the types that the given types refer to, directly or not, sorted, without types that are plain strings or numbers.
pub(super) fn reachable(schemas: &Schemas, names: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut waiting: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = waiting.pop() {
        let mut references = Vec::new();
        collect_references(schemas.get(&name), &mut references);
        for reference in references {
            let is_new = !found.contains(&reference) && !names.contains(&reference.as_str());
            if is_new && !is_plain(schemas.get(&reference)) {
                found.push(reference.clone());
                waiting.push(reference);
            }
        }
    }
    found.sort();
    found
}

fn collect_references(schema: &Value, found: &mut Vec<String>) {
    if let Some(name) = referenced(schema) {
        found.push(name.to_owned());
    }
    match schema {
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_references(value, found)),
        Value::Object(fields) => fields
            .values()
            .for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

fn referenced(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// Returns whether a schema is only a string or a number.
fn is_plain(schema: &Value) -> bool {
    let structure = ["properties", "oneOf", "anyOf", "$ref"];
    structure.iter().all(|key| schema[key].is_null())
}

/// Returns a description without its example.
fn first_paragraphs(description: &str) -> String {
    let text = description.split("\n\n```").next().unwrap_or_default();
    without_links(text)
}

/// Returns a description as one cell of a table.
pub(super) fn escaped(description: &str) -> String {
    without_links(description)
        .replace('\n', " ")
        .replace('|', "\\|")
}

/// Removes the brackets of rustdoc links.
fn without_links(text: &str) -> String {
    text.replace("[`", "`").replace("`]", "`")
}
