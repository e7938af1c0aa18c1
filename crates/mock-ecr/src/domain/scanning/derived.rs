//! The findings of an image whose result is not given. They depend on the seed of the mock and the digest of the image only.
//!
//! `docs/src/guides/scanning.md` describes the algorithm. A change of it changes the findings that tests of users expect.

use sha2::{Digest as _, Sha256};

use crate::config::scanning::{Finding, FindingSeverity};
use crate::types::Digest;

/// The severities with their score and vector of CVSS 3.1. The scores are those of the vectors.
const SEVERITIES: [(FindingSeverity, Option<(f64, &str)>); 10] = [
    (
        FindingSeverity::Critical,
        Some((9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")),
    ),
    (
        FindingSeverity::High,
        Some((8.8, "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")),
    ),
    (
        FindingSeverity::High,
        Some((7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")),
    ),
    (
        FindingSeverity::Medium,
        Some((6.1, "AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")),
    ),
    (
        FindingSeverity::Medium,
        Some((5.5, "AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H")),
    ),
    (
        FindingSeverity::Medium,
        Some((5.3, "AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N")),
    ),
    (
        FindingSeverity::Low,
        Some((3.7, "AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N")),
    ),
    (
        FindingSeverity::Low,
        Some((3.3, "AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:L")),
    ),
    (
        FindingSeverity::Informational,
        Some((0.0, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")),
    ),
    (FindingSeverity::Undefined, None),
];

const PACKAGES: [&str; 8] = [
    "curl", "glibc", "krb5", "libxml2", "openssl", "sqlite3", "systemd", "zlib",
];

/// Returns at most nine findings, with different names.
pub(super) fn findings(seed: &str, digest: &Digest) -> Vec<Finding> {
    let count = hash(seed, digest, "count")[0] % 10;
    let finding = |index| finding(index, hash(seed, digest, &index.to_string()));
    (0..count).map(finding).collect()
}

fn hash(seed: &str, digest: &Digest, part: &str) -> [u8; 32] {
    let text = format!("mock-ecr finding\n{seed}\n{digest}\n{part}");
    Sha256::digest(text.as_bytes()).into()
}

fn finding(index: u8, hash: [u8; 32]) -> Finding {
    let (severity, cvss) = SEVERITIES[usize::from(hash[0] % 10)];
    let package = PACKAGES[usize::from(hash[1] % 8)];
    let [major, minor, patch] = [1 + hash[2] % 9, hash[3] % 20, hash[4] % 10];
    let year = 2015 + u32::from(hash[5] % 10);
    let number = u32::from(u16::from_be_bytes([hash[6], hash[7]]) % 9000);
    // The last digit is the index, so that the names differ.
    let name = format!("CVE-{year}-{}", 10_000 + 10 * number + u32::from(index));
    let fixed_in = format!("{major}.{minor}.{}", patch + 1);
    Finding {
        severity,
        description: Some(format!("An example of a vulnerability in {package}.")),
        uri: Some(format!("https://nvd.nist.gov/vuln/detail/{name}")),
        package: Some(package.to_owned()),
        version: Some(format!("{major}.{minor}.{patch}")),
        fixed_in: (hash[8] < 170).then_some(fixed_in),
        score: cvss.map(|(score, _)| score),
        vector: cvss.map(|(_, vector)| format!("CVSS:3.1/{vector}")),
        exploit_available: hash[9] < 32,
        name,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::config::scanning::ScanResult;
    use crate::domain::hasher::digest_of;
    use crate::types::Algorithm;

    #[test]
    fn the_findings_of_an_image_do_not_change_between_versions() {
        let digest = digest_of(Algorithm::Sha256, b"an image");
        let findings = findings("mock-ecr", &digest);
        let names: Vec<&str> = findings.iter().map(|finding| &finding.name[..]).collect();
        let expected = [
            "CVE-2022-61430",
            "CVE-2018-83991",
            "CVE-2015-42112",
            "CVE-2018-25173",
        ];
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn findings_depend_on_the_seed_and_the_digest_and_are_valid(seed: String, image: Vec<u8>) {
            let digest = digest_of(Algorithm::Sha256, &image);
            let found = findings(&seed, &digest);
            prop_assert_eq!(&found, &findings(&seed, &digest));
            let names: BTreeSet<&String> = found.iter().map(|finding| &finding.name).collect();
            prop_assert_eq!(names.len(), found.len());
            prop_assert!(found.len() <= 9);
            prop_assert!(ScanResult::with_findings(found).check().is_ok());
        }
    }
}
