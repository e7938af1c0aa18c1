//! Formats timestamps for AWS JSON, as seconds since 1970.

use serde_json::value::RawValue;

use crate::types::timestamp::Timestamp;

/// Returns the seconds since 1970 in the format of Java's `Double.toString`: `1.448875853241E9`.
///
/// Numbers below 10,000,000 have no exponent in this format. Sources: hashicorp/terraform-provider-aws#35268 (`1.705071987E9`),
/// elerch/aws-sdk-for-zig (`1.738598491557E9`, `1.7385984915E9`).
#[allow(
    clippy::cast_precision_loss,
    reason = "milliseconds up to the year 9999 need 48 bits, and a double has 53"
)]
pub(crate) fn print(timestamp: Timestamp) -> String {
    let seconds = timestamp.as_millis() as f64 / 1000.0;
    if seconds.abs() < 1e7 {
        return format!("{seconds:?}");
    }
    let text = format!("{seconds:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

/// Returns the text of [`print()`] as a JSON value.
pub(crate) fn raw(timestamp: Timestamp) -> Box<RawValue> {
    RawValue::from_string(print(timestamp)).expect("a number in Java's format is valid JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_the_format_of_javas_double_to_string() {
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
