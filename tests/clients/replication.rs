//! A client that replicates images to another Region, and waits for the copies.

use crate::shell::{Redirection, Shell};

const SCRIPT: &str = r#"
import boto3, json, time

ecr = boto3.client("ecr")
ireland = boto3.client("ecr", region_name="eu-west-1")
app = {"repositoryName": "replicated"}
registry = ecr.describe_registry()
account = registry["registryId"]
assert registry["replicationConfiguration"] == {"rules": []}
ecr.create_repository(**app)

def push(tag):
    layer = {"digest": "sha256:" + tag * 64, "urls": ["https://example.com"]}
    ecr.put_image(imageManifest=json.dumps({"layers": [layer]}), imageTag=tag,
                  imageManifestMediaType="application/vnd.oci.image.manifest.v1+json", **app)

def wait(read, end):
    while read() != end:
        time.sleep(0.1)

push("1")
destination = {"region": "eu-west-1", "registryId": account}
rule = {"destinations": [destination], "repositoryFilters": [{"filter": "repl", "filterType": "PREFIX_MATCH"}]}
configuration = {"rules": [rule]}
assert ecr.put_replication_configuration(replicationConfiguration=configuration)["replicationConfiguration"] == configuration
assert ecr.describe_registry()["replicationConfiguration"] == configuration
push("2")
status = lambda: ecr.describe_image_replication_status(imageId={"imageTag": "2"}, **app)["replicationStatuses"]
wait(status, [{**destination, "status": "COMPLETE"}])
tags = lambda: sorted(image["imageTag"] for image in ireland.list_images(**app)["imageIds"])
assert tags() == ["2"], tags()

backfill = ecr.start_replication_backfill(destination=destination)["replicationBackfillId"]
status = lambda: ecr.describe_replication_backfill_results(replicationBackfillId=backfill)["status"]
wait(status, "COMPLETE")
assert tags() == ["1", "2"], tags()
pages = ecr.get_paginator("describe_replication_backfill_results").paginate(
    replicationBackfillId=backfill, PaginationConfig={"PageSize": 1})
results = sorted(result["imageId"]["imageTag"] for page in pages for result in page["results"])
assert results == ["1", "2"], results
listed = [one for page in ecr.get_paginator("list_replication_backfills").paginate() for one in page["backfills"]]
assert [one["replicationBackfillId"] for one in listed] == [backfill]
print("done")
"#;

#[test]
fn boto3_replicates_images_and_waits_for_the_copies() {
    let shell = Shell::redirected_by(Redirection::Env);
    std::fs::write(shell.file("replication.py"), SCRIPT).unwrap();
    let printed = shell.run(&["python3 replication.py".to_owned()]);
    assert_eq!(printed.trim(), "done");
}
