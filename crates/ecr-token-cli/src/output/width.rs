//! Measures text in columns as v1 does, which differs from the width on a terminal.

use icu_properties::CodePointMapData;
use icu_properties::props::EastAsianWidth;

/// Returns the number of columns. Wide, fullwidth and ambiguous characters take two columns, all others one, including
/// combining marks and controls.
pub(crate) fn columns(text: &str) -> usize {
    let widths = CodePointMapData::<EastAsianWidth>::new();
    let columns_of = |c| match widths.get(c) {
        EastAsianWidth::Wide | EastAsianWidth::Fullwidth | EastAsianWidth::Ambiguous => 2,
        _ => 1,
    };
    text.chars().map(columns_of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths recorded from AWS CLI 1.46.3.
    #[test]
    fn ambiguous_characters_count_as_wide_and_invisible_ones_as_narrow() {
        for (text, width) in [
            ("a", 1),
            ("é", 2),
            ("ж", 2),
            ("中", 2),
            ("Ａ", 2),
            ("ｱ", 1),
            ("😀", 2),
            ("e\u{301}", 3),
            ("\u{200d}\t\u{1b}", 3),
        ] {
            assert_eq!(columns(text), width, "{text:?}");
        }
    }
}
