//! Compares the keys and defaults on the page of the configuration with those of the parser.

use mock_ecr::Config;

use crate::book::markdown::{code, section, table};
use crate::book::page::Page;

/// A table of the configuration: the heading of its section, and TOML with its required keys.
const TABLES: [(&str, &str); 9] = [
    ("Top-level keys", ""),
    ("`[limits]`", "[limits]\n"),
    ("`[quotas]`", "[quotas]\n"),
    ("`[background]`", "[background]\n"),
    ("`[[accounts]]`", "[[accounts]]\nid = '123456789012'\n"),
    (
        "`[[principals]]`",
        "[[principals]]\narn = 'arn:aws:iam::123456789012:user/a'\naccess_key_id = 'A'\nsecret_access_key = 'S'\n",
    ),
    (
        "`[[repositories]]`",
        "[[repositories]]\nname = 'team/app'\n",
    ),
    ("`[[registries]]`", "[[registries]]\n"),
    (
        "`[[registries.creation_templates]]`",
        "[[registries]]\n[[registries.creation_templates]]\nprefix = 'a'\napplied_for = ['REPLICATION']\n",
    ),
];

#[test]
fn the_keys_on_the_page_are_those_of_the_parser() {
    let page = Page::read("reference/configuration.md").text;
    let quirks = ("`[quirks]`", "[quirks]\n");
    for (heading, toml) in TABLES.into_iter().chain([quirks]) {
        let on_page = keys(&page, heading);
        let headers = toml.lines().filter(|line| line.starts_with('['));
        let headers: Vec<&str> = headers.collect();
        assert_eq!(on_page, accepted_keys(&headers.join("\n")), "{heading}");
    }
}

#[test]
fn the_defaults_on_the_page_are_those_of_the_parser() {
    let page = Page::read("reference/configuration.md").text;
    for (heading, required) in TABLES {
        for row in table(section(&page, heading)) {
            let (key, default) = (code(&row[0]).unwrap(), &row[2]);
            let is_required = required.contains(&format!("\n{key} = "));
            assert_eq!(default == "required", is_required, "{heading} {key}");
            if let Some(default) = code(default) {
                let with_default = format!("{required}{key} = {default}\n");
                assert_eq!(parsed(&with_default), parsed(required), "{heading} {key}");
            }
        }
    }
}

fn parsed(toml: &str) -> String {
    let config = Config::parse(toml);
    format!(
        "{:?}",
        config.unwrap_or_else(|error| panic!("{toml}: {error}"))
    )
}

/// Returns the keys in a table of the page, sorted.
fn keys(page: &str, heading: &str) -> Vec<String> {
    let rows = table(section(page, heading)).into_iter();
    let mut keys: Vec<String> = rows.map(|row| code(&row[0]).unwrap().to_owned()).collect();
    keys.sort();
    keys
}

/// Returns the keys that the parser accepts below a header, sorted. Its error for an unknown key lists them.
fn accepted_keys(header: &str) -> Vec<String> {
    let toml = format!("{header}\nno_such_key = true\n");
    let error = Config::parse(&toml).unwrap_err().to_string();
    let (_, expected) = error
        .split_once("expected ")
        .unwrap_or_else(|| panic!("the error lists no keys: {error}"));
    let mut keys: Vec<String> = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    keys.sort();
    keys
}
