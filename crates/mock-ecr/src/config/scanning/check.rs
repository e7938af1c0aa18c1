//! Checks the scanning of a configuration.

use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::scanning::{InvalidScanResult, RegistryScanning, ScanResult, check_rules};
use crate::config::unique::Unique;
use crate::types::Reference;

impl Config {
    pub(in crate::config) fn check_registry_scanning(&self) -> Result<(), Conflict> {
        let list = "registry_scanning";
        let mut registries = Unique::new();
        for (index, one) in self.registry_scanning.iter().enumerate() {
            let at = vec![list.into(), index.into(), "rules".into()];
            check_each_rule(one, &at)?;
            let region = one.region.as_ref();
            self.check_registry(&mut registries, (list, index), one.account, region)?;
        }
        Ok(())
    }

    pub(in crate::config) fn check_scan_results(&self) -> Result<(), Conflict> {
        for (index, one) in self.scan_results.iter().enumerate() {
            let at = |key: &'static str| -> Vec<Step> {
                vec!["scan_results".into(), index.into(), key.into()]
            };
            if let Some(region) = &one.region {
                self.check_region(region, || at("region"))?;
            }
            one.image.parse::<Reference>().map_err(|error| {
                let expected = "the tag or the digest of an image";
                Conflict::new(at("image"), &one.image, expected).caused_by(error)
            })?;
            check_findings(&one.result(), &at("findings"))?;
        }
        Ok(())
    }
}

/// Checks the rules. The error names the first invalid one.
fn check_each_rule(one: &RegistryScanning, at: &[Step]) -> Result<(), Conflict> {
    let rules = one.rules.iter();
    let rules = rules.map(|rule| (rule.scan_frequency, &rule.filters[..]));
    check_rules(one.scan_type, rules).map_err(|invalid| {
        let rule = &one.rules[invalid.index];
        let value = match invalid.key {
            "filters" => rule.filters.len().to_string(),
            _ => rule.scan_frequency.name().to_owned(),
        };
        let at = [at, &[invalid.index.into(), invalid.key.into()]].concat();
        Conflict::new(at, &value, invalid.expected)
    })
}

/// Checks the findings. The error names the first invalid one.
fn check_findings(result: &ScanResult, at: &[Step]) -> Result<(), Conflict> {
    let Err((index, error)) = result.check_each() else {
        return Ok(());
    };
    let finding = &result.findings.as_deref().unwrap_or_default()[index];
    let (key, value) = match &error {
        InvalidScanResult::Score(_) => ("score", finding.score.unwrap_or_default().to_string()),
        _ => ("name", finding.name.clone()),
    };
    let at = [at, &[index.into(), key.into()]].concat();
    Err(Conflict::new(at, &value, "a finding that a scan can have").caused_by(error))
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    #[test]
    fn a_scanning_configuration_has_frequencies_of_its_type() {
        let one = "[[registry_scanning]]\nscan_type = 'ENHANCED'\n";
        let rule =
            |frequency: &str| format!("{{ scan_frequency = '{frequency}', filters = ['*'] }}");
        let with = |rules: &[&str]| {
            let rules: Vec<_> = rules.iter().map(|frequency| rule(frequency)).collect();
            format!("{one}rules = [{}]\n", rules.join(", "))
        };
        assert!(Config::parse(&with(&["SCAN_ON_PUSH", "CONTINUOUS_SCAN"])).is_ok());
        let (rules, text) = (
            "registry_scanning[0].rules[0].scan_frequency",
            "invalid value \"MANUAL\": expected SCAN_ON_PUSH or CONTINUOUS_SCAN",
        );
        rejects(&with(&["MANUAL"]), rules, text);
        rejects(
            &with(&["SCAN_ON_PUSH"; 2]),
            "registry_scanning[0].rules[1].scan_frequency",
            "one rule for each scan frequency",
        );
        let basic = with(&["CONTINUOUS_SCAN"]).replace("ENHANCED", "BASIC");
        rejects(&basic, rules, "SCAN_ON_PUSH or MANUAL");
        let filters = vec!["'a'"; 101].join(", ");
        let many = with(&["SCAN_ON_PUSH"]).replace("'*'", &filters);
        let (at, text) = (
            "registry_scanning[0].rules[0].filters",
            "invalid value \"101\"",
        );
        rejects(&many, at, text);
        let twice = format!("{one}{one}");
        let text = "it repeats registry_scanning[0] (line 1, column 1)";
        rejects(&twice, "registry_scanning[1]", text);
        let place = Config::parse(&twice).unwrap_err().to_string();
        assert!(
            place.starts_with("line 3, column 1: registry_scanning[1]"),
            "{place}"
        );
        let region = format!("{one}region = 'mars'\n");
        rejects(&region, "registry_scanning[0].region", "a Region of AWS");
    }

    #[test]
    fn the_result_of_a_scan_names_an_image_and_has_different_findings() {
        let one = "[[scan_results]]\nrepository = 'app'\n";
        let image = "scan_results[0].image";
        rejects(
            &format!("{one}image = 'a b'\n"),
            image,
            "the tag or the digest",
        );
        let findings = |list: &str| format!("{one}image = '1.0'\nfindings = [{list}]\n");
        let finding = "{ name = 'CVE-2026-1', severity = 'HIGH' }";
        assert!(Config::parse(&findings(finding)).is_ok());
        let twice = findings(&format!("{finding}, {finding}"));
        rejects(
            &twice,
            "scan_results[0].findings[1].name",
            "CVE-2026-1 occurs twice",
        );
        let score = findings(&finding.replace(" }", ", score = 11 }"));
        let (at, text) = ("scan_results[0].findings[0].score", "invalid value \"11\"");
        rejects(&score, at, text);
        rejects(&score, at, "between 0 and 10");
        let unknown = findings(&finding.replace("HIGH", "SEVERE"));
        rejects(
            &unknown,
            "scan_results[0].findings[0].severity",
            "unknown variant `SEVERE`",
        );
    }
}
