//! Validates values against the subset of JSON Schema that the OpenAPI document uses.

use serde_json::Value;

/// Returns the location and the reason if a value does not match a schema of the document.
pub(crate) fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(fields) = schema.as_object() else {
        return Ok(());
    };
    for (keyword, expected) in fields {
        let valid = match keyword.as_str() {
            "$ref" => check(document, resolve(document, expected), value).is_ok(),
            "type" => types(expected).iter().any(|name| is(name, value)),
            "enum" => expected.as_array().unwrap().contains(value),
            "const" => expected == value,
            "oneOf" | "anyOf" => any(document, expected, value),
            "required" => has_required(expected, value),
            "properties" => check_properties(document, expected, value)?,
            "items" => all(document, expected, value),
            "maxItems" => value
                .as_array()
                .is_none_or(|all| all.len() as u64 <= expected.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|all| all.len() as u64 >= expected.as_u64().unwrap()),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= expected.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= expected.as_f64().unwrap()),
            "additionalProperties" => {
                check_additional(document, fields.get("properties"), expected, value)
            }
            "title" | "description" | "format" | "default" | "examples" => true,
            unknown => panic!("unsupported keyword {unknown}: {schema}"),
        };
        if !valid {
            return Err(format!("{value} does not match {keyword}: {expected}"));
        }
    }
    Ok(())
}

fn resolve<'d>(document: &'d Value, reference: &Value) -> &'d Value {
    let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("unresolved reference {reference}"))
}

fn types(expected: &Value) -> Vec<&str> {
    match expected {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    }
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn any(document: &Value, schemas: &Value, value: &Value) -> bool {
    let mut schemas = schemas.as_array().unwrap().iter();
    schemas.any(|schema| check(document, schema, value).is_ok())
}

fn has_required(names: &Value, value: &Value) -> bool {
    let mut names = names.as_array().unwrap().iter();
    names.all(|name| value.get(name.as_str().unwrap()).is_some())
}

fn all(document: &Value, schema: &Value, value: &Value) -> bool {
    let mut items = value.as_array().into_iter().flatten();
    items.all(|item| check(document, schema, item).is_ok())
}

fn check_properties(document: &Value, properties: &Value, value: &Value) -> Result<bool, String> {
    for (name, schema) in properties.as_object().unwrap() {
        if let Some(found) = value.get(name) {
            check(document, schema, found).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    Ok(true)
}

fn check_additional(
    document: &Value,
    properties: Option<&Value>,
    others: &Value,
    value: &Value,
) -> bool {
    let known = |name: &str| properties.is_some_and(|properties| properties.get(name).is_some());
    let mut fields = value.as_object().into_iter().flatten();
    fields.all(|(name, found)| {
        known(name)
            || match others {
                Value::Bool(allowed) => *allowed,
                schema => check(document, schema, found).is_ok(),
            }
    })
}

#[test]
fn invalid_values_are_found() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": ["integer", "null"] }, "b": { "enum": ["x"] } },
    });
    let check = |value: Value| check(&Value::Null, &schema, &value);
    for right in [r#"{"a":1}"#, r#"{"a":null,"b":"x"}"#] {
        check(serde_json::from_str(right).unwrap()).unwrap();
    }
    for wrong in [
        "[]",
        "{}",
        r#"{"a":"1"}"#,
        r#"{"a":1,"b":"y"}"#,
        r#"{"a":1,"c":1}"#,
    ] {
        assert!(
            check(serde_json::from_str(wrong).unwrap()).is_err(),
            "{wrong}"
        );
    }
}
