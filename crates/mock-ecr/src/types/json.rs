//! JSON values that are the same in every build.
//!
//! Another crate of a build can enable the feature `arbitrary_precision` of `serde_json`. `serde_json` then passes a number that is not a
//! 64-bit integer to a visitor as a map with one private key, and its `Value` contains numbers of any size.

use std::fmt;

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::{Map, Number, Value};

/// The key of the map that represents a number.
const NUMBER: &str = "$serde_json::private::Number";

/// A JSON value whose numbers are 64-bit integers or 64-bit floating-point numbers. Other numbers are errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(out_of_range)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Json(element)) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == NUMBER {
                return self.visit_f64(float(&map.next_value::<String>()?)?);
            }
            let Json(value) = map.next_value()?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

/// Parses the text of a number.
fn float<E: Error>(text: &str) -> Result<f64, E> {
    text.parse().map_err(|_| out_of_range())
}

/// Returns the error of `serde_json` for a number that is too large.
fn out_of_range<E: Error>() -> E {
    E::custom("number out of range")
}

/// The entries of a map. The first key was read.
pub(crate) struct Entries<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> Entries<A> {
    /// Returns the entries of a map.
    ///
    /// # Errors
    ///
    /// Returns an error if the map represents a number.
    pub(crate) fn of(map: A, expected: &dyn Expected) -> Result<Self, A::Error> {
        match Self::or_number(map)? {
            EntriesOrNumber::Entries(entries) => Ok(entries),
            EntriesOrNumber::Number(number) => {
                Err(A::Error::invalid_type(Unexpected::Float(number), expected))
            }
        }
    }

    /// Returns the entries of a map, or the number that the map represents.
    ///
    /// # Errors
    ///
    /// Returns an error if the number is too large.
    pub(crate) fn or_number(mut map: A) -> Result<EntriesOrNumber<A>, A::Error> {
        let first = map.next_key::<String>()?;
        if first.as_deref() == Some(NUMBER) {
            let number = float(&map.next_value::<String>()?)?;
            return Ok(EntriesOrNumber::Number(number));
        }
        Ok(EntriesOrNumber::Entries(Self { first, rest: map }))
    }
}

/// A map, or the number that it represents.
pub(crate) enum EntriesOrNumber<A> {
    Entries(Entries<A>),
    Number(f64),
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(first) = self.first.take() else {
            return self.rest.next_key_seed(seed);
        };
        let first: StringDeserializer<A::Error> = first.into_deserializer();
        seed.deserialize(first).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number in the form that `serde_json` uses with `arbitrary_precision`.
    fn as_map(number: &str) -> String {
        format!("{{{NUMBER:?}:{number:?}}}")
    }

    #[test]
    fn a_number_is_the_same_in_both_forms() {
        for (text, number) in [
            ("1.50", 1.5),
            ("1e2", 100.0),
            ("-0", -0.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ] {
            let expected = Json(vec![Value::from(number)].into());
            for text in [text.to_owned(), as_map(text)] {
                let json: Json = serde_json::from_str(&format!("[{text}]")).unwrap();
                assert_eq!(json, expected, "{text}");
            }
        }
    }

    #[test]
    fn a_number_that_is_too_large_is_an_error_in_both_forms() {
        for text in ["1e400".to_owned(), as_map("1e400")] {
            let error = serde_json::from_str::<Json>(&text).unwrap_err();
            assert!(error.to_string().contains("number out of range"), "{error}");
        }
    }

    #[test]
    fn other_values_are_those_of_serde_json() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,"b"],"c":{}}"#;
        let Json(value) = serde_json::from_str(text).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
    }
}
