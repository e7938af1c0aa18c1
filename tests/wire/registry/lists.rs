//! Lists of tags, repositories and referrers.

use super::{Registry, error};
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_MANIFEST, image_with};

#[tokio::test]
async fn tags_are_listed_as_plain_text_in_pages_with_opaque_cursors() {
    // Source: deitch/docker_registry2#34.
    let registry = Registry::ecr().await;
    for tag in ["b", "c", "a"] {
        registry.put(tag, IMAGE).await;
    }
    let first = registry.send("GET", "/v2/app/tags/list?n=2").await;
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(first.body, "{\"name\":\"app\",\"tags\":[\"a\",\"b\"]}\n");
    let link = first.header("link");
    let next = link.strip_prefix("<http://localhost").unwrap();
    let next = next.strip_suffix(">; rel=\"next\"").unwrap();
    let second = registry.send("GET", next).await;
    assert_eq!(second.body, "{\"name\":\"app\",\"tags\":[\"c\"]}\n");
    assert!(!second.has("link"));
}

#[tokio::test]
async fn an_invalid_host_is_not_in_the_url_of_the_next_page() {
    let registry = Registry::ecr().await;
    for tag in ["a", "b"] {
        registry.put(tag, IMAGE).await;
    }
    let port = registry.ecr.address().port();
    let local = format!("<http://localhost:{port}/v2/app/tags/list?n=1&last=");
    for (host, url) in [
        (
            "mock.test:1",
            "<http://mock.test:1/v2/app/tags/list?n=1&last=",
        ),
        ("mock..test", &local),
        ("a,b", &local),
        ("a%00b", &local),
        ("", &local),
    ] {
        let list = registry.request("GET", "/v2/app/tags/list?n=1");
        let list = list.on_host(host).to(&registry.ecr).await;
        let link = list.header("link");
        assert!(link.starts_with(url), "{host}: {link}");
    }
}

#[tokio::test]
async fn a_page_has_a_hundred_tags_by_default() {
    // Source: deitch/docker_registry2#34.
    let registry = Registry::ecr().await;
    for index in 0..101 {
        registry.put(&format!("t{index:03}"), IMAGE).await;
    }
    let first = registry.send("GET", "/v2/app/tags/list").await;
    assert!(first.body.contains("t099") && !first.body.contains("t100"));
    assert!(first.has("link"));
    let all = registry.send("GET", "/v2/app/tags/list?n=1000").await;
    assert!(all.body.contains("t100") && !all.has("link"));
}

/// The specification permits a page that is shorter than requested.
#[tokio::test]
async fn a_page_of_the_dialect_oci_has_at_most_a_thousand_tags() {
    let registry = Registry::oci().await;
    for index in 0..1001 {
        registry.put(&format!("t{index:04}"), IMAGE).await;
    }
    for query in ["", "?n=5000"] {
        let path = format!("/v2/app/tags/list{query}");
        let first = registry.send("GET", &path).await;
        assert!(first.body.contains("t0999") && !first.body.contains("t1000"));
        let link = "</v2/app/tags/list?n=1000&last=t0999>; rel=\"next\"";
        assert_eq!(first.header("link"), link);
    }
    let next = "/v2/app/tags/list?n=1000&last=t0999";
    let last = registry.send("GET", next).await;
    assert!(last.body.contains("[\"t1000\"]") && !last.has("link"));
}

#[tokio::test]
async fn an_invalid_page_is_unsupported() {
    // Source: google/go-containerregistry#681 and #1091; OctopusDeploy/Issues#6495; of the second text: CodesWhat/drydock#927.
    let registry = Registry::ecr().await;
    let number = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'";
    let token = "Invalid parameter at 'NextToken' failed to satisfy constraint: 'Invalid next token provided'";
    let small = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value greater than or equal to 1'";
    let text = "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must be an integer'";
    for (query, text) in [
        ("n=1001", number),
        ("n=0", small),
        ("n=-1", small),
        ("n=99999999999999999999999", number),
        ("n=-99999999999999999999999", small),
        ("n=abc", text), // [ASSUME]
        ("n=-", text),
        ("last=a", token),
    ] {
        for path in ["/v2/app/tags/list", "/v2/_catalog"] {
            let response = registry.send("GET", &format!("{path}?{query}")).await;
            assert_eq!(
                (response.status(), response.body),
                (405, error("UNSUPPORTED", text))
            );
        }
    }
}

#[tokio::test]
async fn the_catalog_lists_the_repositories_of_the_registry() {
    let config = "[[repositories]]\nname = 'team/app'\n[[repositories]]\nname = 'elsewhere'\nregion = 'eu-west-1'\n";
    let config = mock_ecr::Config::parse(config).unwrap();
    let registry = Registry::from_builder(mock_ecr::MockEcr::from_config(config)).await;
    let all = registry.send("GET", "/v2/_catalog").await;
    assert_eq!(all.body, "{\"repositories\":[\"app\",\"team/app\"]}\n");
}

#[tokio::test]
async fn referrers_are_an_index_that_can_be_filtered() {
    // Source: OCI Distribution 1.1, "Listing Referrers".
    let registry = Registry::ecr().await;
    let referrer = image_with(&format!(
        r#""mediaType":"{OCI_MANIFEST}","artifactType":"a/signature","subject":{{"digest":"{IMAGE_DIGEST}"}},"annotations":{{"k":"v"}}"#
    ));
    let pushed = registry.put("signature", &referrer).await;
    assert_eq!(pushed.header("oci-subject"), IMAGE_DIGEST);
    let digest = pushed.header("docker-content-digest");
    let path = format!("/v2/app/referrers/{IMAGE_DIGEST}");
    let descriptor = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":{},"artifactType":"a/signature","annotations":{{"k":"v"}}}}"#,
        referrer.len()
    );
    let index = |manifests: &str| {
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{manifests}]}}"#
        )
    };
    let all = registry.send("GET", &path).await;
    assert_eq!(
        all.header("content-type"),
        "application/vnd.oci.image.index.v1+json"
    );
    assert_eq!(
        (&all.body, all.has("oci-filters-applied")),
        (&index(&descriptor), false)
    );
    let right = registry
        .send("GET", &format!("{path}?artifactType=a%2Fsignature"))
        .await;
    assert_eq!(right.body, index(&descriptor));
    let wrong = registry
        .send("GET", &format!("{path}?artifactType=a/sbom"))
        .await;
    assert_eq!(wrong.header("oci-filters-applied"), "artifactType");
    assert_eq!(wrong.body, index(""));
}

#[tokio::test]
async fn a_long_list_of_referrers_has_pages() {
    // Source: OCI Distribution 1.1, "Listing Referrers".
    for registry in [Registry::ecr().await, Registry::oci().await] {
        for name in ["one", "two", "three"] {
            let text = "x".repeat(5 << 19);
            let referrer = image_with(&format!(
                r#""artifactType":"a/b","subject":{{"digest":"{IMAGE_DIGEST}"}},"annotations":{{"{name}":"{text}"}}"#
            ));
            assert_eq!(registry.put(name, &referrer).await.status(), 201);
        }
        let mut path = format!("/v2/app/referrers/{IMAGE_DIGEST}?artifactType=a%2Fb");
        let mut listed = 0;
        loop {
            let page = registry.send("GET", &path).await;
            assert_eq!(page.status(), 200, "{path}");
            listed += page.body.matches(r#""digest""#).count();
            if !page.has("link") {
                break;
            }
            let (link, relation) = page.header("link").split_once('>').unwrap();
            assert_eq!(relation, "; rel=\"next\"");
            assert!(link.contains("?artifactType=a%2Fb&last="), "{link}");
            path = link[link.find("/v2/").unwrap()..].to_owned();
        }
        assert_eq!(listed, 3);
        assert!(path.contains("last="));
    }
}
