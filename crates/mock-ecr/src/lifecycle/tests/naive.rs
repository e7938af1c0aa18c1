//! Compares the evaluator with a slow one, which follows the definitions literally.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{DAY, NOW, before, image, parse, rule};
use crate::lifecycle::{
    EvaluatedImage, LifecyclePolicy, ListedBy, StorageClass, evaluate, next_change,
};
use crate::types::timestamp::Timestamp;

/// A rule, as the generator describes it.
#[derive(Clone, Debug)]
struct Sketch {
    /// `untagged`, `any`, or the prefixes or patterns.
    tags: Tags,
    count: Count,
    is_transition: bool,
}

#[derive(Clone, Debug)]
enum Tags {
    Prefixes(Vec<&'static str>),
    Patterns(Vec<&'static str>),
    Untagged,
    Any,
}

#[derive(Clone, Copy, Debug)]
enum Count {
    More(u64),
    Pushed(u64),
    Pulled(u64),
    Transitioned(u64),
}

fn tags() -> impl Strategy<Value = Tags> {
    let prefixes = prop::sample::subsequence(vec!["a", "ab", "b", "c"], 1..3);
    let patterns = prop::sample::subsequence(vec!["a*", "*b", "*", "a*c", "abc"], 1..3);
    prop_oneof![
        3 => prefixes.prop_map(Tags::Prefixes),
        3 => patterns.prop_map(Tags::Patterns),
        1 => Just(Tags::Untagged),
        1 => Just(Tags::Any),
    ]
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let count = prop_oneof![
        (1..4_u64).prop_map(Count::More),
        (1..9_u64).prop_map(Count::Pushed),
        (1..9_u64).prop_map(Count::Pulled),
        (90..95_u64).prop_map(Count::Transitioned),
    ];
    (tags(), count, any::<bool>()).prop_map(|(tags, count, is_transition)| Sketch {
        tags,
        count,
        is_transition: match count {
            Count::Pulled(_) => true,
            Count::Transitioned(_) => false,
            _ => is_transition,
        },
    })
}

impl Sketch {
    fn json(&self, priority: u64) -> String {
        let list = |name, entries: &Vec<&str>| {
            format!(
                r#""tagStatus":"tagged","{name}":{}"#,
                serde_json::to_string(entries).unwrap()
            )
        };
        let tags = match &self.tags {
            Tags::Prefixes(entries) => list("tagPrefixList", entries),
            Tags::Patterns(entries) => list("tagPatternList", entries),
            Tags::Untagged => r#""tagStatus":"untagged""#.to_owned(),
            Tags::Any => r#""tagStatus":"any""#.to_owned(),
        };
        let days = |name: &str, days| {
            format!(r#""countType":"{name}","countUnit":"days","countNumber":{days}"#)
        };
        let count = match self.count {
            Count::More(number) => {
                format!(r#""countType":"imageCountMoreThan","countNumber":{number}"#)
            }
            Count::Pushed(number) => days("sinceImagePushed", number),
            Count::Pulled(number) => days("sinceImagePulled", number),
            Count::Transitioned(number) => {
                format!(
                    r#""storageClass":"archive",{}"#,
                    days("sinceImageTransitioned", number)
                )
            }
        };
        let action = if self.is_transition {
            "transition"
        } else {
            "expire"
        };
        rule(priority, &format!("{tags},{count}"), action)
    }

    fn selects(&self, image: &EvaluatedImage) -> bool {
        let class = match self.count {
            Count::Transitioned(_) => StorageClass::Archive,
            _ => StorageClass::Standard,
        };
        let tags: Vec<&str> = image.tags.iter().map(|tag| tag.as_str()).collect();
        class == image.class
            && match &self.tags {
                Tags::Any => true,
                Tags::Untagged => tags.is_empty(),
                Tags::Prefixes(all) => all
                    .iter()
                    .all(|prefix| tags.iter().any(|tag| tag.starts_with(prefix))),
                Tags::Patterns(all) => all
                    .iter()
                    .all(|pattern| tags.iter().any(|tag| matches(pattern, tag))),
            }
    }

    fn marks(&self, image: &EvaluatedImage, images: &[EvaluatedImage], at: Timestamp) -> bool {
        let older =
            |since: i64, days: u64| at.as_millis() - since > i64::try_from(days).unwrap() * DAY;
        let pushed = |image: &EvaluatedImage| match image.activated {
            Some(activated) => activated.as_millis(),
            None => image.pushed.as_millis(),
        };
        self.selects(image)
            && match self.count {
                Count::Pushed(days) => older(pushed(image), days),
                Count::Transitioned(days) => older(image.archived.unwrap().as_millis(), days),
                Count::Pulled(days) => {
                    let pulled = image.pulled.map(Timestamp::as_millis);
                    let since = match (pulled, image.activated) {
                        (Some(pulled), Some(activated)) if pulled < activated.as_millis() => {
                            activated.as_millis()
                        }
                        (Some(pulled), _) => pulled,
                        (None, _) => pushed(image),
                    };
                    older(since, days)
                }
                Count::More(number) => {
                    let key = |image: &EvaluatedImage| (pushed(image), image.digest.clone());
                    let younger = images
                        .iter()
                        .filter(|other| self.selects(other) && key(other) > key(image));
                    younger.count() as u64 >= number
                }
            }
    }
}

/// Matches by recursion.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, first) => first.is_none(),
        (Some('*'), None) => matches(&pattern[1..], text),
        (Some('*'), Some(_)) => matches(&pattern[1..], text) || matches(pattern, &text[1..]),
        (Some(one), Some(other)) => one == other && matches(&pattern[1..], &text[1..]),
        (Some(_), None) => false,
    }
}

/// Returns the rule that takes each image.
fn naive(rules: &[Sketch], images: &[EvaluatedImage], at: Timestamp) -> Vec<Option<usize>> {
    let rule_of = |image: &EvaluatedImage| {
        let first = rules.iter().position(|rule| rule.selects(image))?;
        let is_free = match (rules[first].is_transition, image.listed_by) {
            (_, ListedBy::Nothing) => true,
            (is_transition, ListedBy::ArchivedIndexes) => is_transition,
            (_, ListedBy::ActiveIndex) => false,
        };
        (is_free && rules[first].marks(image, images, at)).then_some(first)
    };
    images.iter().map(rule_of).collect()
}

/// The tags, the ages of the push, of the last pull and of the last restoration, whether the image is archived, and its indexes.
type Drawn = (
    Vec<&'static str>,
    i64,
    Option<i64>,
    Option<i64>,
    bool,
    ListedBy,
);

fn images() -> impl Strategy<Value = Vec<EvaluatedImage>> {
    let tags = prop::sample::subsequence(vec!["a", "ab", "abc", "b", "c", "cab"], 0..4);
    let age = || (0..10_i64, -1..2_i64).prop_map(|(days, millis)| days * DAY + millis);
    let optional = || prop::option::of(age());
    let listed_by = prop::sample::select(vec![
        ListedBy::Nothing,
        ListedBy::Nothing,
        ListedBy::ArchivedIndexes,
        ListedBy::ActiveIndex,
    ]);
    let one = (
        tags,
        age(),
        optional(),
        optional(),
        any::<bool>(),
        listed_by,
    );
    vec(one, 0..9).prop_map(|all| {
        let names = 'A'..;
        let images = names.zip(all);
        let image =
            |(name, (tags, age, pulled, activated, is_archived, listed_by)): (char, Drawn)| {
                EvaluatedImage {
                    class: if is_archived {
                        StorageClass::Archive
                    } else {
                        StorageClass::Standard
                    },
                    archived: is_archived.then(|| before(age + 86 * DAY)),
                    pulled: pulled.map(before),
                    activated: activated.map(before),
                    listed_by,
                    ..image(name, &tags, age)
                }
            };
        images.map(image).collect()
    })
}

/// Returns the policy, unless its rules contradict each other.
fn policy(sketches: &[Sketch]) -> Option<LifecyclePolicy> {
    let rules: Vec<String> = (1..)
        .zip(sketches)
        .map(|(priority, sketch)| sketch.json(priority))
        .collect();
    parse(&rules).ok()
}

fn decided(
    policy: &LifecyclePolicy,
    images: &[EvaluatedImage],
    at: Timestamp,
) -> Vec<Option<usize>> {
    let mut decided = vec![None; images.len()];
    for decision in evaluate(&policy.rules, images, at) {
        let previous = decided[decision.image].replace(decision.rule);
        assert_eq!(previous, None, "two rules take one image");
    }
    decided
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_evaluators_agree(sketches in vec(sketch(), 1..5), images in images()) {
        if let Some(policy) = policy(&sketches) {
            prop_assert_eq!(decided(&policy, &images, NOW), naive(&sketches, &images, NOW));
        }
    }

    /// Until the next change, the result is the same.
    #[test]
    fn nothing_changes_before_the_next_change(
        sketches in vec(sketch(), 1..5),
        images in images(),
        millis in 0..10 * DAY,
    ) {
        if let Some(policy) = policy(&sketches) {
            let at = before(-millis);
            let next = next_change(&policy.rules, &images, NOW);
            if next.is_none_or(|next| at < next) {
                prop_assert_eq!(decided(&policy, &images, at), decided(&policy, &images, NOW));
            }
        }
    }

    /// The normalised text is that of the same policy.
    #[test]
    fn a_normalised_policy_is_the_same(sketches in vec(sketch(), 1..5)) {
        if let Some(policy) = policy(&sketches) {
            let text = policy.normalised();
            let parsed = LifecyclePolicy::parse(&text).unwrap();
            prop_assert_eq!(parsed.normalised(), text);
            prop_assert_eq!(parsed, policy);
        }
    }
}
