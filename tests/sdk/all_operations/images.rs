//! The operations on layers and images.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::primitives::Blob;
use aws_sdk_ecr::types::{
    ImageFailureCode, ImageIdentifier, ImageStatus, LayerAvailability, ScanStatus,
    SubjectIdentifier, TargetStorageClass,
};

use super::{ACCOUNT, NOW};

const NAME: &str = "team/app";
const EMPTY_JSON: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

pub(super) async fn call(client: &Client) {
    let create = client.create_repository().repository_name(NAME);
    create.send().await.unwrap();
    upload(client).await;
    let digest = put_image(client).await;
    read_layer(client).await;
    read_images(client, &digest).await;
    read_states(client, &digest).await;
    let archive = client.update_image_storage_class().repository_name(NAME);
    let archive = archive.image_id(tag("1.0"));
    let archive = archive.target_storage_class(TargetStorageClass::Archive);
    let archived = archive.send().await.unwrap();
    assert_eq!(archived.image_status(), Some(&ImageStatus::Archived));
    let delete = client.batch_delete_image().repository_name(NAME);
    let deleted = delete.image_ids(tag("1.0")).send().await.unwrap();
    assert_eq!(deleted.image_ids()[0].image_digest(), Some(digest.as_str()));
}

fn tag(tag: &str) -> ImageIdentifier {
    ImageIdentifier::builder().image_tag(tag).build()
}

async fn upload(client: &Client) {
    let initiate = client.initiate_layer_upload().repository_name(NAME);
    let initiated = initiate.send().await.unwrap();
    let id = initiated.upload_id().unwrap();
    let part = client.upload_layer_part().repository_name(NAME);
    let part = part.upload_id(id).part_first_byte(0).part_last_byte(1);
    let part = part.layer_part_blob(Blob::new(*b"{}"));
    assert_eq!(part.send().await.unwrap().last_byte_received(), Some(1));
    let complete = client.complete_layer_upload().repository_name(NAME);
    let complete = complete.upload_id(id).layer_digests(EMPTY_JSON);
    let completed = complete.send().await.unwrap();
    assert_eq!(completed.layer_digest(), Some(EMPTY_JSON));
}

/// Puts an image whose only layer equals its configuration.
async fn put_image(client: &Client) -> String {
    let blob = |kind: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.{kind}","size":2,"digest":"{EMPTY_JSON}"}}"#
        )
    };
    let (config, layer) = (blob("config.v1+json"), blob("layer.v1.tar"));
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{config},"layers":[{layer}]}}"#
    );
    let put = client.put_image().repository_name(NAME).image_tag("1.0");
    let put = put.image_manifest(&manifest).send().await.unwrap();
    let image = put.image().unwrap();
    assert_eq!(image.image_manifest(), Some(manifest.as_str()));
    image.image_id().unwrap().image_digest().unwrap().to_owned()
}

async fn read_layer(client: &Client) {
    let check = client
        .batch_check_layer_availability()
        .repository_name(NAME);
    let checked = check.layer_digests(EMPTY_JSON).send().await.unwrap();
    let layer = &checked.layers()[0];
    assert_eq!(
        layer.layer_availability(),
        Some(&LayerAvailability::Available)
    );
    let get = client.get_download_url_for_layer().repository_name(NAME);
    let got = get.layer_digest(EMPTY_JSON).send().await.unwrap();
    assert!(got.download_url().unwrap().starts_with("http://"));
}

async fn read_images(client: &Client, digest: &str) {
    let get = client.batch_get_image().repository_name(NAME);
    let get = get.image_ids(tag("1.0")).image_ids(tag("2.0"));
    let got = get.send().await.unwrap();
    assert_eq!(got.images()[0].registry_id(), Some(ACCOUNT));
    let missing = got.failures()[0].failure_code();
    assert_eq!(missing, Some(&ImageFailureCode::ImageNotFound));
    let listed = client.list_images().repository_name(NAME);
    let listed = listed.send().await.unwrap();
    assert_eq!(listed.image_ids()[0].image_digest(), Some(digest));
    let described = client.describe_images().repository_name(NAME);
    let described = described.send().await.unwrap();
    let pushed_at = described.image_details()[0].image_pushed_at().unwrap();
    assert_eq!(pushed_at.as_secs_f64(), NOW);
    let subject = SubjectIdentifier::builder().image_digest(digest);
    let referrers = client.list_image_referrers().repository_name(NAME);
    let referrers = referrers.subject_id(subject.build().unwrap());
    assert_eq!(referrers.send().await.unwrap().referrers(), []);
}

async fn read_states(client: &Client, digest: &str) {
    let start = client.start_image_scan().repository_name(NAME);
    let started = start.image_id(tag("1.0")).send().await.unwrap();
    let status = started.image_scan_status().unwrap().status();
    assert_eq!(status, Some(&ScanStatus::InProgress));
    let findings = client.describe_image_scan_findings().repository_name(NAME);
    let findings = findings.image_id(tag("1.0")).send().await.unwrap();
    assert_eq!(findings.image_scan_status().unwrap().status(), status);
    let signing = client.describe_image_signing_status().repository_name(NAME);
    let signing = signing.image_id(tag("1.0")).send().await.unwrap();
    assert_eq!(signing.image_id().unwrap().image_digest(), Some(digest));
    let replication = client
        .describe_image_replication_status()
        .repository_name(NAME);
    let replication = replication.image_id(tag("1.0")).send().await.unwrap();
    assert_eq!(replication.repository_name(), Some(NAME));
    assert_eq!(replication.replication_statuses(), []);
}
