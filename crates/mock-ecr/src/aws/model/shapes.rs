//! Service models: the constraints on the input of each operation.
//!
//! `scripts/service-models` generates the `model.json` of each service from botocore. A model contains every operation of its service,
//! including those that the mock does not implement.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde::Deserialize;

use crate::aws::service::AwsService;

/// The model of a service: the input shape of each operation, all shapes by name, and the exceptions.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    errors: BTreeMap<String, Exception>,
    operations: BTreeMap<String, String>,
    shapes: BTreeMap<String, Shape>,
}

/// The type and the constraints of a value.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// The names of the shapes of a structure's members, by member name.
    #[serde(default)]
    pub(crate) members: BTreeMap<String, String>,
    /// The name of the shape of a list's elements.
    #[serde(default)]
    member: Option<String>,
    /// The minimum length of a text (in characters), a list (in elements) or a blob (in bytes), or the minimum number.
    #[serde(default)]
    pub(crate) min: Option<i64>,
    /// The maximum, in the same units.
    #[serde(default)]
    pub(crate) max: Option<i64>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    #[serde(skip)]
    regex: OnceLock<Regex>,
}

/// How an exception is returned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exception {
    /// The code in the response, if it is not the name of the exception.
    code: Option<String>,
    http_status_code: Option<u16>,
}

/// The types that occur in inputs.
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
    /// Returns the model of a service. It is parsed when it is first used.
    pub(crate) fn of(service: AwsService) -> &'static Model {
        static MODELS: [OnceLock<Model>; AwsService::ALL.len()] =
            [const { OnceLock::new() }; AwsService::ALL.len()];
        let index = AwsService::ALL.iter().position(|other| *other == service);
        let model = &MODELS[index.expect("ALL contains every service")];
        model.get_or_init(|| Model::parse(service.model()))
    }

    /// Parses the `model.json` of a service.
    fn parse(json: &str) -> Self {
        serde_json::from_str(json).expect("each model.json is a valid model")
    }

    /// Returns the shape of the input of an operation.
    pub(crate) fn input(&self, operation: &str) -> &Shape {
        self.shape(&self.operations[operation])
    }

    pub(crate) fn shape(&self, name: &str) -> &Shape {
        &self.shapes[name]
    }

    /// Returns the operation of this name, if the model contains it.
    pub(crate) fn operation(&'static self, name: &str) -> Option<&'static str> {
        let (name, _) = self.operations.get_key_value(name)?;
        Some(name)
    }

    /// Returns the codes of all exceptions, and their statuses.
    pub(crate) fn exceptions(&'static self) -> impl Iterator<Item = (&'static str, u16)> {
        self.errors.iter().map(|(name, exception)| {
            let code = exception.code.as_deref().unwrap_or(name);
            (code, exception.http_status_code.unwrap_or(400))
        })
    }

    pub(crate) fn operations(&'static self) -> impl Iterator<Item = &'static str> {
        self.operations.keys().map(String::as_str)
    }
}

/// Returns the services that have an operation of this name.
pub(crate) fn services_with(operation: &str) -> impl Iterator<Item = AwsService> {
    AwsService::ALL
        .into_iter()
        .filter(move |service| Model::of(*service).operation(operation).is_some())
}

impl Shape {
    /// Returns the shape of a list's elements.
    pub(crate) fn element<'a>(&self, model: &'a Model) -> &'a Shape {
        let name = self.member.as_deref();
        model.shape(name.expect("every list of a model has a member"))
    }

    /// Returns the pattern of the shape, if the text does not match it as a whole.
    pub(crate) fn violated_pattern(&self, text: &str) -> Option<&str> {
        let pattern = self.pattern.as_deref()?;
        let regex = self.regex.get_or_init(|| {
            Regex::new(&format!("^(?:{})$", without_unicode_classes(pattern)))
                .expect("every pattern of a model is a valid regular expression")
        });
        (!regex.is_match(text)).then_some(pattern)
    }
}

/// Replaces the Unicode classes in the patterns of STS's tags, which `regex_lite` does not support. Every character outside
/// ASCII is treated as a letter. `[ASSUME]`
fn without_unicode_classes(pattern: &str) -> String {
    pattern
        .replace(r"\p{L}", r"A-Za-z\u{80}-\u{10FFFF}")
        .replace(r"\p{N}", "0-9")
        .replace(r"\p{Z}", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models() -> [(AwsService, &'static Model); AwsService::ALL.len()] {
        AwsService::ALL.map(|service| (service, Model::of(service)))
    }

    #[test]
    fn a_model_has_every_operation_of_its_service() {
        let counts = models().map(|(name, model)| (name, model.operations.len()));
        let expected = [
            (AwsService::Ecr, 62),
            (AwsService::EcrPublic, 23),
            (AwsService::Sts, 11),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn every_input_is_a_structure() {
        for (name, model) in models() {
            for operation in model.operations() {
                let input = model.input(operation);
                assert_eq!(input.kind, Kind::Structure, "{name}: {operation}");
            }
        }
    }

    #[test]
    fn every_named_shape_exists_and_every_pattern_compiles() {
        for (name, model) in models() {
            for (shape_name, shape) in &model.shapes {
                let named = shape.members.values().chain(&shape.member);
                named
                    .for_each(|named| assert!(model.shapes.contains_key(named), "{name}: {named}"));
                let has_member = shape.member.is_some();
                assert_eq!(has_member, shape.kind == Kind::List, "{name}: {shape_name}");
                let _ = shape.violated_pattern("");
            }
        }
    }

    #[test]
    fn letters_of_every_script_match_a_pattern_of_letters() {
        let value = Model::of(AwsService::Sts).shape("tagValueType");
        assert_eq!(value.violated_pattern("Größe 名前 1"), None);
        assert!(value.violated_pattern("a;b").is_some());
    }
}
