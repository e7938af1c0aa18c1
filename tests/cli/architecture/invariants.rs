//! Rules about the items that files of the library may use, and about imports.

use crate::architecture::syntax::Text;
use crate::architecture::use_tree::{Import, ImportedName, Scope};
use crate::architecture::uses::Use;
use crate::architecture::workspace;

/// Asserts that only files whose names begin with one of `allowed` use an item for which `matches` is true. At least one allowed file must
/// use such an item. Otherwise the rule checks nothing.
#[track_caller]
fn only_in(allowed: &[&str], matches: impl Fn(&Use<'_>) -> bool) {
    let uses = workspace::library().uses().filter(matches);
    check_files(
        allowed,
        uses.map(|each| (each.file, each.line, each.path.join("::"))),
    );
}

/// Asserts that only files whose names begin with one of `allowed` contain a string literal for which `matches` is true.
#[track_caller]
fn text_only_in(allowed: &[&str], matches: impl Fn(&str) -> bool) {
    let modules = workspace::library().iter();
    let texts = modules.flat_map(|module| {
        let texts = module.syntax.texts.iter();
        texts.map(|Text { text, line }| (module.file.as_str(), *line, text.clone()))
    });
    check_files(allowed, texts.filter(|(_, _, text)| matches(text)));
}

#[track_caller]
fn check_files<'t>(allowed: &[&str], uses: impl Iterator<Item = (&'t str, usize, String)>) {
    let is_allowed = |file: &str| allowed.iter().any(|place| file.starts_with(place));
    let (within, others): (Vec<_>, Vec<_>) = uses.partition(|(file, ..)| is_allowed(file));
    let others: Vec<_> = others
        .into_iter()
        .map(|(file, line, what)| format!("{file}:{line}: {what}"))
        .collect();
    assert!(
        others.is_empty(),
        "only files in {allowed:?} may contain: {others:#?}"
    );
    assert!(
        allowed.is_empty() || !within.is_empty(),
        "the rule checks nothing: no match in {allowed:?}"
    );
}

#[test]
fn only_the_server_and_pull_through_caches_use_sockets() {
    let sockets = [
        "std::net::TcpListener",
        "std::net::TcpStream",
        "std::net::UdpSocket",
        "std::os::unix::net",
        "tokio::net",
    ];
    only_in(&["server/", "upstream/"], |each| {
        sockets.iter().any(|path| each.is_of(path))
    });
}

#[test]
fn only_the_clock_reads_time() {
    let clocks = ["Instant", "SystemTime", "Timestamp", "Zoned"];
    only_in(&["clock.rs"], |each| {
        clocks.iter().any(|clock| each.ends_with([clock, "now"]))
    });
}

#[test]
fn only_token_issues_and_verifies_passwords() {
    only_in(&["token/"], |each| {
        each.is_of("crate::token::password") || each.is_of("crate::token::seal")
    });
    text_only_in(&["token/"], |text| text.contains("DATA_KEY"));
}

#[test]
fn only_services_and_the_registry_use_wire_forms() {
    let wire = [
        "aws/",
        "control/",
        "fault/",
        "registry/",
        "services/",
        "token/password.rs",
        "types/json.rs",
        "upstream/",
        "web/",
    ];
    // Users store manifests and policies. Stores contain records.
    let stored = ["domain/", "iam/policy/", "lifecycle/", "store/"];
    only_in(&[&wire[..], &stored].concat(), |each| {
        each.is_of("serde_json")
    });
    only_in(&wire, |each| each.is_macro("json"));
    text_only_in(&wire, |text| text.contains("__type"));
}

#[test]
fn only_the_store_uses_keys() {
    for library in ["object_store", "redb"] {
        only_in(&["store/"], |each| each.is_of(library));
    }
    // The first parts of keys.
    text_only_in(&["store/"], |text| {
        ["expiring-mock", "layer-user", "unpublished"].contains(&text)
    });
}

#[test]
fn the_library_neither_prints_nor_reads_the_environment_nor_parses_arguments() {
    let macros = ["dbg", "eprint", "eprintln", "print", "println"];
    only_in(&[], |each| {
        macros.iter().any(|name| each.is_macro(name))
            || each.is_of("clap")
            || each.is_of("std::env")
    });
}

#[test]
fn imports_name_what_they_import() {
    let mut found = Vec::new();
    for each in workspace::crates() {
        for module in each.tree.iter() {
            let imports = module.syntax.imports.iter();
            found.extend(imports.filter(|import| is_forbidden(import)).map(|import| {
                let (name, file) = (&each.name, &module.file);
                format!("{name}/{file}:{}: {}", import.line, import.path.join("::"))
            }));
        }
    }
    assert!(
        found.is_empty(),
        "expected imports that begin with `crate` and name the item: {found:#?}"
    );
}

/// Returns whether an import begins with `super`, or is a glob import other than one of an enum in a function.
fn is_forbidden(import: &Import) -> bool {
    let is_type = |name: &String| name.starts_with(char::is_uppercase);
    let is_of_enum = import.scope == Scope::Block && import.path.last().is_some_and(is_type);
    let begins_with_super = import.path.first().is_some_and(|name| name == "super");
    begins_with_super || (import.name == ImportedName::All && !is_of_enum)
}
