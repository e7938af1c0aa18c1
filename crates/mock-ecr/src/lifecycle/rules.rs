//! The constraints on rules that the schema does not express.
//!
//! Source: the user guide of Amazon ECR, `lifecycle_policy_parameters.html` and `service-quotas.html`.

use std::collections::BTreeSet;

use crate::lifecycle::document::{
    ActionType, ClassName, CountType, RuleDocument, SelectionDocument, TagStatus,
};
use crate::lifecycle::invalid::InvalidRules;

const MAX_RULES: usize = 50;

const MAX_WILDCARDS: usize = 4;

/// The minimum duration of the storage of an archived image, in days. Source: the user guide of Amazon ECR, `archive-image.html`.
const MIN_ARCHIVED_DAYS: u64 = 90;

/// Checks rules that are sorted by their priorities.
pub(super) fn check(rules: &[RuleDocument]) -> Result<(), InvalidRules> {
    if rules.len() > MAX_RULES {
        return Err(InvalidRules::TooMany);
    }
    let mut priorities = BTreeSet::new();
    for rule in rules {
        if !priorities.insert(rule.rule_priority) {
            return Err(InvalidRules::SamePriority);
        }
        check_tags(&rule.selection)?;
        check_count(rule)?;
    }
    let is_of = |rule: &&RuleDocument, class| class_of(rule) == class;
    for class in [ClassName::Standard, ClassName::Archive] {
        check_together(rules.iter().filter(|rule| is_of(rule, class)))?;
    }
    Ok(())
}

fn check_tags(selection: &SelectionDocument) -> Result<(), InvalidRules> {
    let lists = [&selection.tag_pattern_list, &selection.tag_prefix_list];
    let entries = lists.map(|list| list.as_ref().map_or(0, Vec::len));
    match (selection.tag_status, lists) {
        (TagStatus::Tagged, [Some(_), Some(_)]) => Err(InvalidRules::BothTagLists),
        (TagStatus::Tagged, _) if entries == [0, 0] => Err(InvalidRules::NoTagList),
        (TagStatus::Untagged | TagStatus::Any, [Some(_), _] | [_, Some(_)]) => {
            Err(InvalidRules::TagListOfOthers)
        }
        _ => {
            let mut patterns = selection.tag_pattern_list.iter().flatten();
            match patterns.any(|pattern| pattern.matches('*').count() > MAX_WILDCARDS) {
                true => Err(InvalidRules::TooManyWildcards),
                false => Ok(()),
            }
        }
    }
}

fn check_count(rule: &RuleDocument) -> Result<(), InvalidRules> {
    let RuleDocument {
        selection, action, ..
    } = rule;
    let expected = match selection.count_type {
        CountType::SinceImageTransitioned => ClassName::Archive,
        _ => ClassName::Standard,
    };
    if class_of(rule) != expected {
        return Err(InvalidRules::StorageClass);
    }
    match (selection.count_type, action.r#type) {
        (CountType::SinceImagePulled, ActionType::Expire) => {
            Err(InvalidRules::PulledIsNotTransition)
        }
        (CountType::SinceImageTransitioned, ActionType::Transition) => {
            Err(InvalidRules::TransitionedIsNotExpire)
        }
        (CountType::SinceImageTransitioned, _) if selection.count_number < MIN_ARCHIVED_DAYS => {
            Err(InvalidRules::TransitionedTooSoon)
        }
        _ => Ok(()),
    }
}

fn class_of(rule: &RuleDocument) -> ClassName {
    rule.selection.storage_class.unwrap_or(ClassName::Standard)
}

/// Checks the rules of one storage class.
fn check_together<'r>(rules: impl Iterator<Item = &'r RuleDocument>) -> Result<(), InvalidRules> {
    let (mut untagged, mut any) = (0, false);
    let mut tag_lists = BTreeSet::new();
    for RuleDocument { selection, .. } in rules {
        if any {
            return Err(InvalidRules::AnyIsNotLast);
        }
        match selection.tag_status {
            TagStatus::Any => any = true,
            TagStatus::Untagged => untagged += 1,
            TagStatus::Tagged => {
                let lists = [&selection.tag_pattern_list, &selection.tag_prefix_list];
                let entries = lists.map(|list| list.iter().flatten().collect::<BTreeSet<_>>());
                if !tag_lists.insert(entries) {
                    return Err(InvalidRules::SameTagList);
                }
            }
        }
    }
    match untagged {
        ..=1 => Ok(()),
        _ => Err(InvalidRules::Untagged),
    }
}
