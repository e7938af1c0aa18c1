//! Finds the JSON names of the fields of a struct, as serde renames them.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

/// Returns the JSON names of the fields of a struct, or an empty slice for any other type.
///
/// serde passes the names of the fields to the deserializer.
pub(super) fn of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    // The deserializer records the names and then returns an error, because it has no input.
    let _ = T::deserialize(FieldNames(&mut names));
    names
}

struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = NoInput;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NoInput> {
        *self.0 = fields;
        Err(NoInput)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoInput> {
        Err(NoInput)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

/// The error of the deserializer, which has no input.
#[derive(Debug)]
struct NoInput;

impl fmt::Display for NoInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no input")
    }
}

impl std::error::Error for NoInput {}

impl Error for NoInput {
    fn custom<T: fmt::Display>(_: T) -> Self {
        NoInput
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[test]
    fn names_are_returned_as_serde_renames_them() {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[expect(dead_code, reason = "nothing is read")]
        struct Fields {
            one: u8,
            the_other: Option<String>,
        }
        assert_eq!(of::<Fields>(), ["one", "theOther"]);
        assert!(of::<u8>().is_empty());
    }
}
