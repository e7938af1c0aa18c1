//! Backfills, which replicate the images that a registry had before.
//!
//! Source: the service model. The texts and the failure codes are `[ASSUME]`.

use super::*;
use crate::image::OTHER_IMAGE;

fn start(region: &str, account: &str) -> Value {
    json!({"destination": {"region": region, "registryId": account}})
}

/// Starts a mock with images that were pushed before replication was configured.
async fn with_images() -> Api {
    let api = api().await;
    for (tag, manifest) in [("1", IMAGE), ("2", IMAGE), ("3", OTHER_IMAGE)] {
        api.put(tag, manifest).await;
    }
    api.replicate(json!([rule(&[(IRELAND, OWN), ("us-east-1", OTHER)])]))
        .await;
    api
}

/// Starts a backfill, and returns its ID.
async fn started(api: &Api, region: &str, account: &str) -> String {
    let output = api
        .json("StartReplicationBackfill", &start(region, account))
        .await;
    output["replicationBackfillId"].as_str().unwrap().to_owned()
}

async fn describe(api: &Api, id: &str) -> Value {
    let input = json!({"replicationBackfillId": id});
    api.json("DescribeReplicationBackfillResults", &input).await
}

const DESTINATION: &str = r#""destination":{"region":"eu-west-1","registryId":"123456789012"}"#;

#[tokio::test]
async fn a_backfill_replicates_the_existing_images() {
    let api = with_images().await;
    let input = start(IRELAND, OWN).to_string();
    let started = api.output("StartReplicationBackfill", &input).await;
    let output: Value = serde_json::from_str(&started).unwrap();
    let id = output["replicationBackfillId"].as_str().unwrap();
    let expected = format!(
        r#"{{{DESTINATION},"registryId":"{OWN}","replicationBackfillId":"{id}","startedAt":1.448832653241E9,"status":"PREPARING"}}"#
    );
    assert_eq!(started, expected);
    let input = json!({ "replicationBackfillId": id }).to_string();
    let describe = "DescribeReplicationBackfillResults";
    let preparing = format!(
        r#"{{{DESTINATION},"registryId":"{OWN}","replicationBackfillId":"{id}","results":[],"startedAt":1.448832653241E9,"status":"PREPARING"}}"#
    );
    assert_eq!(api.output(describe, &input).await, preparing);
    api.finish();
    let progress = |completed: usize| {
        format!(
            r#""progress":{{"completedReplicationCount":{completed},"failedReplicationCount":0,"failureCodes":[],"totalReplicationCount":3}}"#
        )
    };
    let running = format!(
        r#"{{{DESTINATION},{},"registryId":"{OWN}","replicationBackfillId":"{id}","results":[],"startedAt":1.448832653241E9,"status":"IN_PROGRESS"}}"#,
        progress(0)
    );
    assert_eq!(api.output(describe, &input).await, running);
    let app = api.0.repository("app").in_region(IRELAND).unwrap();
    assert!(app.tags().await.is_err());
    api.finish();
    assert_eq!(app.tags().await.unwrap(), ["1", "2", "3"]);
    let result = |digest: &str, tag: &str| {
        format!(
            r#"{{"imageId":{{"imageDigest":"{digest}","imageTag":"{tag}"}},"repositoryName":"app","status":"COMPLETE"}}"#
        )
    };
    let other = app.digest("3").await.unwrap();
    let mut results = [
        (IMAGE_DIGEST.to_owned(), "1"),
        (IMAGE_DIGEST.to_owned(), "2"),
        (other.to_string(), "3"),
    ];
    results.sort();
    let results = results.map(|(digest, tag)| result(&digest, tag)).join(",");
    let complete = format!(
        r#"{{{DESTINATION},"endedAt":1.448832655241E9,{},"registryId":"{OWN}","replicationBackfillId":"{id}","results":[{results}],"startedAt":1.448832653241E9,"status":"COMPLETE"}}"#,
        progress(3)
    );
    assert_eq!(api.output(describe, &input).await, complete);
    let listed = format!(
        r#"{{"backfills":[{{{DESTINATION},"endedAt":1.448832655241E9,{},"replicationBackfillId":"{id}","startedAt":1.448832653241E9,"status":"COMPLETE"}}],"registryId":"{OWN}"}}"#,
        progress(3)
    );
    assert_eq!(api.output("ListReplicationBackfills", "{}").await, listed);
    assert_eq!(api.statuses("1").await, status("COMPLETE"));
    // It is returned for 90 days.
    let days = |count: u64| Duration::from_secs(count * 24 * 3600);
    api.0.clock().advance(days(90) - Duration::from_secs(1));
    assert_eq!(api.output("ListReplicationBackfills", "{}").await, listed);
    api.finish();
    let none = format!(r#"{{"backfills":[],"registryId":"{OWN}"}}"#);
    assert_eq!(api.output("ListReplicationBackfills", "{}").await, none);
}

#[tokio::test]
async fn a_backfill_to_a_destination_that_is_not_configured_is_rejected() {
    let api = with_images().await;
    let text = "Invalid parameter at 'destination' failed to satisfy constraint: 'Replication destination is not in the replication configuration of the registry'";
    let input = start("eu-central-1", OWN).to_string();
    let (operation, code) = ("StartReplicationBackfill", "InvalidParameterException");
    api.assert_error(operation, &input, code, text).await;
    let text = "Invalid parameter at 'destination' failed to satisfy constraint: 'Replication destination has the invalid region 1-mars'";
    let input = start("1-mars", OWN).to_string();
    api.assert_error(operation, &input, code, text).await;
}

#[tokio::test]
async fn one_backfill_is_in_progress_for_a_region() {
    let api = with_images().await;
    let first = started(&api, IRELAND, OWN).await;
    let text =
        "A replication backfill is already in progress for the specified destination Region.";
    let code = "ReplicationBackfillInProgressException";
    let input = start(IRELAND, OWN).to_string();
    api.assert_error("StartReplicationBackfill", &input, code, text)
        .await;
    let other = started(&api, "us-east-1", OTHER).await;
    assert_ne!(first, other);
    api.0.clock().advance(Duration::from_secs(2));
    let again = started(&api, IRELAND, OWN).await;
    assert_ne!(first, again);
}

#[tokio::test]
async fn ten_backfills_of_a_registry_are_in_progress() {
    let api = api().await;
    let regions = [
        "af-south-1",
        "ap-east-1",
        "ap-south-1",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "us-west-1",
    ];
    let destinations = regions.map(|region| (region, OWN));
    api.replicate(json!([rule(&destinations)])).await;
    for region in &regions[..10] {
        started(&api, region, OWN).await;
    }
    let input = start(regions[10], OWN).to_string();
    let text = "The operation did not succeed because it would have exceeded a service limit for your account.";
    let code = "LimitExceededException";
    api.assert_error("StartReplicationBackfill", &input, code, text)
        .await;
    // The pages of a list are in the order of the starts, which are at one time here.
    let first = api
        .json("ListReplicationBackfills", &json!({"maxResults": 7}))
        .await;
    let token = &first["nextToken"];
    let input = json!({"maxResults": 7, "nextToken": token});
    let second = api.json("ListReplicationBackfills", &input).await;
    let count = |page: &Value| page["backfills"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (7, 3));
    assert!(second.get("nextToken").is_none());
}

#[tokio::test]
async fn a_backfill_is_stopped() {
    let api = with_images().await;
    let id = started(&api, IRELAND, OWN).await;
    let input = json!({ "replicationBackfillId": id }).to_string();
    let stopped = api.output("StopReplicationBackfill", &input).await;
    let expected = format!(
        r#"{{{DESTINATION},"registryId":"{OWN}","replicationBackfillId":"{id}","startedAt":1.448832653241E9,"status":"STOPPED"}}"#
    );
    assert_eq!(stopped, expected);
    api.0.clock().advance(Duration::from_secs(9));
    let described = describe(&api, &id).await;
    assert_eq!(described["status"], "STOPPED");
    assert!(described.get("progress").is_none());
    let text = "The requested operation can't be performed on the replication backfill because it is not in a valid status for that operation.";
    let code = "ReplicationBackfillInvalidStatusException";
    api.assert_error("StopReplicationBackfill", &input, code, text)
        .await;
    // The images whose replication is in progress are replicated.
    let id = started(&api, IRELAND, OWN).await;
    api.finish();
    let input = json!({ "replicationBackfillId": id });
    let stopping = api.json("StopReplicationBackfill", &input).await;
    assert_eq!(stopping["status"], "STOPPING");
    api.finish();
    let described = describe(&api, &id).await;
    assert_eq!(described["status"], "STOPPED");
    assert_eq!(described["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_unknown_backfill_is_not_found() {
    let api = with_images().await;
    let id = started(&api, IRELAND, OWN).await;
    let text = "The specified replication backfill could not be found.";
    let code = "ReplicationBackfillNotFoundException";
    for unknown in ["00000000-0000-4000-8000-000000000000", &id] {
        // The backfill of another Region is not found.
        let region = if unknown == id { IRELAND } else { "us-east-1" };
        let input = json!({ "replicationBackfillId": unknown });
        for operation in [
            "StopReplicationBackfill",
            "DescribeReplicationBackfillResults",
        ] {
            let response = api.call_in(region, operation, &input).await;
            let expected = format!(r#"{{"__type":"{code}","message":"{text}"}}"#);
            assert_eq!((response.status(), response.body), (400, expected));
        }
    }
    let upper = describe(&api, &id.to_ascii_uppercase()).await;
    assert_eq!(upper["replicationBackfillId"], json!(id));
}

#[tokio::test]
async fn the_results_of_a_backfill_are_selected_and_paged() {
    let api = with_images().await;
    let index =
        format!(r#"{{"mediaType":"{OCI_INDEX}","manifests":[{{"digest":"{IMAGE_DIGEST}"}}]}}"#);
    let put = json!({"repositoryName": "app", "imageManifest": index, "imageTag": "index"});
    api.json("PutImage", &put).await;
    let id = started(&api, "us-east-1", OTHER).await;
    api.0.clock().advance(Duration::from_secs(2));
    let with = |members: Value| {
        let mut input = json!({ "replicationBackfillId": id });
        let members = members.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(members);
        input
    };
    let operation = "DescribeReplicationBackfillResults";
    let failed = api
        .json(operation, &with(json!({"resultStatusFilter": "FAILED"})))
        .await;
    assert_eq!(failed["status"], "COMPLETE");
    let code = "DESTINATION_REGISTRY_ACCESS_DENIED";
    let progress = json!({"completedReplicationCount": 0, "failedReplicationCount": 4,
        "failureCodes": [code], "totalReplicationCount": 4});
    assert_eq!(failed["progress"], progress);
    let results = failed["results"].as_array().unwrap();
    let of_index = results
        .iter()
        .find(|one| one["imageId"]["imageTag"] == "index")
        .unwrap();
    assert_eq!(of_index["failureCode"], code);
    assert_eq!(of_index["subImageFailureCodes"], json!([]));
    assert_eq!(results.len(), 4);
    let complete = api
        .json(operation, &with(json!({"resultStatusFilter": "COMPLETE"})))
        .await;
    assert_eq!(complete["results"], json!([]));
    let first = api.json(operation, &with(json!({"maxResults": 3}))).await;
    let token = first["nextToken"].clone();
    let second = api
        .json(
            operation,
            &with(json!({"maxResults": 3, "nextToken": token})),
        )
        .await;
    let pages = [&first, &second].map(|page| page["results"].as_array().unwrap().clone());
    assert_eq!(&pages.concat(), results);
    assert!(second.get("nextToken").is_none());
    let other = with(json!({"resultStatusFilter": "FAILED", "nextToken": first["nextToken"]}));
    let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
    let code = "InvalidParameterException";
    api.assert_error(operation, &other.to_string(), code, text)
        .await;
}

/// A configuration without the destination ends a backfill that is being prepared.
#[tokio::test]
async fn a_backfill_fails_if_its_destination_is_removed() {
    let api = with_images().await;
    let id = started(&api, IRELAND, OWN).await;
    api.replicate(json!([])).await;
    api.finish();
    let described = describe(&api, &id).await;
    assert_eq!(described["status"], "FAILED");
    assert_eq!(described["failureCode"], "DESTINATION_NOT_CONFIGURED");
}

/// A registry without images has nothing to replicate.
#[tokio::test]
async fn an_empty_registry_is_replicated_at_once() {
    let api = api().await;
    api.replicate(json!([rule(&[(IRELAND, OWN)])])).await;
    let id = started(&api, IRELAND, OWN).await;
    api.finish();
    let described = describe(&api, &id).await;
    assert_eq!(described["status"], "COMPLETE");
    assert_eq!(described["progress"]["totalReplicationCount"], 0);
}

/// The policies of other accounts do not allow the operations on this registry.
#[tokio::test]
async fn the_registry_of_another_account_is_not_accessible() {
    let api = with_images().await;
    let mut input = start(IRELAND, OWN);
    input["registryId"] = json!(OTHER);
    let id = json!({"registryId": OTHER, "replicationBackfillId": "00000000-0000-4000-8000-000000000000"});
    for (operation, input) in [
        ("StartReplicationBackfill", &input),
        ("StopReplicationBackfill", &id),
        ("DescribeReplicationBackfillResults", &id),
        ("ListReplicationBackfills", &json!({ "registryId": OTHER })),
    ] {
        let response = api.call(operation, &input.to_string()).await;
        assert_eq!(response.status(), 400, "{operation}");
        let expected = format!(
            "is not authorized to perform: ecr:{operation} on resource: arn:aws:ecr:us-east-1:{OTHER}:repository/*"
        );
        assert!(response.body.contains(&expected), "{}", response.body);
    }
}
