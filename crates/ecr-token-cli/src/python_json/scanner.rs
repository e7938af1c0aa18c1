//! Reads the strings, the numbers and the words of a JSON text.

use serde_json::Value;

use crate::python_json::fault::Fault;

/// Reads a text by code points and stops at the same position as Python.
pub(super) struct Scanner<'a> {
    text: &'a [char],
    offset: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [char]) -> Self {
        Self { text, offset: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.offset).copied()
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.offset += count;
    }

    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.offset += 1;
        }
    }

    /// Returns an error at the current position.
    pub(super) fn error<T>(&self, message: &'static str) -> Result<T, Fault> {
        Err(Fault::Syntax {
            message,
            offset: self.offset,
        })
    }

    /// Reads a string from its opening to its closing quote.
    pub(super) fn string(&mut self) -> Result<String, Fault> {
        let start = self.offset;
        let mut string = String::new();
        self.offset += 1;
        loop {
            match self.peek() {
                Some('"') => break,
                Some('\\') if self.offset + 1 < self.text.len() => string.push(self.escape()?),
                Some('\\') | None => {
                    self.offset = start;
                    return self.error("Unterminated string starting at");
                }
                Some(c) if c < ' ' => return self.error("Invalid control character at"),
                Some(c) => {
                    string.push(c);
                    self.offset += 1;
                }
            }
        }
        self.offset += 1;
        Ok(string)
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let c = match self.text[self.offset + 1] {
            'u' => return self.code_point(),
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => return self.error("Invalid \\escape"),
        };
        self.offset += 2;
        Ok(c)
    }

    /// Reads the escape of a code point, which consists of two escapes if it is beyond U+FFFF.
    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.code_unit()?;
        let is_escape = self.text[self.offset..].starts_with(&['\\', 'u']);
        if !(0xd800..0xdc00).contains(&first) || !is_escape {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let after_first = self.offset;
        let second = self.code_unit()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.offset = after_first;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Reads `\uXXXX`. Python requires one more character after the digits: the closing quote.
    fn code_unit(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.offset + 2..self.offset + 6);
        let unit = digits.and_then(|digits| {
            let digits = digits.iter().map(|c| c.to_digit(16));
            digits.reduce(|unit, digit| Some(unit? * 16 + digit?))?
        });
        match unit {
            Some(unit) if self.offset + 6 < self.text.len() => {
                self.offset += 6;
                Ok(unit)
            }
            _ => {
                self.offset += 1;
                self.error("Invalid \\uXXXX escape")
            }
        }
    }

    /// Reads a word or a number. Python ends a number at the first character that cannot continue it, and reports the
    /// character after it.
    pub(super) fn scalar(&mut self) -> Result<Value, Fault> {
        let rest = &self.text[self.offset..];
        let is_next =
            |(word, _): &&(&str, Word)| word.chars().eq(rest.iter().copied().take(word.len()));
        if let Some((word, value)) = WORDS.iter().find(is_next) {
            self.offset += word.len();
            return Ok(value());
        }
        let token: String = rest[..number(rest)].iter().collect();
        let digits = token.trim_start_matches('-').len();
        if digits > MAX_DIGITS && !token.contains(['.', 'e', 'E']) {
            return Err(Fault::Digits(digits));
        }
        let Ok(number) = token.parse() else {
            return self.error("Expecting value");
        };
        self.offset += token.len();
        Ok(Value::Number(number))
    }
}

/// Returns the number of characters of the number at the start of a text.
fn number(text: &[char]) -> usize {
    let digits = |from: usize| {
        let digits = text.iter().skip(from);
        digits.take_while(|c| c.is_ascii_digit()).count()
    };
    let sign = usize::from(text.first() == Some(&'-'));
    let mut end = sign
        + match text.get(sign) {
            Some('0') => 1,
            _ => digits(sign),
        };
    if end == sign {
        return 0;
    }
    if text.get(end) == Some(&'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(text.get(end), Some('e' | 'E')) {
        let signed = usize::from(matches!(text.get(end + 1), Some('+' | '-')));
        match digits(end + 1 + signed) {
            0 => {}
            count => end += 1 + signed + count,
        }
    }
    end
}

/// Returns the value of a word.
type Word = fn() -> Value;

/// `Value` has no infinities: a number that is too large for a double has the same meaning. It has no NaN either, which becomes null.
const WORDS: &[(&str, Word)] = &[
    ("null", || Value::Null),
    ("true", || Value::Bool(true)),
    ("false", || Value::Bool(false)),
    ("NaN", || Value::Null),
    ("Infinity", || infinity("1e999")),
    ("-Infinity", || infinity("-1e999")),
];

fn infinity(number: &str) -> Value {
    number.parse().map_or(Value::Null, Value::Number)
}

/// The limit of `int` in Python.
const MAX_DIGITS: usize = 4300;
