//! Rewrites an expression for the parser of the crate `jmespath`, and removes its literals.
//!
//! The parser rejects some syntax that Python's accepts, and accepts one form that Python's rejects.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

/// The JSON literals of an expression, by their offset in the rewritten text.
pub(super) type Literals = BTreeMap<usize, Value>;

/// Rewrites an expression.
///
/// # Errors
/// Returns an error for an unknown character, an invalid literal, items without a comma between them, and more operators
/// than can be nested safely.
pub(super) fn rewrite(expression: &str) -> Result<(String, Literals), String> {
    let mut spelling = Rewriter::default();
    let mut characters = expression.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '`' => spelling.literal(&quoted(&mut characters, character)?)?,
            '"' | '\'' => spelling.quoted(character, &quoted(&mut characters, character)?)?,
            '0'..='9' | '-' => {
                match word(character, &mut characters, |c| c.is_ascii_digit()).as_str() {
                    "-" => return Err(unknown(expression, offset, "'-'")),
                    digits => spelling.number(digits)?,
                }
            }
            '_' | 'a'..='z' | 'A'..='Z' => {
                let is_of_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
                spelling.operand(&word(character, &mut characters, is_of_name))?;
            }
            '@' => spelling.operand("@")?,
            ' ' | '\t' | '\r' | '\n' => spelling.text.push(character),
            _ if ".*[]?,:(){}|&<>!=".contains(character) => spelling.operator(character),
            _ => return Err(unknown(expression, offset, &character.to_string())),
        }
    }
    match spelling.operators {
        0..=MAX_OPERATORS => Ok((spelling.text, spelling.literals)),
        _ => Err(format!(
            "the expression has more than {MAX_OPERATORS} operators"
        )),
    }
}

/// The text rewritten so far.
#[derive(Debug, Default)]
struct Rewriter {
    text: String,
    literals: Literals,
    operators: usize,
    /// The open brackets.
    brackets: Vec<char>,
    /// Whether an operand has just ended, so that another one cannot follow.
    has_operand: bool,
    /// The offset of a comma after an argument, until something follows it.
    comma: Option<usize>,
}

impl Rewriter {
    /// The parser requires a comma between operands in `{}` and Python does not; in `[]` it is the other way round.
    fn operand(&mut self, text: &str) -> Result<(), String> {
        match self.brackets.last() {
            Some('[') if self.has_operand => {
                return Err(format!("expected a comma before {text}"));
            }
            Some('{') if self.has_operand => self.text.push(','),
            _ => {}
        }
        self.text.push_str(text);
        self.has_operand = true;
        self.comma = None;
        Ok(())
    }

    fn quoted(&mut self, quote: char, text: &str) -> Result<(), String> {
        self.operand(&format!("{quote}{text}{quote}"))
    }

    /// Writes `null` for a literal and stores its value by offset.
    fn literal(&mut self, literal: &str) -> Result<(), String> {
        self.operand(NULL)?;
        let offset = self.text.len() - NULL.len();
        self.literals.insert(offset, value(literal)?);
        Ok(())
    }

    /// The parser's numbers have 32 bits and no negative zero. No list is longer.
    fn number(&mut self, digits: &str) -> Result<(), String> {
        let end = match digits.starts_with('-') {
            true => -i32::MAX,
            false => i32::MAX,
        };
        let number = digits.parse().unwrap_or(end).max(-i32::MAX);
        self.operand(&number.to_string())
    }

    /// Removes a comma after the last argument, which Python accepts and the parser rejects.
    fn operator(&mut self, operator: char) {
        let comma = self.comma.take();
        match (operator, comma) {
            (',', _) if self.has_operand && self.brackets.last() == Some(&'(') => {
                self.comma = Some(self.text.len());
            }
            (')', Some(comma)) => drop(self.text.remove(comma)),
            _ => {}
        }
        match operator {
            '[' | '{' | '(' => self.brackets.push(operator),
            ']' | '}' | ')' => drop(self.brackets.pop()),
            _ => {}
        }
        self.operators += 1;
        self.has_operand = matches!(operator, ']' | '}' | ')');
        self.text.push(operator);
    }
}

type Characters<'a> = Peekable<CharIndices<'a>>;

fn word(first: char, characters: &mut Characters<'_>, belongs: impl Fn(char) -> bool) -> String {
    let mut word = String::from(first);
    while let Some((_, character)) = characters.next_if(|&(_, character)| belongs(character)) {
        word.push(character);
    }
    word
}

/// Returns the text before the closing delimiter. A delimiter after a backslash does not close.
fn quoted(characters: &mut Characters<'_>, delimiter: char) -> Result<String, String> {
    let unclosed = || format!("the closing {delimiter} is missing");
    let mut text = String::new();
    loop {
        let (_, character) = characters.next().ok_or_else(unclosed)?;
        if character == delimiter {
            return Ok(text);
        }
        text.push(character);
        if character == '\\' {
            text.push(characters.next().ok_or_else(unclosed)?.1);
        }
    }
}

/// Parses JSON, or a bare string, which an early version of JMESPath allowed.
fn value(literal: &str) -> Result<Value, String> {
    let literal = literal.replace("\\`", "`");
    serde_json::from_str(&literal)
        .or_else(|_| serde_json::from_str(&format!("\"{}\"", literal.trim_start())))
        .map_err(|error| format!("the literal {literal} is not valid JSON ({error})"))
}

/// The text is Python's.
fn unknown(expression: &str, offset: usize, token: &str) -> String {
    let column = expression[..offset].chars().count();
    let pointer = format!("{}^", " ".repeat(column));
    format!("Bad jmespath expression: Unknown token {token}:\n{expression}\n{pointer}")
}

const NULL: &str = "`null`";

/// Parser and evaluator are recursive. So is Python, which fails after a thousand nested calls.
const MAX_OPERATORS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_rewritten_for_the_parser() {
        for (expression, spelling) in [
            ("`[1]` == `foo`", "`null` == `null`"),
            (r"'it\'s `'", r"'it\'s `'"),
            ("{a: b c: 'd'}", "{a: b ,c: 'd'}"),
            ("a[-0]", "a[0]"),
            ("a[:99999999999]", "a[:2147483647]"),
            ("a[-2147483648:]", "a[-2147483647:]"),
            ("f(a b)", "f(a b)"),
            ("f(a, )", "f(a )"),
            ("f(a,,)", "f(a,,)"),
        ] {
            let (rewritten, _) = rewrite(expression).unwrap();
            assert_eq!(rewritten, spelling);
        }
    }

    #[test]
    fn literals_are_stored_by_their_new_offset() {
        let (_, literals) = rewrite("`[1.0]`||`x y`").unwrap();
        let expected = [
            (0, serde_json::from_str("[1.0]").unwrap()),
            (8, "x y".into()),
        ];
        assert_eq!(literals, Literals::from(expected));
    }

    #[test]
    fn list_items_need_commas() {
        assert!(rewrite("[a b]").is_err());
        assert!(rewrite("[a[0] 'b']").is_err());
        assert!(rewrite("[a, f(b c)]").is_ok());
    }
}
