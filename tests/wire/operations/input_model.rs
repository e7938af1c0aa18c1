//! The inputs of ECR in the service model, and values that satisfy its constraints. It is independent of the code of the mock that reads the model.

use serde_json::{Map, Value, json};

pub(super) struct InputModel(Value);

impl InputModel {
    pub(super) fn read() -> Self {
        let text = include_str!("../../../crates/mock-ecr/src/services/ecr/model.json");
        InputModel(serde_json::from_str(text).unwrap())
    }

    pub(super) fn operations(&self) -> Vec<&str> {
        let operations = self.0["operations"].as_object().unwrap();
        operations.keys().map(String::as_str).collect()
    }

    /// Returns the name of the shape of an input.
    pub(super) fn input(&self, operation: &str) -> &str {
        self.0["operations"][operation].as_str().unwrap()
    }

    pub(super) fn shape(&self, name: &str) -> &Value {
        &self.0["shapes"][name]
    }

    /// Returns the members of a structure and the names of their shapes.
    pub(super) fn members(&self, shape: &str) -> Vec<(&str, &str)> {
        let members = self.shape(shape)["members"].as_object().unwrap();
        members
            .iter()
            .map(|(name, member)| (name.as_str(), member.as_str().unwrap()))
            .collect()
    }

    pub(super) fn required(&self, shape: &str) -> Vec<&str> {
        let required = self.shape(shape)["required"].as_array();
        let names = required.into_iter().flatten();
        names.map(|name| name.as_str().unwrap()).collect()
    }

    /// Returns a structure that has only the required members.
    pub(super) fn minimal(&self, shape: &str) -> Map<String, Value> {
        let members = &self.shape(shape)["members"];
        let member = |name: &str| {
            let value = self.valid(members[name].as_str().unwrap());
            (name.to_owned(), value)
        };
        self.required(shape).into_iter().map(member).collect()
    }

    /// Returns a value that satisfies the constraints of a shape.
    pub(super) fn valid(&self, name: &str) -> Value {
        let shape = self.shape(name);
        match shape["type"].as_str().unwrap() {
            "structure" => Value::Object(self.minimal(name)),
            "list" => json!([self.valid(shape["member"].as_str().unwrap())]),
            "string" if shape["enum"].is_array() => shape["enum"][0].clone(),
            "string" => json!(text(name, shape)),
            "blob" => json!("aGVsbG8="),
            "boolean" => json!(true),
            "integer" | "long" => json!(shape["min"].as_i64().unwrap_or(0)),
            other => panic!("{name} has the type {other}, for which this test has no value"),
        }
    }
}

/// Returns a text that matches the pattern of a shape.
fn text(name: &str, shape: &Value) -> String {
    let text = match name {
        "CredentialArn" => {
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/app"
        }
        "KmsKeyForRepositoryCreationTemplate" => "",
        "LayerDigest" => super::HELLO,
        "PrincipalArn" => "arn:aws:iam::123456789012:role/app",
        "RegistryId" => "123456789012",
        "ReplicationBackfillId" | "UploadId" => "a061e3d2-891b-44f9-9472-4e969e1d74aa",
        "SigningProfileArn" => "arn:aws:signer:us-west-2:123456789012:/signing-profiles/app",
        _ => "app",
    };
    match length(shape, "min") {
        Some(min) if text.len() < min => "a".repeat(min),
        _ => text.to_owned(),
    }
}

/// Returns a bound of the length of a text or a list.
pub(super) fn length(shape: &Value, bound: &str) -> Option<usize> {
    let bound = shape[bound].as_u64()?;
    Some(usize::try_from(bound).unwrap())
}
