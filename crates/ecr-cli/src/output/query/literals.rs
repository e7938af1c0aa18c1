//! The first look at an expression: its literals, which are read here, and its depth, which is bounded.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

use serde_json::Value;

/// The JSON literals of an expression, by the offset at which the parser finds each.
pub(super) type Literals = BTreeMap<usize, Value>;

/// Replaces every JSON literal by `null`, so that the parser does not touch what is in it.
///
/// # Errors
/// A character that means nothing, a literal that is none, and more operators than can be nested safely.
pub(super) fn taken_out(expression: &str) -> Result<(String, Literals), String> {
    let mut rest = String::with_capacity(expression.len());
    let mut literals = Literals::new();
    let mut operators = 0;
    let mut characters = expression.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '`' => {
                let literal = quoted(&mut characters, character);
                let literal = literal.ok_or_else(|| unclosed(character))?;
                literals.insert(rest.len(), value(&literal)?);
                rest.push_str("`null`");
            }
            '"' | '\'' => {
                let text = quoted(&mut characters, character);
                let text = text.ok_or_else(|| unclosed(character))?;
                rest.extend([character, character]);
                rest.insert_str(rest.len() - 1, &text);
            }
            _ if is_of_the_grammar(character) => {
                operators += usize::from(character.is_ascii_punctuation());
                rest.push(character);
            }
            _ => return Err(unknown(expression, offset, character)),
        }
    }
    match operators {
        0..=MAX_OPERATORS => Ok((rest, literals)),
        _ => Err(format!("it has more than {MAX_OPERATORS} operators")),
    }
}

/// What stands before the closing delimiter; one behind a backslash does not close.
fn quoted(characters: &mut Peekable<CharIndices<'_>>, delimiter: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match characters.next()?.1 {
            '\\' => text.extend(['\\', characters.next()?.1]),
            character if character == delimiter => return Some(text),
            character => text.push(character),
        }
    }
}

/// JSON, or, as JMESPath had it once, a bare string.
fn value(literal: &str) -> Result<Value, String> {
    let literal = literal.replace("\\`", "`");
    serde_json::from_str(&literal)
        .or_else(|_| serde_json::from_str(&format!("\"{}\"", literal.trim_start())))
        .map_err(|error| format!("the literal {literal} is no JSON ({error})"))
}

fn is_of_the_grammar(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.*[]?,:@(){}|&-<>!= \t\r\n".contains(character)
}

/// The text is Python's.
fn unknown(expression: &str, offset: usize, character: char) -> String {
    let column = expression[..offset].chars().count();
    let pointer = format!("{}^", " ".repeat(column));
    format!("Bad jmespath expression: Unknown token {character}:\n{expression}\n{pointer}")
}

fn unclosed(delimiter: char) -> String {
    format!("there is no closing {delimiter}")
}

/// Parser and evaluator recurse, and so does Python, which gives up at a thousand calls.
const MAX_OPERATORS: usize = 1000;
