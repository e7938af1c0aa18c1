//! JSON schemas of the types that are strings in JSON.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::types::duration::{Shift, Text};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

/// Implements `JsonSchema` for types that are strings in JSON. The schema is inlined where the type is used.
macro_rules! text {
    ($($name:ty: $schema:tt;)*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

text! {
    AccountId: { "type": "string" };
    PrincipalArn: { "type": "string" };
    Region: { "type": "string" };
    Shift: { "type": "string" };
    Text: { "type": "string" };
    Timestamp: { "type": "string", "format": "date-time" };
}
