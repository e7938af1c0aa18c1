//! The replication configuration of a registry.

use mock_ecr::Preserve;
use mock_ecr::config::{RegistryReplication, ReplicationDestination, ReplicationRule};

use super::*;

#[tokio::test]
async fn a_configuration_is_put_and_described() {
    // Source of `DescribeRegistry`: an AWS blog post.
    let api = api().await;
    let configuration = format!(
        r#""replicationConfiguration":{{"rules":[{{"deleteReplication":{{"enabled":true}},"destinations":[{{"region":"eu-west-1","registryId":"{OWN}"}},{{"region":"us-east-1","registryId":"{OTHER}"}}],"repositoryFilters":[{{"filter":"prod/","filterType":"PREFIX_MATCH"}}]}},{{"destinations":[]}}]}}"#
    );
    let input = format!("{{{configuration}}}");
    assert_eq!(
        api.output("PutReplicationConfiguration", &input).await,
        input
    );
    let described = format!(r#"{{"registryId":"{OWN}",{configuration}}}"#);
    assert_eq!(api.output("DescribeRegistry", "{}").await, described);
    // A registry in another Region has its own configuration.
    let elsewhere = api.call_in(IRELAND, "DescribeRegistry", &json!({})).await;
    assert!(elsewhere.body.contains(r#""rules":[]"#));
    let empty = r#"{"replicationConfiguration":{"rules":[]}}"#;
    assert_eq!(
        api.output("PutReplicationConfiguration", empty).await,
        empty
    );
    let described = api.json("DescribeRegistry", &json!({})).await;
    assert_eq!(described["replicationConfiguration"]["rules"], json!([]));
}

/// Source of the first text: getmoto/moto, `ecr/models.py`. The others are `[ASSUME]`.
#[tokio::test]
async fn an_invalid_destination_is_rejected() {
    let api = api().await;
    let many: Vec<(String, String)> = (0..26)
        .map(|number| (IRELAND.to_owned(), format!("3{number:011}")))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(region, id)| (&**region, &**id)).collect();
    for (destinations, constraint) in [
        (
            &[("us-east-1", OWN)][..],
            "Replication destination cannot be the same as the source registry",
        ),
        (
            &[("mars-1", OWN)],
            "Replication destination has the invalid region mars-1",
        ),
        (
            &[("1-mars", OWN)],
            "Replication destination has the invalid region 1-mars",
        ),
        (
            &[("cn-north-1", OWN)],
            "Replication destination region cn-north-1 is in another partition than the source registry",
        ),
        (
            &many,
            "Replication configuration has more than 25 unique destinations",
        ),
    ] {
        let input = json!({"replicationConfiguration": {"rules": [rule(destinations)]}});
        let text = format!(
            "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: '{constraint}'"
        );
        let (operation, code) = ("PutReplicationConfiguration", "InvalidParameterException");
        api.assert_error(operation, &input.to_string(), code, &text)
            .await;
    }
    let described = api.json("DescribeRegistry", &json!({})).await;
    assert_eq!(described["replicationConfiguration"]["rules"], json!([]));
}

#[tokio::test]
async fn the_limits_of_the_service_model_are_applied() {
    let api = api().await;
    let to_ireland = rule(&[(IRELAND, OWN)]);
    let with = |filters: Value| {
        let mut rule = to_ireland.clone();
        rule["repositoryFilters"] = filters;
        json!([rule])
    };
    let filter = |text: &str| json!({"filter": text, "filterType": "PREFIX_MATCH"});
    for rules in [
        json!(vec![to_ireland.clone(); 26]),
        with(json!([])),
        with(json!([filter("a")])),
        with(json!([filter("Prod")])),
        with(json!([{"filter": "prod", "filterType": "WILDCARD_MATCH"}])),
        with(json!(vec![filter("prod"); 101])),
    ] {
        let input = json!({"replicationConfiguration": {"rules": rules}});
        let input = input.to_string();
        let response = api.call("PutReplicationConfiguration", &input).await;
        assert_eq!(response.status(), 400, "{}", response.body);
        assert!(response.body.contains("InvalidParameterException"));
    }
}

#[tokio::test]
async fn the_initial_configuration_of_a_file_is_valid_until_it_is_replaced() {
    let api = Api::with_config(
        "[[repositories]]\nname = 'app'\n\
         [[registry_replication]]\n\
         rules = [{ destinations = [{ region = 'eu-west-1' }], filters = ['app'], delete_replication = true }]\n",
    )
    .await;
    let initial = format!(
        r#"{{"registryId":"{OWN}","replicationConfiguration":{{"rules":[{{"deleteReplication":{{"enabled":true}},"destinations":[{{"region":"eu-west-1","registryId":"{OWN}"}}],"repositoryFilters":[{{"filter":"app","filterType":"PREFIX_MATCH"}}]}}]}}}}"#
    );
    assert_eq!(api.output("DescribeRegistry", "{}").await, initial);
    api.put("1", IMAGE).await;
    assert_eq!(api.statuses("1").await, status("IN_PROGRESS"));
    api.replicate(json!([])).await;
    api.put("2", crate::image::OTHER_IMAGE).await;
    assert_eq!(api.statuses("2").await, json!([]));
    api.0.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(api.output("DescribeRegistry", "{}").await, initial);
}

#[tokio::test]
async fn the_initial_configuration_of_the_builder_replicates_pushes_but_not_the_initial_images() {
    let destination = ReplicationDestination::new(IRELAND.parse().unwrap());
    let rule = ReplicationRule::new([destination]).filters(["app"]);
    let image = mock_ecr::repository::Image::new().layer("before").tag("1");
    let ecr = MockEcr::builder()
        .registry_replication(RegistryReplication::new().rule(rule))
        .replication_delay(Duration::from_secs(5))
        .image("app", image)
        .frozen();
    let ecr = ecr.start().await.unwrap();
    let app = ecr.repository("app");
    let replica = app.clone().in_region(IRELAND).unwrap();
    ecr.clock().advance(Duration::from_secs(5));
    assert!(replica.digests().await.is_err());
    let image = mock_ecr::repository::Image::new().layer("after").tag("2");
    let digest = app.push(image).await.unwrap();
    ecr.clock().advance(Duration::from_secs(5));
    assert_eq!(replica.digest("2").await.unwrap(), digest);
    assert_eq!(replica.layers("2").await.unwrap(), [b"after"]);
    assert_eq!(replica.tags().await.unwrap(), ["2"]);
}
