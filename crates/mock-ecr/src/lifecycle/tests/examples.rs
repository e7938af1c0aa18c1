//! The worked examples of the user guide, `lifecycle_policy_examples.html`, and its rules of evaluation.

use super::{DAY, before, image, parse, rule, taken};
use crate::lifecycle::{EvaluatedImage, ListedBy, StorageClass, evaluate, next_change};
use crate::types::timestamp::Timestamp;

/// Keeps a number of the youngest images with a prefix of a tag.
fn keep(prefix: &str, number: u64) -> String {
    format!(
        r#""tagStatus":"tagged","tagPrefixList":["{prefix}"],"countType":"imageCountMoreThan","countNumber":{number}"#
    )
}

fn pushed(tags: &str, days: u64) -> String {
    format!(r#"{tags},"countType":"sinceImagePushed","countUnit":"days","countNumber":{days}"#)
}

const UNTAGGED: &str = r#""tagStatus":"untagged""#;

const ANY: &str = r#""tagStatus":"any""#;

#[test]
fn a_rule_does_not_take_what_a_rule_of_a_higher_priority_selects() {
    let images = [
        image('A', &["beta-1", "prod-1"], 10 * DAY),
        image('B', &["beta-2", "prod-2"], 9 * DAY),
        image('C', &["beta-3"], 8 * DAY),
    ];
    let rules = [("prod", "beta"), ("beta", "prod")].map(|(first, second)| {
        [(1, first), (2, second)].map(|(number, prefix)| rule(number, &keep(prefix, 1), "expire"))
    });
    assert_eq!(taken(&rules[0], &images), "A");
    assert_eq!(taken(&rules[1], &images), "AB");
}

#[test]
fn a_rule_counts_the_images_that_a_rule_of_a_higher_priority_takes() {
    let images = [
        image('A', &["alpha-1", "beta-1"], 4 * DAY),
        image('B', &[], 3 * DAY),
        image('C', &["alpha-2"], 2 * DAY),
        image('D', &["git-hash"], DAY + 2),
        image('E', &[], DAY),
    ];
    let keep_any = format!(r#"{ANY},"countType":"imageCountMoreThan","countNumber":1"#);
    let rules = [
        rule(1, &keep("alpha", 1), "expire"),
        rule(2, &pushed(UNTAGGED, 1), "expire"),
        rule(3, &keep_any, "expire"),
    ];
    assert_eq!(taken(&rules, &images), "ABD");
}

#[test]
fn each_entry_of_a_list_must_match_a_tag() {
    let images = [
        image('A', &["alpha-1"], 12 * DAY),
        image('B', &["beta-1"], 11 * DAY),
        image('C', &["alpha-2", "beta-2"], 10 * DAY),
        image('D', &["alpha-3"], 4 * DAY),
        image('E', &["beta-3"], 3 * DAY),
        image('F', &["alpha-4", "beta-4"], 2 * DAY),
    ];
    for list in [
        r#""tagPrefixList":["alpha","beta"]"#,
        r#""tagPatternList":["*lpha-*","beta-?","beta*"]"#,
        r#""tagPatternList":["alpha*","*eta*"]"#,
    ] {
        let tags = format!(r#""tagStatus":"tagged",{list}"#);
        let rules = [rule(1, &pushed(&tags, 5), "expire")];
        // A question mark is not a wildcard.
        let expected = if list.contains('?') { "" } else { "C" };
        assert_eq!(taken(&rules, &images), expected, "{list}");
    }
}

#[test]
fn a_pattern_matches_a_whole_tag_and_a_prefix_its_beginning() {
    let images = [
        image('A', &["prod"], 9 * DAY),
        image('B', &["prod-1"], 9 * DAY),
        image('C', &["my-prod"], 9 * DAY),
    ];
    for (list, expected) in [
        (r#""tagPatternList":["prod"]"#, "A"),
        (r#""tagPatternList":["prod*"]"#, "AB"),
        (r#""tagPatternList":["*prod"]"#, "AC"),
        (r#""tagPatternList":["*prod*"]"#, "ABC"),
        (r#""tagPrefixList":["prod"]"#, "AB"),
        (r#""tagPrefixList":["*prod"]"#, ""),
    ] {
        let tags = format!(r#""tagStatus":"tagged",{list}"#);
        let rules = [rule(1, &pushed(&tags, 1), "expire")];
        assert_eq!(taken(&rules, &images), expected, "{list}");
    }
}

#[test]
fn an_image_of_exactly_the_age_is_not_taken() {
    let images = [image('A', &[], DAY), image('B', &[], DAY + 1)];
    let rules = [rule(1, &pushed(UNTAGGED, 1), "expire")];
    assert_eq!(taken(&rules, &images), "B");
}

#[test]
fn a_restored_image_counts_as_pushed_when_it_was_restored() {
    let restored = |name, age| EvaluatedImage {
        activated: Some(before(age)),
        ..image(name, &[], 99 * DAY)
    };
    let images = [
        restored('A', DAY),
        restored('B', 9 * DAY),
        image('C', &[], 5 * DAY),
    ];
    let rules = [rule(1, &pushed(ANY, 2), "expire")];
    assert_eq!(taken(&rules, &images), "BC");
    let keep_any = format!(r#"{ANY},"countType":"imageCountMoreThan","countNumber":2"#);
    assert_eq!(taken(&[rule(1, &keep_any, "expire")], &images), "B");
}

#[test]
fn an_image_that_was_not_pulled_for_some_time_is_archived() {
    let with = |name, pulled: Option<i64>, activated: Option<i64>| EvaluatedImage {
        pulled: pulled.map(before),
        activated: activated.map(before),
        ..image(name, &[], 99 * DAY)
    };
    let images = [
        with('A', None, None),
        with('B', Some(DAY), None),
        with('C', Some(8 * DAY), None),
        with('D', Some(20 * DAY), Some(DAY)),
        with('E', Some(20 * DAY), Some(9 * DAY)),
        with('F', Some(DAY), Some(9 * DAY)),
        with('G', None, Some(DAY)),
    ];
    let selection =
        format!(r#"{ANY},"countType":"sinceImagePulled","countUnit":"days","countNumber":7"#);
    assert_eq!(taken(&[rule(1, &selection, "transition")], &images), "ACE");
}

#[test]
fn the_rules_of_a_storage_class_see_only_its_images() {
    let archived = |name, age| EvaluatedImage {
        class: StorageClass::Archive,
        archived: Some(before(age)),
        ..image(name, &[], 999 * DAY)
    };
    let images = [
        archived('A', 91 * DAY),
        archived('B', 90 * DAY),
        image('C', &[], 999 * DAY),
        image('D', &[], DAY),
    ];
    let transitioned = format!(
        r#"{ANY},"storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90"#
    );
    let rules = [
        rule(1, &pushed(ANY, 5), "transition"),
        rule(2, &transitioned, "expire"),
    ];
    assert_eq!(taken(&rules, &images), "AC");
}

#[test]
fn an_image_that_an_index_lists_is_taken_after_the_index() {
    let listed = |name, listed_by| EvaluatedImage {
        listed_by,
        ..image(name, &[], 9 * DAY)
    };
    let images = [
        listed('A', ListedBy::Nothing),
        listed('B', ListedBy::ArchivedIndexes),
        listed('C', ListedBy::ActiveIndex),
    ];
    for (action, expected) in [("expire", "A"), ("transition", "AB")] {
        let rules = [rule(1, &pushed(ANY, 1), action)];
        assert_eq!(taken(&rules, &images), expected);
    }
    // A listed image is counted.
    let keep_any = format!(r#"{ANY},"countType":"imageCountMoreThan","countNumber":2"#);
    assert_eq!(taken(&[rule(1, &keep_any, "expire")], &images), "A");
}

#[test]
fn the_next_change_is_the_time_at_which_the_next_image_is_old_enough() {
    let images = [
        image('A', &[], DAY),
        image('B', &[], 0),
        image('C', &["c"], 0),
    ];
    let rules = parse(&[rule(1, &pushed(UNTAGGED, 3), "expire")])
        .unwrap()
        .rules;
    let next = |at| next_change(&rules, &images, at).map(Timestamp::as_millis);
    let now = before(0).as_millis();
    assert_eq!(next(before(0)), Some(now + 2 * DAY + 1));
    assert_eq!(next(before(-2 * DAY - 1)), Some(now + 3 * DAY + 1));
    assert_eq!(next(before(-3 * DAY - 1)), None);
}

/// The age of an image does not depend on the end of the clock.
#[test]
fn a_young_image_does_not_expire_at_the_end_of_the_clock() {
    let end = Timestamp::from_millis(i64::MAX);
    let selection =
        r#""tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":1"#;
    let policy = parse(&[rule(1, selection, "expire")]).unwrap();
    for (age, count) in [(0, 0), (DAY, 0), (DAY + 1, 1)] {
        let images = [EvaluatedImage {
            pushed: Timestamp::from_millis(end.as_millis() - age),
            ..image('a', &[], 0)
        }];
        let taken = evaluate(&policy.rules, &images, end);
        assert_eq!(taken.len(), count, "{age}");
        assert_eq!(next_change(&policy.rules, &images, end), None);
    }
}
