//! Tests of the language and of its evaluation.

mod examples;
mod language;
mod naive;

use crate::lifecycle::{
    EvaluatedImage, InvalidLifecyclePolicy, LifecyclePolicy, ListedBy, StorageClass, evaluate,
};
use crate::types::Digest;
use crate::types::timestamp::Timestamp;

const NOW: Timestamp = Timestamp::AWS_EXAMPLE;

const DAY: i64 = 24 * 3600 * 1000;

/// Returns a rule with a priority, the JSON members of its selection, and an action.
fn rule(priority: u64, selection: &str, action: &str) -> String {
    let action = match action {
        "expire" => r#""type":"expire""#,
        _ => r#""type":"transition","targetStorageClass":"archive""#,
    };
    format!(r#"{{"rulePriority":{priority},"selection":{{{selection}}},"action":{{{action}}}}}"#)
}

fn parse(rules: &[String]) -> Result<LifecyclePolicy, InvalidLifecyclePolicy> {
    LifecyclePolicy::parse(&format!(r#"{{"rules":[{}]}}"#, rules.join(",")))
}

/// Returns an active image with a name of one letter that was pushed some milliseconds before [`NOW`].
fn image(name: char, tags: &[&str], age: i64) -> EvaluatedImage {
    EvaluatedImage {
        digest: digest(name),
        tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        class: StorageClass::Standard,
        pushed: before(age),
        pulled: None,
        archived: None,
        activated: None,
        listed_by: ListedBy::Nothing,
    }
}

fn before(age: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - age)
}

fn digest(name: char) -> Digest {
    let hex = format!("{:02x}", u32::from(name));
    format!("sha256:{}", hex.repeat(32)).parse().unwrap()
}

/// Returns the names of the images that a policy takes at [`NOW`], sorted.
fn taken(rules: &[String], images: &[EvaluatedImage]) -> String {
    let policy = parse(rules).unwrap();
    let decisions = evaluate(&policy.rules, images, NOW).into_iter();
    let mut names: Vec<char> = decisions
        .map(|decision| name(&images[decision.image]))
        .collect();
    names.sort_unstable();
    names.into_iter().collect()
}

fn name(image: &EvaluatedImage) -> char {
    let byte = u8::from_str_radix(&image.digest.hex()[..2], 16).unwrap();
    char::from(byte)
}
