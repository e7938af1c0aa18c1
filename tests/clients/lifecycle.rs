//! boto3 with lifecycle policies and storage classes: its waiter ends, and its paginators read all pages.

use crate::shell::{Redirection, Shell};

/// Pushes two images whose layers need not exist, because they have URLs.
const SCRIPT: &str = r#"
import boto3, json
ecr = boto3.client("ecr")
app = {"repositoryName": "lifecycle"}
ecr.create_repository(**app)
for tag in ("1", "2"):
    layer = {"digest": "sha256:" + tag * 64, "urls": ["https://example.com"]}
    ecr.put_image(imageManifest=json.dumps({"layers": [layer]}), imageTag=tag,
                  imageManifestMediaType="application/vnd.oci.image.manifest.v1+json", **app)
selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}
rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
policy = json.dumps({"rules": [rule]})
stored = ecr.put_lifecycle_policy(lifecyclePolicyText=policy, **app)["lifecyclePolicyText"]
assert json.loads(stored) == json.loads(policy) and " " not in stored
assert ecr.get_lifecycle_policy(**app)["lastEvaluatedAt"].year == 1970
ecr.start_lifecycle_policy_preview(**app)
ecr.get_waiter("lifecycle_policy_preview_complete").wait(WaiterConfig={"Delay": 1}, **app)
pages = ecr.get_paginator("get_lifecycle_policy_preview").paginate(**app)
results = [result for page in pages for result in page["previewResults"]]
assert [result["imageTags"] for result in results] == [["1"]], results
ecr.update_image_storage_class(imageId={"imageTag": "1"}, targetStorageClass="ARCHIVE", **app)
tags = lambda **filter: [image["imageTags"] for page in ecr.get_paginator("describe_images").paginate(**app, **filter)
                         for image in page["imageDetails"]]
assert tags() == [["2"]]
assert tags(filter={"imageStatus": "ARCHIVED"}) == [["1"]]
print("done")
"#;

#[test]
fn boto3_manages_lifecycle_policies_and_storage_classes() {
    let script = format!("python3 - <<'EOF'{SCRIPT}EOF");
    let printed = Shell::redirected_by(Redirection::Env).run(&[script]);
    assert_eq!(printed.trim(), "done");
}
