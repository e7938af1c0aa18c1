//! Instants as AWS JSON writes them.

use serde_json::value::RawValue;

use crate::types::timestamp::Timestamp;

/// Writes seconds since 1970 in the form of Java's `Double.toString`: `1.448875853241E9`.
///
/// Below 10,000,000 seconds that form has no exponent. Sources: hashicorp/terraform-provider-aws#35268 (`1.705071987E9`),
/// elerch/aws-sdk-for-zig (`1.738598491557E9`, `1.7385984915E9`).
#[allow(
    clippy::cast_precision_loss,
    reason = "milliseconds up to the year 9999 need 48 bits, and a double holds 53"
)]
pub(crate) fn print(instant: Timestamp) -> String {
    let seconds = instant.as_millis() as f64 / 1000.0;
    if seconds.abs() < 1e7 {
        return format!("{seconds:?}");
    }
    let text = format!("{seconds:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// As [`print()`], for a place in a larger JSON.
pub(crate) fn raw(instant: Timestamp) -> Box<RawValue> {
    RawValue::from_string(print(instant)).expect("Java prints doubles as JSON numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_printed_as_java_prints_doubles() {
        for (millis, text) in [
            (1_448_875_853_241, "1.448875853241E9"),
            (1_705_071_987_000, "1.705071987E9"),
            (1_738_598_491_557, "1.738598491557E9"),
            (1_738_598_491_500, "1.7385984915E9"),
            (1_000_000_000_000, "1.0E9"),
            (253_402_207_199_999, "2.53402207199999E11"),
            (10_000_000_000, "1.0E7"),
            (9_999_999_999, "9999999.999"),
            (1, "0.001"),
            (0, "0.0"),
            (-1_500, "-1.5"),
            (-62_135_596_800_000, "-6.21355968E10"),
        ] {
            assert_eq!(print(Timestamp::from_millis(millis)), text);
        }
    }
}
