//! The tables of the page on faults come from the schema of a fault.

use crate::book::page::Page;
use crate::book::schema::{Schemas, reachable};

#[test]
fn the_match_keys_and_actions_are_those_of_the_schema() {
    let schemas = Schemas::read();
    let mut page = Page::read("reference/faults.md");
    page.check_region("match", &schemas.describe("RequestMatcher"));
    page.check_region("action", &schemas.describe("FaultAction"));
    let mut values = String::new();
    for name in reachable(&schemas, &["RequestMatcher", "FaultAction"]) {
        values += &format!("### {name}\n\n{}\n", schemas.describe(&name));
    }
    page.check_region("values", &values);
}
