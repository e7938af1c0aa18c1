//! The functions of JMESPath, as in Python's library.

use serde_json::Value;

use crate::output::query::budget::Budget;
use crate::output::query::error::EvaluationError;
use crate::output::query::functions::argument::{list, value_type, values, wrong_type};
use crate::python;
use Body::{Costly, Keyed, List, Values};

mod argument;
mod builtins;

pub(super) use argument::Argument;

/// Calls a function by name.
///
/// # Errors
/// Returns an error for an unknown function, a wrong number of arguments, or an argument of the wrong type.
pub(super) fn call(
    budget: &Budget,
    name: &str,
    arguments: &[Argument<'_>],
) -> Result<Value, EvaluationError> {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        return Err(EvaluationError(format!("Unknown function: {name}()")));
    };
    function.check_count(arguments.len())?;
    for (argument, types) in arguments.iter().zip(function.parameters) {
        function.check_type(argument, types)?;
    }
    match function.body {
        Values(body) => body(&values(arguments)),
        List(body) => body(list(&arguments[0])),
        Keyed(body) => body(arguments),
        Costly(body) => body(budget, arguments),
    }
}

/// The accepted types of a parameter. `array-number` is a list of numbers.
type Types = &'static [&'static str];

/// A function: its name, the accepted types of each parameter (empty: any type), and its implementation.
struct Function {
    name: &'static str,
    parameters: &'static [Types],
    count: Count,
    body: Body,
}

enum Count {
    Exact,
    AtLeast,
}

/// The implementation of a function, by the arguments it takes.
enum Body {
    Values(fn(&[&Value]) -> Result<Value, EvaluationError>),
    List(fn(&[Value]) -> Result<Value, EvaluationError>),
    Keyed(fn(&[Argument<'_>]) -> Result<Value, EvaluationError>),
    /// The result can be much larger than all arguments together.
    Costly(fn(&Budget, &[Argument<'_>]) -> Result<Value, EvaluationError>),
}

impl Function {
    fn check_count(&self, given: usize) -> Result<(), EvaluationError> {
        let (name, expected) = (self.name, self.parameters.len());
        let (fits, least) = match self.count {
            Count::Exact => (given == expected, ""),
            Count::AtLeast => (given >= expected, "at least "),
        };
        if fits {
            return Ok(());
        }
        let s = if expected == 1 { "" } else { "s" };
        Err(EvaluationError(format!(
            "Expected {least}{expected} argument{s} for function {name}(), received {given}"
        )))
    }

    fn check_type(&self, argument: &Argument<'_>, types: &[&str]) -> Result<(), EvaluationError> {
        let value = match argument {
            Argument::Value(_) if types.is_empty() => return Ok(()),
            Argument::Value(value) => value,
            Argument::Expression(_) if types.contains(&"expref") => return Ok(()),
            Argument::Expression(_) => {
                return Err(self.wrong_type("an expression", "expref", types));
            }
        };
        let class = value_type(value);
        let takes = |name: &&str| name.split('-').next() == Some(class);
        if !types.iter().any(takes) {
            return Err(self.wrong_type(&python::str(value), class, types));
        }
        self.check_items(list(argument), types)
    }

    /// Checks the types of items: all items must have the same type as the first one.
    fn check_items(&self, items: &[Value], types: &[&str]) -> Result<(), EvaluationError> {
        let mut expected = types
            .iter()
            .filter_map(|name| name.split_once('-'))
            .peekable();
        let (Some(first), Some(_)) = (items.first(), expected.peek()) else {
            return Ok(());
        };
        let expected = expected.find(|(_, item)| *item == value_type(first));
        let expected = expected.map(|(_, item)| item);
        match items.iter().find(|item| Some(value_type(item)) != expected) {
            None => Ok(()),
            Some(item) => Err(self.wrong_type(&python::str(item), python::class(item), types)),
        }
    }

    fn wrong_type(&self, value: &str, class: &str, types: &[&str]) -> EvaluationError {
        wrong_type(self.name, value, class, types)
    }
}

const ANY: Types = &[];
const NUMBER: Types = &["number"];
const STRING: Types = &["string"];
const ARRAY: Types = &["array"];
const OBJECT: Types = &["object"];
const EXPRESSION: Types = &["expref"];
const NUMBERS: Types = &["array-number"];
const STRINGS: Types = &["array-string"];
const NUMBERS_OR_STRINGS: Types = &["array-number", "array-string"];
const STRINGS_OR_NUMBERS: Types = &["array-string", "array-number"];
const ARRAY_OR_STRING: Types = &["array", "string"];
const SIZED: Types = &["string", "array", "object"];

const fn function(name: &'static str, parameters: &'static [Types], body: Body) -> Function {
    Function {
        name,
        parameters,
        count: Count::Exact,
        body,
    }
}

const fn variadic(name: &'static str, parameters: &'static [Types], body: Body) -> Function {
    Function {
        name,
        parameters,
        count: Count::AtLeast,
        body,
    }
}

static FUNCTIONS: &[Function] = &[
    function("abs", &[NUMBER], Values(builtins::abs)),
    function("avg", &[NUMBERS], List(builtins::avg)),
    function("ceil", &[NUMBER], Values(builtins::ceil)),
    function(
        "contains",
        &[ARRAY_OR_STRING, ANY],
        Values(builtins::contains),
    ),
    function("ends_with", &[STRING, STRING], Values(builtins::ends_with)),
    function("floor", &[NUMBER], Values(builtins::floor)),
    function("join", &[STRING, STRINGS], Costly(builtins::join)),
    function("keys", &[OBJECT], Values(builtins::keys)),
    function("length", &[SIZED], Values(builtins::length)),
    function("map", &[EXPRESSION, ARRAY], Keyed(builtins::map)),
    function("max", &[NUMBERS_OR_STRINGS], List(builtins::max)),
    function("max_by", &[ARRAY, EXPRESSION], Keyed(builtins::max_by)),
    variadic("merge", &[OBJECT], Values(builtins::merge)),
    function("min", &[NUMBERS_OR_STRINGS], List(builtins::min)),
    function("min_by", &[ARRAY, EXPRESSION], Keyed(builtins::min_by)),
    variadic("not_null", &[ANY], Values(builtins::not_null)),
    function("reverse", &[ARRAY_OR_STRING], Values(builtins::reverse)),
    function("sort", &[STRINGS_OR_NUMBERS], List(builtins::sort)),
    function("sort_by", &[ARRAY, EXPRESSION], Keyed(builtins::sort_by)),
    function(
        "starts_with",
        &[STRING, STRING],
        Values(builtins::starts_with),
    ),
    function("sum", &[NUMBERS], List(builtins::sum)),
    function("to_array", &[ANY], Values(builtins::to_array)),
    function("to_number", &[ANY], Values(builtins::to_number)),
    function("to_string", &[ANY], Values(builtins::to_string)),
    function("type", &[ANY], Values(builtins::type_of)),
    function("values", &[OBJECT], Values(builtins::member_values)),
];

#[cfg(test)]
mod tests {
    use super::super::Query;
    use serde_json::Value;

    fn searched(expression: &str) -> String {
        let value = Query::compile(expression).and_then(|query| query.search(&Value::Null));
        value.map_or_else(|error| error.to_string(), |value| value.to_string())
    }

    /// Recorded from jmespath 1.1.0 with Python 3.11, except for JSON's white space.
    #[test]
    fn functions_return_the_same_values_as_in_python() {
        for (expression, value) in [
            ("abs(`-1.50`)", "1.5"),
            ("avg(`[1, 2]`)", "1.5"),
            ("avg(`[]`)", "null"),
            ("ceil(`1.2`)", "2"),
            ("ceil(`-0.5`)", "0"),
            ("floor(`1e22`)", "10000000000000000000000"),
            ("contains('abc', 'b')", "true"),
            ("contains(`[1]`, `true`)", "true"),
            ("ends_with('abc', 'c')", "true"),
            ("join(',', `[\"a\", \"b\"]`)", "\"a,b\""),
            (r#"keys(`{"b": 1, "a": 2}`)"#, r#"["b","a"]"#),
            ("length('é😀')", "2"),
            ("map(&a, `[{}, 1]`)", "[null,null]"),
            ("max(`[1, 1.0, 0]`)", "1"),
            ("min(`[]`)", "null"),
            (
                r#"max_by(`[{"a": 1, "b": 1}, {"a": 1}]`, &a)"#,
                r#"{"a":1,"b":1}"#,
            ),
            (
                r#"merge(`{"b": 1, "a": 2}`, `{"b": 3}`)"#,
                r#"{"b":3,"a":2}"#,
            ),
            ("not_null(`null`, `1`)", "1"),
            ("reverse('aé')", "\"éa\""),
            ("sort(`[2, 1.0]`)", "[1.0,2]"),
            (r#"sort_by(`[{"a": 2}, {"a": 1}]`, &a)[].a"#, "[1,2]"),
            ("sum(`[1, 2.5]`)", "3.5"),
            ("sum(`[]`)", "0"),
            ("to_string(sum(`[1e308, 1e308]`))", "\"Infinity\""),
            ("to_array('x')", "[\"x\"]"),
            ("to_number(' 1_0 ')", "10"),
            ("to_number('-007')", "-7"),
            ("to_number('1e3')", "1000.0"),
            ("to_number('x')", "null"),
            ("to_string(`1.50`)", "\"1.5\""),
            (
                "to_string(`[1, \"é😀\"]`)",
                r#""[1,\"\\u00e9\\ud83d\\ude00\"]""#,
            ),
            ("type(`null`)", "\"null\""),
        ] {
            assert_eq!(searched(expression), value, "{expression}");
        }
    }

    /// Recorded from AWS CLI 1.46.3.
    #[test]
    fn a_type_error_names_the_value_and_the_expected_types() {
        for (expression, text) in [
            (
                "length()",
                "Expected 1 argument for function length(), received 0",
            ),
            (
                "not_null()",
                "Expected at least 1 argument for function not_null(), received 0",
            ),
            (
                "length(`1`)",
                "In function length(), invalid type for value: 1, expected one of: ['string', 'array', 'object'], received: \"number\"",
            ),
            (
                "sort(`[1, \"a\"]`)",
                "In function sort(), invalid type for value: a, expected one of: ['array-string', 'array-number'], received: \"str\"",
            ),
        ] {
            assert_eq!(searched(expression), text, "{expression}");
        }
    }
}
