//! The cookbook's TOML and HTTP; its Rust runs as its documentation does.

use mock_ecr::fault::Fault;
use mock_ecr::{Config, MockEcr};

use crate::raw::RawRequest;

/// A recipe: its configurations, and its calls.
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
    let fence = format!("```{language}\n");
    let starts = section.split(fence.as_str()).skip(1);
    starts
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

/// Makes a call of the book.
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
        // A revocation, and a clock that is moved, are no faults.
        if !by_call.is_empty() {
            assert_eq!(by_call, of_config, "{title}");
        }
    }
}
