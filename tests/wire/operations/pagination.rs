//! Pagination of images and repositories while they change.

use serde_json::Value;

use super::Api;
use crate::image::{IMAGE, image_with};

const IMAGES: [(&str, &str); 2] = [
    ("ListImages", "imageIds"),
    ("DescribeImages", "imageDetails"),
];

/// Starts a mock with four images, each with one tag.
async fn four_images() -> Api {
    let api = Api::start().await;
    for tag in ["a", "b", "c", "d"] {
        let manifest = image_with(&format!(r#""annotations":{{"tag":"{tag}"}}"#));
        api.put(tag, &manifest).await;
    }
    api
}

/// Returns a page of two images.
async fn page(api: &Api, operation: &str, token: Option<&str>) -> Value {
    let output = api.output(operation, &input(token)).await;
    serde_json::from_str(&output).unwrap()
}

fn input(token: Option<&str>) -> String {
    let token = token.map_or(String::new(), |token| format!(r#","nextToken":"{token}""#));
    format!(r#"{{"repositoryName":"app","maxResults":2{token}}}"#)
}

/// Returns the digests of a page in order.
fn digests(page: &Value, list: &str) -> Vec<String> {
    let entries = page[list].as_array().unwrap().iter();
    let digest = |entry: &Value| entry["imageDigest"].as_str().unwrap().to_owned();
    entries.map(digest).collect()
}

#[tokio::test]
async fn two_pages_of_two_contain_all_four_images() {
    let api = four_images().await;
    for (operation, list) in IMAGES {
        let first = page(&api, operation, None).await;
        let last = page(&api, operation, first["nextToken"].as_str()).await;
        assert_eq!(last.get("nextToken"), None);
        let all = [digests(&first, list), digests(&last, list)].concat();
        assert_eq!(all.len(), 4);
        assert!(all.is_sorted());
    }
}

#[tokio::test]
async fn a_page_is_unchanged_when_earlier_entries_are_deleted() {
    for (operation, list) in IMAGES {
        let api = four_images().await;
        let first = page(&api, operation, None).await;
        let token = first["nextToken"].as_str();
        let before = page(&api, operation, token).await;
        // The token refers to the second of these digests.
        for digest in digests(&first, list) {
            let ids =
                format!(r#"{{"repositoryName":"app","imageIds":[{{"imageDigest":"{digest}"}}]}}"#);
            api.output("BatchDeleteImage", &ids).await;
        }
        assert_eq!(page(&api, operation, token).await, before);
    }
}

#[tokio::test]
async fn a_token_with_any_character_changed_is_rejected() {
    // Source of the text: CodesWhat/drydock#927, from the registry of ECR Public.
    let api = four_images().await;
    let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
    let code = "InvalidParameterException";
    for (operation, _) in IMAGES {
        let first = page(&api, operation, None).await;
        let token = first["nextToken"].as_str().unwrap();
        for at in 0..token.len() {
            let letter = if &token[at..=at] == "A" { "B" } else { "A" };
            let altered = [&token[..at], letter, &token[at + 1..]].concat();
            let input = input(Some(&altered));
            api.assert_error(operation, &input, code, text).await;
        }
        for wrong in [&token[1..], &format!("{token}A"), &format!("{token}=")] {
            let input = input(Some(wrong));
            api.assert_error(operation, &input, code, text).await;
        }
    }
}

/// A token is valid for the list that it was issued for. That this includes the filter is [ASSUME].
#[tokio::test]
async fn a_token_of_another_list_is_rejected() {
    let api = four_images().await;
    for name in ["b/1", "b/2", "other"] {
        let create = format!(r#"{{"repositoryName":"{name}"}}"#);
        api.output("CreateRepository", &create).await;
    }
    let tagged = r#""repositoryName":"app","maxResults":1,"filter":{"tagStatus":"TAGGED"}"#;
    let lists = [
        ("ListImages", r#""repositoryName":"app","maxResults":1"#),
        ("ListImages", tagged),
        ("DescribeImages", r#""repositoryName":"app","maxResults":1"#),
        ("DescribeImages", tagged),
        ("DescribeRepositories", r#""maxResults":1"#),
    ];
    let without_token = [
        ("ListImages", r#""repositoryName":"other","maxResults":1"#),
        (
            "DescribeImages",
            r#""repositoryName":"other","maxResults":1"#,
        ),
    ];
    let mut tokens = Vec::new();
    for (operation, input) in lists {
        let output = api.output(operation, &format!("{{{input}}}")).await;
        let output: Value = serde_json::from_str(&output).unwrap();
        tokens.push(output["nextToken"].as_str().unwrap().to_owned());
    }
    for (at, (operation, input)) in lists.into_iter().chain(without_token).enumerate() {
        for (of, token) in tokens.iter().enumerate() {
            let input = format!(r#"{{{input},"nextToken":"{token}"}}"#);
            if at == of {
                api.output(operation, &input).await;
            } else {
                let text = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'";
                let code = "InvalidParameterException";
                api.assert_error(operation, &input, code, text).await;
            }
        }
    }
    // `ANY` is the default.
    let any = r#"{"repositoryName":"app","maxResults":1,"filter":{"tagStatus":"ANY","imageStatus":"ACTIVE"},"nextToken":"TOKEN"}"#;
    api.output("ListImages", &any.replace("TOKEN", &tokens[0]))
        .await;
}

#[tokio::test]
async fn a_page_has_one_to_a_thousand_results() {
    // Source of the upper bound: google/go-containerregistry#681.
    let api = Api::start().await;
    let code = "InvalidParameterException";
    for operation in ["DescribeRepositories", "ListImages", "DescribeImages"] {
        let input = |n: i64| match operation {
            "DescribeRepositories" => format!(r#"{{"maxResults":{n}}}"#),
            _ => format!(r#"{{"repositoryName":"app","maxResults":{n}}}"#),
        };
        for (n, bound) in [
            (0, "greater than or equal to 1"),
            (-1, "greater than or equal to 1"),
            (1001, "less than or equal to 1000"),
            (i64::MAX, "less than or equal to 1000"),
        ] {
            let text = format!(
                "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value {bound}'"
            );
            api.assert_error(operation, &input(n), code, &text).await;
        }
        api.output(operation, &input(1000)).await;
    }
}

#[tokio::test]
async fn pages_of_any_length_return_the_same_list() {
    let api = four_images().await;
    for tag in ["e", "f", "g"] {
        api.put(tag, IMAGE).await;
    }
    // Moves the tag of the second image, which is then untagged.
    api.put("b", IMAGE).await;
    for (filter, n_entries) in [("TAGGED", 7), ("UNTAGGED", 1), ("ANY", 8)] {
        let expected = list(&api, filter, 1000).await;
        assert_eq!(expected.len(), n_entries);
        for length in 1..=n_entries {
            assert_eq!(list(&api, filter, length).await, expected);
        }
    }
}

/// Returns all entries of a list, read in pages of `length` entries.
async fn list(api: &Api, filter: &str, length: usize) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut next = String::new();
    loop {
        let input = format!(
            r#"{{"repositoryName":"app","filter":{{"tagStatus":"{filter}"}},"maxResults":{length}{next}}}"#
        );
        let page: Value = serde_json::from_str(&api.output("ListImages", &input).await).unwrap();
        entries.extend_from_slice(page["imageIds"].as_array().unwrap());
        match page["nextToken"].as_str() {
            Some(token) => next = format!(r#","nextToken":"{token}""#),
            None => return entries,
        }
    }
}
