//! The service model of ECR: what the input of each operation must be.
//!
//! `model.json` is what it says of the operations that the mock has (their shapes, without their descriptions). Source: botocore
//! 1.44.5, `data/ecr/2015-09-21/service-2.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde::Deserialize;

/// Inputs by operation, and the shapes that they are made of.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    operations: BTreeMap<String, String>,
    shapes: BTreeMap<String, Shape>,
}

/// What a value must be.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// The shapes of a structure's members, by name.
    #[serde(default)]
    pub(crate) members: BTreeMap<String, String>,
    /// The shape of a list's elements.
    #[serde(default)]
    member: Option<String>,
    /// The least length of a text, a list or a blob, or the least number.
    #[serde(default)]
    pub(crate) min: Option<i64>,
    #[serde(default)]
    pub(crate) max: Option<i64>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    #[serde(skip)]
    regex: OnceLock<Regex>,
}

/// The types of AWS JSON that ECR's inputs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    String,
    Blob,
    Boolean,
    Integer,
    Long,
}

impl Model {
    pub(crate) fn get() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| {
            serde_json::from_str(include_str!("../../services/ecr/model.json"))
                .expect("the model is part of the program")
        })
    }

    /// What an operation is called with.
    pub(crate) fn input(&self, operation: &str) -> &Shape {
        self.shape(&self.operations[operation])
    }

    pub(crate) fn shape(&self, name: &str) -> &Shape {
        &self.shapes[name]
    }

    #[cfg(test)]
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }
}

/// Whether an operation has this name.
pub(crate) fn is_operation(name: &str) -> bool {
    Model::get().operations.contains_key(name)
}

impl Shape {
    /// The shape of a list's elements.
    pub(crate) fn element(&self) -> &'static Shape {
        let name = self.member.as_deref();
        Model::get().shape(name.expect("a list of the model says of what"))
    }

    /// The pattern that a text must fit as a whole, if there is one that it does not fit.
    pub(crate) fn unfit(&self, text: &str) -> Option<&str> {
        let pattern = self.pattern.as_deref()?;
        let regex = self.regex.get_or_init(|| {
            Regex::new(&format!("^(?:{pattern})$")).expect("the patterns of the model are patterns")
        });
        (!regex.is_match(text)).then_some(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_is_named_is_there_and_every_pattern_is_one() {
        let model = Model::get();
        for operation in model.operations() {
            assert_eq!(model.input(operation).kind, Kind::Structure);
        }
        for shape in model.shapes.values() {
            for name in shape.members.values() {
                model.shape(name);
            }
            if shape.kind == Kind::List {
                shape.element();
            }
            let _ = shape.unfit("");
        }
    }
}
