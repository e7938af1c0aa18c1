//! Writes a report as JSON, described by `crates/ecr-contract/contract-report.schema.json`.

use crate::report::Report;
use crate::untrusted_text::sanitize_json;

pub(super) fn text(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report);
    sanitize_json(&text.expect("a report can be serialized")) + "\n"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::generate::SchemaSettings;
    use serde_json::{Value, json};

    use super::*;
    use crate::report::sample;

    fn schema() -> Value {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = generator.into_root_schema_for::<Report>().to_value();
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(schema["$schema"], json!(draft));
        schema["$id"] = json!("urn:mock-ecr:contract-report:4");
        schema["title"] = json!("The report of `mock-ecr contract`");
        schema
    }

    #[test]
    fn a_written_report_can_be_read_back() {
        let written = text(&sample::report());
        let read: Report = serde_json::from_str(&written).unwrap();
        assert_eq!(text(&read), written);
        assert!(written.contains(r#""verdict": "set_up_error""#));
        assert!(written.contains(r#""client_type": "docker-credential""#));
        assert!(!written.contains('\x1b'));
    }

    #[test]
    fn the_schema_in_the_package_matches_the_types() {
        let path = "contract-report.schema.json";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var_os("MOCK_ECR_BLESS").is_some() {
            std::fs::write(&path, format!("{:#}\n", schema())).unwrap();
        }
        let copy: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let advice = "run this test with MOCK_ECR_BLESS=1 to update the file";
        assert_eq!(copy, schema(), "{advice}");
    }
}
