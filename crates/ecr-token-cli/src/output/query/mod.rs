//! `--query`: JMESPath with the rules of Python's library, which v1 uses.
//!
//! The crate `jmespath` is used as the parser only. Its values sort the keys of objects and change the form of numbers, which
//! would be visible in the output. The syntax tree is therefore evaluated here on the original document.
//!
//! Differences from v1:
//!
//! - A slice with two adjacent numbers is an error. Python accepts it.
//! - What follows `a.*.b`, or a slice after an index, belongs to the projection. Python ends the projection there.
//! - An expression (`&`) is a value only as an argument of a function that accepts one.
//! - Text in a literal that is not JSON, such as `NaN`, is a string.

use jmespath::ErrorReason;
use jmespath::ast::Ast;
use serde_json::Value;

use crate::error::Error;
use budget::Budget;
use evaluate::Evaluator;
use rewrite::Literals;

mod budget;
mod error;
mod evaluate;
mod functions;
mod number;
mod rewrite;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Query {
    syntax: Ast,
    literals: Literals,
}

impl Query {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Returns an error for an invalid expression.
    pub(crate) fn compile(expression: &str) -> Result<Self, Error> {
        let bad = |reason| Error::Query {
            expression: expression.to_owned(),
            reason,
        };
        if expression.is_empty() {
            return Err(bad(EMPTY.to_owned()));
        }
        let (text, literals) = rewrite::rewrite(expression).map_err(bad)?;
        let syntax = jmespath::parse(&text).map_err(|error| match error.reason {
            _ if error.offset >= text.len() => bad(incomplete(expression)),
            ErrorReason::Parse(reason) => bad(reason),
            other => bad(other.to_string()),
        })?;
        Ok(Self { syntax, literals })
    }

    /// Evaluates the expression on a document.
    ///
    /// # Errors
    /// Returns an error for an unknown function, invalid arguments, values that cannot be compared, and values that exceed the
    /// memory limit.
    pub(crate) fn search(&self, document: &Value) -> Result<Value, Error> {
        Evaluator::new(&self.literals, &Budget::default())
            .value(&self.syntax, document)
            .map_err(|failure| Error::Evaluation(failure.0))
    }
}

/// The text is Python's.
const EMPTY: &str = "Invalid JMESPath expression: cannot be empty.";

/// The text is Python's. The pointer is after the last character.
fn incomplete(expression: &str) -> String {
    let pointer = " ".repeat(expression.chars().count() + 1);
    format!("Invalid jmespath expression: Incomplete expression:\n\"{expression}\"\n{pointer}^")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        r#"{"z": [{"n": 1.50, "s": "é"}, {"n": 2, "s": "b"}], "a": {"y": 1, "x": [[1], 2]}}"#;

    fn searched(expression: &str) -> Result<String, Error> {
        let document = serde_json::from_str(DOCUMENT).unwrap();
        let value = Query::compile(expression)?.search(&document)?;
        Ok(value.to_string())
    }

    /// Recorded from jmespath 1.1.0 with Python 3.11, except for JSON's white space.
    #[test]
    fn expressions_have_the_same_values_as_in_python() {
        for (expression, value) in [
            ("a", r#"{"y":1,"x":[[1],2]}"#),
            ("{b: a.y, a: z[0].n}", r#"{"b":1,"a":1.50}"#),
            (r#"`{"b": 1, "a": 2.50}`"#, r#"{"b":1,"a":2.50}"#),
            ("`foo`", r#""foo""#),
            ("` foo`", r#""foo""#),
            ("``", r#""""#),
            (r#"`"a\`b"`"#, r#""a`b""#),
            (r"'it\'s `'", r#""it's `""#),
            (r#""a"."y""#, "1"),
            ("z[].n", "[1.50,2]"),
            ("z[?s=='b'].n | [0]", "2"),
            ("z[::-1].s", r#"["b","é"]"#),
            ("z[5]", "null"),
            ("z[-1].s", r#""b""#),
            ("a.*", "[1,[[1],2]]"),
            ("a.x[]", "[1,2]"),
            ("a.x[*].foo", "[]"),
            ("z[].{a: n}.a", "null"),
            ("z[*].{a: n}[0]", r#"{"a":1.50}"#),
            ("z[?n].{a: n}[1].a", "2"),
            ("a.missing.[y]", "null"),
            ("!a.y", "null"),
            ("!(a.y)", "false"),
            ("!`0`", "false"),
            ("!`[]`", "true"),
            ("a.y && 'yes' || 'no'", r#""yes""#),
            ("`1` == `true`", "false"),
            ("`1` == `1.0`", "true"),
            ("`[1]` == `[true]`", "true"),
            ("`true` > `0`", "null"),
            ("'b' > 'a'", "true"),
        ] {
            assert_eq!(searched(expression).unwrap(), value, "{expression}");
        }
    }

    #[test]
    fn an_expression_that_multiplies_the_document_is_an_error() {
        let doubling = format!("@{}", "|[@, @]".repeat(100));
        let joining = format!("'aa'{}", "|join(@, [@, @, @])".repeat(60));
        let quoting = format!("@{}", "|to_string([@])".repeat(100));
        for expression in [doubling, joining, quoting] {
            let error = searched(&expression).unwrap_err().to_string();
            assert!(error.contains("more than 50 MB"), "{error}");
        }
    }

    #[test]
    fn invalid_expressions_are_rejected_when_compiled() {
        for expression in [
            "", "[", "a b", "a.", "a = b", "{a:}", "[,]", "a)", "`a", "é",
        ] {
            let error = Query::compile(expression).unwrap_err();
            let start = format!("Bad value for --query {expression}: ");
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn a_syntax_error_points_at_its_position() {
        for (expression, reason) in [
            ("", "Invalid JMESPath expression: cannot be empty."),
            (
                "let $x = `1` in $x",
                "Bad jmespath expression: Unknown token $:\nlet $x = `1` in $x\n    ^",
            ),
            (
                "a[?",
                "Invalid jmespath expression: Incomplete expression:\n\"a[?\"\n    ^",
            ),
            (
                "a.{b:c",
                "Invalid jmespath expression: Incomplete expression:\n\"a.{b:c\"\n       ^",
            ),
        ] {
            let error = Query::compile(expression).unwrap_err();
            let expected = format!("Bad value for --query {expression}: {reason}");
            assert_eq!(error.to_string(), expected);
        }
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn an_evaluation_error_names_the_reason() {
        for (expression, text) in [
            ("foo()", "Unknown function: foo()"),
            ("z[::0]", "slice step cannot be zero"),
            (
                "a.y > 's'",
                "'>' not supported between instances of 'int' and 'str'",
            ),
        ] {
            let error = searched(expression).unwrap_err();
            assert_eq!(error.to_string(), text, "{expression}");
        }
    }

    #[test]
    fn an_expression_may_be_long_but_not_deep() {
        let long = format!("'{}'", "x".repeat(100_000));
        assert!(Query::compile(&long).is_ok());
        let deep = format!("{}@{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(Query::compile(&deep).is_err());
    }
}
