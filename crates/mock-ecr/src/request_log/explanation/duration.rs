//! Formats durations for readers.

/// Formats a duration with its two largest units, such as `2 h 59 min`.
pub(super) fn readable(millis: i64) -> String {
    let mut rest = millis.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, size) in UNITS {
        let number = rest / size;
        rest %= size;
        if number > 0 && parts.len() < 2 {
            parts.push(format!("{number} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    match parts.is_empty() {
        true => "0 ms".to_owned(),
        false => parts.join(" "),
    }
}

/// Formats the time between an end and a request, such as `40 min before this request, at`. The caller appends the timestamp.
pub(super) fn before_request(millis: i64) -> String {
    match millis {
        0 => "at the time of this request,".to_owned(),
        millis => format!("{} before this request, at", readable(millis)),
    }
}

const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1000),
    ("ms", 1),
];

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn the_two_largest_units_are_printed() {
        for (millis, expected) in [
            (0, "0 ms"),
            (80, "80 ms"),
            (2_400_000, "40 min"),
            (10_799_999, "2 h 59 min"),
            (-90_000, "1 min 30 s"),
            (86_400_001, "1 d"),
            (i64::MIN, "106751991167 d 7 h"),
        ] {
            assert_eq!(readable(millis), expected);
        }
    }
}
