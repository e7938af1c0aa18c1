//! Patterns of text with wildcards.

/// A pattern. `*` matches any number of bytes, and `?` matches one byte if it is a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    text: String,
    tokens: Vec<Token>,
    case: Case,
}

/// States whether upper-case and lower-case ASCII letters differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

/// What `?` matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuestionMark {
    /// A question mark.
    Literal,
    /// Any one byte.
    Wildcard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// This byte, which is in lower case if case is ignored.
    Byte(u8),
    AnyByte,
    AnyRun,
}

impl Glob {
    pub(crate) fn new(text: impl Into<String>, case: Case, question_mark: QuestionMark) -> Self {
        let text = text.into();
        let mut tokens = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            tokens.push(match byte {
                b'*' => Token::AnyRun,
                b'?' if question_mark == QuestionMark::Wildcard => Token::AnyByte,
                byte => Token::Byte(case.fold(byte)),
            });
        }
        // Several stars in a row match the same as one star.
        tokens.dedup_by(|one, other| [one, other].map(|token| *token) == [Token::AnyRun; 2]);
        Glob { text, tokens, case }
    }

    /// Returns the pattern as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the pattern matches the whole text.
    ///
    /// Only the last star is tried again, so the number of steps is at most the product of both lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let (mut token, mut at) = (0, 0);
        // The token after the last star, and the position in the text from which it and the following tokens must match.
        let mut after_star: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.tokens.get(token) {
                Some(Token::AnyRun) => {
                    token += 1;
                    after_star = Some((token, at));
                }
                Some(one) if one.matches(self.case.fold(text[at])) => {
                    token += 1;
                    at += 1;
                }
                _ => match &mut after_star {
                    Some((next, start)) => {
                        *start += 1;
                        (token, at) = (*next, *start);
                    }
                    None => return false,
                },
            }
        }
        matches!(self.tokens[token..], [] | [Token::AnyRun])
    }
}

impl Case {
    fn fold(self, byte: u8) -> u8 {
        match self {
            Case::Sensitive => byte,
            Case::Insensitive => byte.to_ascii_lowercase(),
        }
    }
}

impl Token {
    fn matches(self, byte: u8) -> bool {
        match self {
            Token::Byte(expected) => byte == expected,
            Token::AnyByte => true,
            Token::AnyRun => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_is_ignored_if_it_is_insensitive() {
        let glob = |case| Glob::new("dev-*", case, QuestionMark::Literal);
        assert!(glob(Case::Sensitive).matches("dev-1"));
        assert!(!glob(Case::Sensitive).matches("DEV-1"));
        assert!(glob(Case::Insensitive).matches("DEV-1"));
    }

    #[test]
    fn a_question_mark_is_literal_or_a_wildcard() {
        let glob = |question_mark| Glob::new("a?", Case::Sensitive, question_mark);
        assert!(glob(QuestionMark::Wildcard).matches("ab"));
        assert!(!glob(QuestionMark::Wildcard).matches("a"));
        assert!(glob(QuestionMark::Literal).matches("a?"));
        assert!(!glob(QuestionMark::Literal).matches("ab"));
    }

    #[test]
    fn many_stars_do_not_take_exponential_time() {
        let pattern = "*a".repeat(200) + "b";
        let glob = Glob::new(pattern, Case::Sensitive, QuestionMark::Literal);
        assert!(!glob.matches(&"a".repeat(10_000)));
    }

    /// Matches by recursion, which is simple and slow.
    fn naive(pattern: &[u8], text: &[u8], case: Case, question_mark: QuestionMark) -> bool {
        let rest = |pattern, text| naive(pattern, text, case, question_mark);
        match pattern {
            [] => text.is_empty(),
            [b'*', pattern @ ..] => (0..=text.len()).any(|skipped| rest(pattern, &text[skipped..])),
            [expected, pattern @ ..] => text.split_first().is_some_and(|(found, text)| {
                let is_wildcard = *expected == b'?' && question_mark == QuestionMark::Wildcard;
                let is_equal = match case {
                    Case::Sensitive => expected == found,
                    Case::Insensitive => expected.eq_ignore_ascii_case(found),
                };
                (is_wildcard || is_equal) && rest(pattern, text)
            }),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn it_matches_what_the_naive_matcher_matches(
            pattern in "[aAb?*é]{0,8}",
            text in "[aAb?*é]{0,10}",
        ) {
            for case in [Case::Sensitive, Case::Insensitive] {
                for question_mark in [QuestionMark::Literal, QuestionMark::Wildcard] {
                    let glob = Glob::new(pattern.as_str(), case, question_mark);
                    let expected = naive(pattern.as_bytes(), text.as_bytes(), case, question_mark);
                    prop_assert_eq!(glob.matches(&text), expected);
                }
            }
        }
    }
}
