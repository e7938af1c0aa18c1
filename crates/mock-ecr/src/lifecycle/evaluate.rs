//! Evaluates a lifecycle policy: a pure function of the rules, the images and the time.
//!
//! Source: the user guide of Amazon ECR, `LifecyclePolicies.html`, "Lifecycle policy evaluation rules".

use std::cmp::Reverse;

use crate::lifecycle::policy::{
    Action, Age, Criterion, Rule, StorageClass, TagPattern, TagSelection,
};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, Tag};

/// An image, as the rules see it. An image that is being restored is not evaluated. `[ASSUME]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EvaluatedImage {
    pub(crate) digest: Digest,
    pub(crate) tags: Vec<Tag>,
    pub(crate) class: StorageClass,
    pub(crate) pushed: Timestamp,
    pub(crate) pulled: Option<Timestamp>,
    pub(crate) archived: Option<Timestamp>,
    pub(crate) activated: Option<Timestamp>,
    pub(crate) listed_by: ListedBy,
}

impl EvaluatedImage {
    /// Returns when the image was pushed or last restored.
    pub(crate) fn added(&self) -> Timestamp {
        self.activated.unwrap_or(self.pushed)
    }
}

/// The indexes that list an image. An image is neither expired nor archived before them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ListedBy {
    #[default]
    Nothing,
    /// All of them are archived.
    ArchivedIndexes,
    /// At least one is not archived.
    ActiveIndex,
}

/// A rule takes an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The position of the image.
    pub(crate) image: usize,
    /// The position of the rule.
    pub(crate) rule: usize,
}

/// Returns which rule takes which image, in the order of the rules. For each rule, the oldest image is the first one.
///
/// All rules are evaluated before one is applied, so a rule also counts the images that a rule of a higher priority takes. It does not take an
/// image that a rule of a higher priority selects, even if that rule does not take the image.
pub(crate) fn evaluate(rules: &[Rule], images: &[EvaluatedImage], at: Timestamp) -> Vec<Decision> {
    let mut is_selected = vec![false; images.len()];
    let mut decisions = Vec::new();
    for (rule, one) in rules.iter().enumerate() {
        let selected = (0..images.len()).filter(|image| one.selects(&images[*image]));
        let selected: Vec<usize> = selected.collect();
        let marked = one.marked(selected.clone(), images, at).into_iter();
        let taken = marked
            .filter(|image| !is_selected[*image] && images[*image].listed_by.permits(one.action));
        decisions.extend(taken.map(|image| Decision { image, rule }));
        for image in selected {
            is_selected[image] = true;
        }
    }
    decisions
}

/// Returns the first time after `at` at which the result can be another one although the images are the same.
pub(crate) fn next_change(
    rules: &[Rule],
    images: &[EvaluatedImage],
    at: Timestamp,
) -> Option<Timestamp> {
    let of_rule = |rule: &Rule| {
        let Criterion::OlderThan(age, days) = rule.criterion else {
            return None;
        };
        let selected = images.iter().filter(|image| rule.selects(image));
        let times = selected.filter_map(|image| marked_from(age.since(image), days));
        times.filter(|time| *time > at).min()
    };
    rules.iter().filter_map(of_rule).min()
}

impl Rule {
    /// Returns whether the rule selects an image by its tags and its storage class.
    pub(crate) fn selects(&self, image: &EvaluatedImage) -> bool {
        let has_tags = match &self.tags {
            TagSelection::Tagged(patterns) => patterns
                .iter()
                .all(|pattern| image.tags.iter().any(|tag| pattern.matches(tag))),
            TagSelection::Untagged => image.tags.is_empty(),
            TagSelection::Any => true,
        };
        has_tags && image.class == self.class
    }

    /// Returns whether an image that the rule has taken can still be taken. The number of images is not checked again.
    pub(crate) fn still_takes(&self, image: &EvaluatedImage, at: Timestamp) -> bool {
        let is_old = match self.criterion {
            Criterion::CountMoreThan(_) => true,
            Criterion::OlderThan(age, days) => is_older(age.since(image), days, at),
        };
        is_old && self.selects(image) && image.listed_by.permits(self.action)
    }

    /// Returns those of the selected images that meet the criterion, the oldest first. Images of the same age are in the order of their
    /// digests. `[ASSUME]`
    fn marked(
        &self,
        mut selected: Vec<usize>,
        images: &[EvaluatedImage],
        at: Timestamp,
    ) -> Vec<usize> {
        let since = |age: Age, image: usize| age.since(&images[image]);
        match self.criterion {
            Criterion::CountMoreThan(kept) => {
                selected.sort_by_key(|image| {
                    Reverse((since(Age::Pushed, *image), &images[*image].digest))
                });
                let kept = usize::try_from(kept).unwrap_or(usize::MAX);
                selected.drain(..kept.min(selected.len()));
                selected.reverse();
            }
            Criterion::OlderThan(age, days) => {
                selected.retain(|image| is_older(since(age, *image), days, at));
                selected.sort_by_key(|image| (since(age, *image), &images[*image].digest));
            }
        }
        selected
    }
}

impl TagPattern {
    fn matches(&self, tag: &Tag) -> bool {
        match self {
            TagPattern::Prefix(prefix) => tag.as_str().starts_with(prefix),
            TagPattern::Glob(glob) => glob.matches(tag.as_str()),
        }
    }
}

impl Age {
    /// Returns the time of the event. An image that was restored counts as pushed at that time.
    fn since(self, image: &EvaluatedImage) -> Timestamp {
        let added = image.added();
        match self {
            Age::Pushed => added,
            Age::Pulled => image.pulled.map_or(added, |pulled| match image.activated {
                Some(activated) => pulled.max(activated),
                None => pulled,
            }),
            // An archived image has this time.
            Age::Transitioned => image.archived.unwrap_or(added),
        }
    }
}

impl ListedBy {
    pub(crate) fn permits(self, action: Action) -> bool {
        match action {
            Action::Expire => self == ListedBy::Nothing,
            Action::Transition => self != ListedBy::ActiveIndex,
        }
    }
}

fn is_older(since: Timestamp, days: u64, at: Timestamp) -> bool {
    at.as_millis().saturating_sub(since.as_millis()) > millis(days)
}

/// Returns the first time at which an image is older than a number of days, unless the clock ends before.
fn marked_from(since: Timestamp, days: u64) -> Option<Timestamp> {
    let from = since
        .as_millis()
        .saturating_add(millis(days))
        .saturating_add(1);
    let time = Timestamp::from_millis(from);
    (time.as_millis() == from).then_some(time)
}

fn millis(days: u64) -> i64 {
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    days.saturating_mul(24 * 3600 * 1000)
}
