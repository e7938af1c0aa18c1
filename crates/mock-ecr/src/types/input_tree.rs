//! The values of a TOML document or a JSON text.
//!
//! Types are deserialized from this form. The code that `serde` generates for a large type is then the same for TOML and for JSON, and the
//! program is smaller. `serde_json::Value` is not used, because its numbers and messages depend on the features that other crates of a build
//! enable.

use std::fmt;

use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::types::json::{Entries, EntriesOrNumber};

/// A value of TOML or JSON. The members of a map keep their order, and a key can occur several times.
#[derive(Debug)]
pub(crate) enum InputTree {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer that is too large for [`InputTree::Integer`].
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<InputTree>),
    Map(Vec<(String, InputTree)>),
}

impl<'de> Deserialize<'de> for InputTree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = InputTree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<InputTree, E> {
        Ok(InputTree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<InputTree, E> {
        Ok(InputTree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<InputTree, E> {
        Ok(InputTree::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<InputTree, E> {
        Ok(i64::try_from(value).map_or(InputTree::Unsigned(value), InputTree::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<InputTree, E> {
        Ok(InputTree::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<InputTree, E> {
        Ok(InputTree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<InputTree, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(InputTree::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<InputTree, A::Error> {
        let mut entries = match Entries::or_number(map)? {
            EntriesOrNumber::Entries(entries) => entries,
            EntriesOrNumber::Number(number) => return Ok(InputTree::Float(number)),
        };
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(InputTree::Map(members))
    }
}

impl IntoDeserializer<'_> for InputTree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for InputTree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            InputTree::Null => visitor.visit_unit(),
            InputTree::Bool(value) => visitor.visit_bool(value),
            InputTree::Integer(value) => visitor.visit_i64(value),
            InputTree::Unsigned(value) => visitor.visit_u64(value),
            InputTree::Float(value) => visitor.visit_f64(value),
            InputTree::Text(text) => visitor.visit_string(text),
            InputTree::List(elements) => {
                let mut elements = SeqDeserializer::new(elements.into_iter());
                let value = visitor.visit_seq(&mut elements)?;
                elements.end()?;
                Ok(value)
            }
            InputTree::Map(members) => {
                let mut members = MapDeserializer::new(members.into_iter());
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            InputTree::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Reads a map. The code that `serde` generates would also accept the values of the keys as a list.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            InputTree::List(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            value => value.deserialize_any(visitor),
        }
    }

    /// Reads a variant in the form of `serde`: its name, or a map with the name and its data.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            InputTree::Text(name) => visitor.visit_enum(name.into_deserializer()),
            InputTree::Map(members) if members.len() == 1 => {
                let members = MapDeserializer::new(members.into_iter());
                visitor.visit_enum(MapAccessDeserializer::new(members))
            }
            _ => Err(Error::custom(
                "invalid type: expected a string, or a map with one key",
            )),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase", deny_unknown_fields)]
    enum Shape {
        Point,
        Circle(f64),
        Square { side: Option<u32> },
    }

    #[test]
    fn the_values_of_a_map_are_not_read_from_a_list() {
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct Range {
            from: u32,
        }

        for json in ["[]", "[1]"] {
            let tree: InputTree = serde_json::from_str(json).unwrap();
            let error = Range::deserialize(tree)
                .map(|range| range.from)
                .unwrap_err();
            let message = "invalid type: sequence, expected struct Range";
            assert_eq!(error.to_string(), message, "{json}");
        }
    }

    #[track_caller]
    fn read(json: &str) -> Result<Shape, String> {
        let tree: InputTree = serde_json::from_str(json).map_err(|error| error.to_string())?;
        Shape::deserialize(tree).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_of_a_variant_is_read() {
        assert_eq!(read(r#""point""#), Ok(Shape::Point));
        assert_eq!(read(r#"{"circle": 1.5}"#), Ok(Shape::Circle(1.5)));
        let square = |side| Ok(Shape::Square { side });
        assert_eq!(read(r#"{"square": {"side": 7}}"#), square(Some(7)));
        assert_eq!(read(r#"{"square": {"side": null}}"#), square(None));
    }

    #[test]
    fn wrong_values_are_rejected_with_the_messages_of_serde() {
        for (json, message) in [
            (
                "7",
                "invalid type: expected a string, or a map with one key",
            ),
            (
                r#"{"point": null, "circle": 1}"#,
                "invalid type: expected a string, or a map with one key",
            ),
            (
                r#""line""#,
                "unknown variant `line`, expected one of `point`, `circle`, `square`",
            ),
            (
                r#"{"square": {"side": 1, "side": 2}}"#,
                "duplicate field `side`",
            ),
            (
                r#"{"square": {"side": -1}}"#,
                "invalid value: integer `-1`, expected u32",
            ),
            (
                r#"{"square": {"side": 18446744073709551615}}"#,
                "invalid value: integer `18446744073709551615`, expected u32",
            ),
            (
                r#"{"circle": "x"}"#,
                "invalid type: string \"x\", expected f64",
            ),
        ] {
            assert_eq!(read(json).unwrap_err(), message, "{json}");
        }
    }
}
