//! Evaluates a syntax tree.

use std::cmp::Ordering;

use jmespath::Variable;
use jmespath::ast::{Ast, Comparator};
use serde_json::Value;

use crate::output::query::budget::{Budget, size};
use crate::output::query::error::EvaluationError;
use crate::output::query::functions::{self, Argument};
use crate::output::query::number::{self, equal};
use crate::output::query::rewrite::Literals;
use crate::python;

/// Evaluates the trees of one expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evaluator<'a> {
    literals: &'a Literals,
    budget: &'a Budget,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(literals: &'a Literals, budget: &'a Budget) -> Self {
        Self { literals, budget }
    }

    /// Returns the value of a tree. `current` is the value of `@`.
    pub(super) fn value(self, node: &Ast, current: &Value) -> Result<Value, EvaluationError> {
        let value = self.evaluate(node, current)?;
        self.budget.spend(size(&value))?;
        Ok(value)
    }

    fn evaluate(self, node: &Ast, current: &Value) -> Result<Value, EvaluationError> {
        match node {
            Ast::Identity { .. } => Ok(current.clone()),
            Ast::Field { name, .. } => Ok(current.get(name).cloned().unwrap_or_default()),
            Ast::Index { idx, .. } => Ok(item(current, *idx)),
            Ast::Slice {
                start, stop, step, ..
            } => slice(current, *start, *stop, *step),
            Ast::Literal { offset, value, .. } => Ok(self.literal(*offset, value)),
            Ast::Subexpr { lhs, rhs, .. } => self.value(rhs, &self.value(lhs, current)?),
            Ast::Projection { lhs, rhs, .. } => self.projection(self.value(lhs, current)?, rhs),
            Ast::Flatten { node, .. } => Ok(flat(self.value(node, current)?)),
            Ast::ObjectValues { node, .. } => Ok(members(self.value(node, current)?)),
            Ast::Function { name, args, .. } => self.call(name, args, current),
            Ast::Expref { .. } => Err(EvaluationError(
                "an expression (&) is allowed as an argument of a function only".to_owned(),
            )),
            Ast::MultiList { .. } | Ast::MultiHash { .. } if current.is_null() => Ok(Value::Null),
            Ast::MultiList { elements, .. } => {
                let elements = elements.iter().map(|element| self.value(element, current));
                elements.collect()
            }
            Ast::MultiHash { elements, .. } => {
                let members = elements
                    .iter()
                    .map(|pair| Ok((pair.key.clone(), self.value(&pair.value, current)?)));
                Ok(Value::Object(members.collect::<Result<_, _>>()?))
            }
            _ => self.logic(node, current),
        }
    }

    fn logic(self, node: &Ast, current: &Value) -> Result<Value, EvaluationError> {
        match node {
            Ast::Not { node, .. } => Ok(Value::Bool(is_false(&self.value(node, current)?))),
            Ast::Or { lhs, rhs, .. } => match self.value(lhs, current)? {
                left if is_false(&left) => self.value(rhs, current),
                left => Ok(left),
            },
            Ast::And { lhs, rhs, .. } => match self.value(lhs, current)? {
                left if is_false(&left) => Ok(left),
                _ => self.value(rhs, current),
            },
            Ast::Comparison {
                comparator,
                lhs,
                rhs,
                ..
            } => {
                let left = self.value(lhs, current)?;
                compared(comparator, &left, &self.value(rhs, current)?)
            }
            _ => Ok(Value::Null),
        }
    }

    /// Returns the value of a literal. Values of JSON literals are stored separately by offset.
    fn literal(self, offset: usize, value: &Variable) -> Value {
        match (self.literals.get(&offset), value) {
            (Some(value), _) => value.clone(),
            (None, Variable::String(text)) => Value::String(text.clone()),
            (None, _) => Value::Null,
        }
    }

    /// Evaluates a tree for each item of a list and drops null values.
    ///
    /// In Python's parser, a hash ends the projection: what follows `[].{a: b}` is applied to the list as a whole.
    fn projection(self, list: Value, node: &Ast) -> Result<Value, EvaluationError> {
        if let Ast::Condition {
            predicate, then, ..
        } = node
        {
            return self.projection(self.filtered(list, predicate)?, then);
        }
        match leading_hash(node) {
            Some(hash) => self.after_hash(node, self.for_each(list, hash)?),
            None => self.for_each(list, node),
        }
    }

    fn filtered(self, list: Value, predicate: &Ast) -> Result<Value, EvaluationError> {
        let Value::Array(items) = list else {
            return Ok(Value::Null);
        };
        let mut selected = Vec::new();
        for item in items {
            if !is_false(&self.value(predicate, &item)?) {
                selected.push(item);
            }
        }
        Ok(Value::Array(selected))
    }

    fn for_each(self, list: Value, node: &Ast) -> Result<Value, EvaluationError> {
        let Value::Array(items) = list else {
            return Ok(Value::Null);
        };
        let values = items.iter().map(|item| self.value(node, item));
        let values = values.filter(|value| !matches!(value, Ok(Value::Null)));
        values.collect()
    }

    /// Evaluates a tree whose leading hash has this value.
    fn after_hash(self, node: &Ast, hash: Value) -> Result<Value, EvaluationError> {
        match node {
            Ast::Subexpr { lhs, rhs, .. } => self.value(rhs, &self.after_hash(lhs, hash)?),
            Ast::Projection { lhs, rhs, .. } => self.projection(self.after_hash(lhs, hash)?, rhs),
            Ast::Flatten { node, .. } => Ok(flat(self.after_hash(node, hash)?)),
            Ast::ObjectValues { node, .. } => Ok(members(self.after_hash(node, hash)?)),
            _ => Ok(hash),
        }
    }

    fn call(
        self,
        name: &str,
        arguments: &[Ast],
        current: &Value,
    ) -> Result<Value, EvaluationError> {
        let arguments = arguments.iter().map(|argument| match argument {
            Ast::Expref { ast, .. } => {
                Ok(Argument::Expression(Box::new(|item| self.value(ast, item))))
            }
            other => self.value(other, current).map(Argument::Value),
        });
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        functions::call(self.budget, name, &arguments)
    }
}

/// Returns the hash with which a tree begins.
fn leading_hash(node: &Ast) -> Option<&Ast> {
    match node {
        Ast::MultiHash { .. } => Some(node),
        Ast::Subexpr { lhs: first, .. }
        | Ast::Projection { lhs: first, .. }
        | Ast::Flatten { node: first, .. }
        | Ast::ObjectValues { node: first, .. } => leading_hash(first),
        _ => None,
    }
}

/// Returns whether a value is false in JMESPath. Zero is true.
fn is_false(value: &Value) -> bool {
    !value.is_number() && python::is_falsy(value)
}

/// Compares numbers and strings. An ordering of other types is null.
fn compared(
    comparator: &Comparator,
    left: &Value,
    right: &Value,
) -> Result<Value, EvaluationError> {
    type Predicate = fn(Ordering) -> bool;
    let (sign, predicate): (_, Predicate) = match comparator {
        Comparator::Equal => return Ok(Value::Bool(equal_values(left, right))),
        Comparator::NotEqual => return Ok(Value::Bool(!equal_values(left, right))),
        Comparator::LessThan => ("<", Ordering::is_lt),
        Comparator::LessThanEqual => ("<=", Ordering::is_le),
        Comparator::GreaterThan => (">", Ordering::is_gt),
        Comparator::GreaterThanEqual => (">=", Ordering::is_ge),
    };
    let has_order = |value: &Value| value.is_number() || value.is_string();
    if !has_order(left) || !has_order(right) {
        return Ok(Value::Null);
    }
    Ok(Value::Bool(predicate(number::order(sign, left, right)?)))
}

/// In Python `1` equals `True`. JMESPath distinguishes them, but not inside lists and objects.
fn equal_values(left: &Value, right: &Value) -> bool {
    left.is_boolean() == right.is_boolean() && equal(left, right)
}

fn item(list: &Value, index: i32) -> Value {
    let Value::Array(items) = list else {
        return Value::Null;
    };
    let distance = index.unsigned_abs() as usize;
    let index = match index {
        ..0 => items.len().checked_sub(distance),
        0.. => Some(distance),
    };
    let item = index.and_then(|index| items.get(index));
    item.cloned().unwrap_or_default()
}

/// Python's slice: negative positions count from the end, and positions outside the list are clamped.
fn slice(
    list: &Value,
    start: Option<i32>,
    stop: Option<i32>,
    step: i32,
) -> Result<Value, EvaluationError> {
    let Value::Array(items) = list else {
        return Ok(Value::Null);
    };
    if step == 0 {
        return Err(EvaluationError("slice step cannot be zero".to_owned()));
    }
    let (length, step) = (items.len() as i64, i64::from(step));
    let (first, last) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let position = |position: i32| match i64::from(position) {
        position @ ..0 => (position + length).clamp(first, last),
        position => position.clamp(first, last),
    };
    let (from, to) = if step > 0 {
        (first, last)
    } else {
        (last, first)
    };
    let stop = stop.map_or(to, position);
    let positions = std::iter::successors(Some(start.map_or(from, position)), |it| Some(it + step));
    let positions = positions.take_while(|&it| if step > 0 { it < stop } else { it > stop });
    let items = positions.filter_map(|it| items.get(usize::try_from(it).ok()?));
    Ok(items.cloned().collect())
}

fn members(object: Value) -> Value {
    match object {
        Value::Object(members) => members.into_iter().map(|(_, value)| value).collect(),
        _ => Value::Null,
    }
}

fn flat(list: Value) -> Value {
    let Value::Array(items) = list else {
        return Value::Null;
    };
    let items = items.into_iter().flat_map(|item| match item {
        Value::Array(items) => items,
        other => vec![other],
    });
    items.collect()
}
