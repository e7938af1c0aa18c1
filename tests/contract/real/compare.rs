//! Compares a run with the record of the client.

use ecr_contract::report::Report;

use crate::clients::Client;
use crate::failures::failures;
use crate::verdicts::{Record, folder};

/// Returns a line for each verdict that differs from the record, and the failed expectations of its scenario.
///
/// # Errors
///
/// Returns an error if the client has no record.
pub(crate) fn differences(client: &Client, report: &Report) -> Result<Vec<String>, String> {
    let recorded = Record::read(&folder().join(client.file_name()))?;
    let mut differences = Vec::new();
    for scenario in &report.scenarios {
        let known = recorded.verdicts.get(&scenario.id).map(|one| one.verdict);
        if known != Some(scenario.verdict) {
            let (id, verdict) = (&scenario.id, scenario.verdict);
            differences.push(format!("{id}: {known:?} is recorded, now {verdict:?}"));
            differences.extend(failures(scenario));
        }
    }
    Ok(differences)
}
