//! What the API rejects in a push, with each dialect of the registry. The table in `domain/rejection/` has the sources.

use super::{Api, put_input};
use crate::image::{IMAGE, image_with};

#[tokio::test]
async fn a_manifest_that_ecr_rejects_is_rejected_in_each_dialect() {
    for config in ["", "dialect = 'oci'\n"] {
        let api = Api::with_config(&format!("{config}[[repositories]]\nname = 'app'\n")).await;
        let mut inputs = vec![
            (
                put_input("a", r#"{"layers":[]}"#),
                "Image has to have at least 1 layer",
            ),
            (
                put_input("a", &image_with(r#""unknown":1"#)),
                "Invalid JSON syntax",
            ),
        ];
        let untyped = IMAGE.replace('"', "\\\"");
        let untyped = format!(r#"{{"repositoryName":"app","imageManifest":"{untyped}"}}"#);
        inputs.push((untyped.clone(), "Invalid JSON syntax"));
        let unknown = untyped.replace("}\"}", "}\",\"imageManifestMediaType\":\"a/b\"}");
        inputs.push((unknown, "Invalid JSON syntax"));
        for (input, constraint) in inputs {
            let text = format!(
                "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{constraint}'"
            );
            let code = "InvalidParameterException";
            api.assert_error("PutImage", &input, code, &text).await;
        }
    }
}
