//! A client that scans an image and waits for the scan.

use crate::shell::{Redirection, Shell};

const SCRIPT: &str = r#"
import boto3, hashlib, json

ecr = boto3.client("ecr")
repository = {"repositoryName": "team/app"}
ecr.create_repository(**repository)

def upload(content):
    upload_id = ecr.initiate_layer_upload(**repository)["uploadId"]
    ecr.upload_layer_part(
        **repository, uploadId=upload_id, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content)
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    ecr.complete_layer_upload(**repository, uploadId=upload_id, layerDigests=[digest])
    return {"digest": digest, "size": len(content)}

manifest = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **upload(b"{}")},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **upload(b"a layer")}],
}
ecr.put_image(**repository, imageTag="1.0", imageManifest=json.dumps(manifest))

image = {**repository, "imageId": {"imageTag": "1.0"}}
print(ecr.start_image_scan(**image)["imageScanStatus"]["status"])
ecr.get_waiter("image_scan_complete").wait(**image, WaiterConfig={"Delay": 1})
pages = list(ecr.get_paginator("describe_image_scan_findings").paginate(**image, PaginationConfig={"PageSize": 2}))
print(pages[0]["imageScanStatus"]["status"])
findings = [finding for page in pages for finding in page["imageScanFindings"]["findings"]]
counts = pages[0]["imageScanFindings"]["findingSeverityCounts"]
assert len(findings) == sum(counts.values()), (findings, counts)
print(pages[0]["imageScanFindings"]["imageScanCompletedAt"] > ecr.describe_repositories()["repositories"][0]["createdAt"])
"#;

#[test]
fn boto3_waits_for_a_scan_and_reads_its_findings() {
    let shell = Shell::redirected_by(Redirection::Env);
    std::fs::write(shell.file("scan.py"), SCRIPT).unwrap();
    let printed = shell.run(&["python3 scan.py".to_owned()]);
    assert_eq!(printed, "IN_PROGRESS\nCOMPLETE\nTrue\n");
}
