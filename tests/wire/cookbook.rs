//! The TOML and HTTP examples of the cookbook. rustdoc tests its Rust examples.

use mock_ecr::fault::Fault;
use mock_ecr::{Config, MockEcr};

use crate::raw::RawRequest;

/// A recipe with its configurations and HTTP requests.
struct Recipe<'a> {
    title: &'a str,
    toml: Vec<&'a str>,
    http: Vec<&'a str>,
}

fn recipes() -> Vec<Recipe<'static>> {
    let book = include_str!("../../crates/mock-ecr/COOKBOOK.md");
    let sections = book.split("\n## ").skip(1);
    sections
        .map(|section| Recipe {
            title: section.lines().next().unwrap(),
            toml: blocks(section, "toml"),
            http: blocks(section, "http"),
        })
        .collect()
}

fn blocks<'a>(section: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    let starts = section.split(start.as_str()).skip(1);
    starts
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

/// Sends an HTTP request of the cookbook and returns the status of the response.
async fn call(ecr: &MockEcr, http: &str) -> u16 {
    let (line, body) = http.split_once('\n').unwrap();
    let path = line.strip_prefix("POST ").unwrap();
    let request = RawRequest::new("POST", path)
        .with("Content-Type", "application/json")
        .body(body);
    request.to(ecr).await.status()
}

#[test]
fn fifteen_recipes_have_toml_and_http() {
    let recipes = recipes();
    assert_eq!(recipes.len(), 15);
    for (index, recipe) in recipes.iter().enumerate() {
        let number = format!("{}. ", index + 1);
        assert!(recipe.title.starts_with(&number), "{}", recipe.title);
        assert!(
            !recipe.toml.is_empty() && !recipe.http.is_empty(),
            "{}",
            recipe.title
        );
    }
}

#[tokio::test]
async fn the_toml_and_the_http_calls_set_the_same_faults() {
    for Recipe { title, toml, http } in recipes() {
        let config = Config::parse(&toml.join("\n")).unwrap();
        let of_config: Vec<Fault> = config.faults.clone();
        MockEcr::from_config(config).start().await.unwrap();

        let ecr = MockEcr::builder().frozen().start().await.unwrap();
        for http in http {
            assert_eq!(call(&ecr, http).await, 200, "{title}: {http}");
        }
        let faults = ecr.faults().list();
        let by_call: Vec<Fault> = faults.into_iter().map(|active| active.fault).collect();
        // Some recipes revoke tokens or set the clock instead of setting a fault.
        if !by_call.is_empty() {
            assert_eq!(by_call, of_config, "{title}");
        }
    }
}
