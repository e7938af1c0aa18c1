//! Requests that produce an exception. `produced.json` lists them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_MANIFEST};

const HELLO: &str = super::super::HELLO;
/// The digest of `hellohello`.
const HELLO_TWICE: &str = "sha256:0a86050fb37a4def36885da9557f5b22a9e191767a80e7a4a2415410a4462b68";
const ABSENT: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/";
pub(super) const LIFECYCLE_POLICY: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    /// Calls that prepare a case: the operation and the input.
    steps: BTreeMap<String, (String, Value)>,
    pub(super) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) error: String,
    pub(super) call: String,
    #[serde(default)]
    config: String,
    /// The steps before the call.
    #[serde(default)]
    after: Vec<String>,
    /// How often the call succeeds before it fails. `$N` in the input stands for the number of the call.
    #[serde(default)]
    times: u32,
    /// The input.
    with: Option<Value>,
    /// The step with the input.
    like: Option<String>,
    /// The file and the name of the test that produces the exception.
    pub(super) test: Option<(String, String)>,
}

impl Cases {
    pub(super) fn read() -> Self {
        serde_json::from_str(include_str!("produced.json")).unwrap()
    }

    /// Returns the code of the error that the call of a case returns.
    pub(super) async fn code_of(&self, case: &Case) -> String {
        let mut mock = Mock::start(&case.config).await;
        for name in &case.after {
            let (operation, input) = &self.steps[name];
            mock.prepare(operation, input).await;
        }
        let step = case.like.as_ref().map(|name| &self.steps[name].1);
        let input = case.with.as_ref().or(step).unwrap();
        for number in 0..case.times {
            mock.set("N", &number.to_string());
            mock.prepare(&case.call, input).await;
        }
        mock.set("N", "last");
        let input = mock.resolve(input);
        let response = mock.api.call(&case.call, &input).await;
        let output: Value = serde_json::from_str(&response.body).unwrap();
        output["__type"].as_str().unwrap_or("none").to_owned()
    }
}

/// A mock, and the texts that stand for `$NAME` in an input.
struct Mock {
    api: Api,
    texts: BTreeMap<&'static str, String>,
}

impl Mock {
    async fn start(config: &str) -> Self {
        let config = mock_ecr::Config::parse(&config.replace("$SECRETS", &secrets())).unwrap();
        let ecr = mock_ecr::MockEcr::from_config(config).frozen();
        let api = Api(ecr.start().await.unwrap());
        let texts = [
            ("ABSENT", ABSENT),
            ("ARN", "arn:aws:ecr:us-east-1:123456789012:repository/app"),
            ("DIGEST", IMAGE_DIGEST),
            ("HELLO", HELLO),
            ("HELLOHELLO", HELLO_TWICE),
            ("ID", "00000000-0000-4000-8000-000000000000"),
            ("IMAGE", IMAGE),
            ("LIFECYCLE", LIFECYCLE_POLICY),
            ("OCI", OCI_MANIFEST),
            ("SECRET", SECRET),
        ];
        let texts = texts.map(|(name, text)| (name, text.to_owned()));
        let mut texts = BTreeMap::from(texts);
        texts.insert("SCANNABLE", scannable_image());
        Mock { api, texts }
    }

    fn set(&mut self, name: &'static str, text: &str) {
        self.texts.insert(name, text.to_owned());
    }

    /// Calls an operation that must succeed, and keeps the ID in its output.
    async fn prepare(&mut self, operation: &str, input: &Value) {
        let output = self.api.output(operation, &self.resolve(input)).await;
        let output: Value = serde_json::from_str(&output).unwrap();
        for (name, member) in [
            ("UPLOAD", "uploadId"),
            ("BACKFILL", "replicationBackfillId"),
        ] {
            if let Some(id) = output[member].as_str() {
                self.set(name, id);
            }
        }
    }

    /// Returns an input as JSON. The names are replaced in reverse order, because one is the beginning of another.
    fn resolve(&self, input: &Value) -> String {
        let mut input = input.to_string().replace(r#""$TAGS""#, &too_many_tags());
        for (name, text) in self.texts.iter().rev() {
            let quoted = json!(text).to_string();
            let text = &quoted[1..quoted.len() - 1];
            input = input.replace(&format!("${name}"), text);
        }
        input
    }
}

fn secrets() -> String {
    let access = [
        ("readable", "readable"),
        ("denied", "denied"),
        ("encrypted", "undecryptable"),
    ];
    access
        .map(|(name, access)| {
            format!("[[secrets]]\narn = '{SECRET}{name}'\nvalue = '{{}}'\naccess = '{access}'\n")
        })
        .concat()
}

/// Returns the manifest of an image whose layer and configuration are the layer `hello`.
fn scannable_image() -> String {
    let blob = |kind: &str| json!({"mediaType": format!("application/vnd.oci.image.{kind}"), "size": 5, "digest": HELLO});
    json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST,
        "config": blob("config.v1+json"), "layers": [blob("layer.v1.tar")],
    })
    .to_string()
}

fn too_many_tags() -> String {
    let tag = |key: u32| json!({"Key": key.to_string(), "Value": ""});
    Value::from_iter((0..51).map(tag)).to_string()
}
