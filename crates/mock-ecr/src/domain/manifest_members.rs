//! The members that ECR accepts in manifests.
//!
//! It rejects every other member. The lists contain all members of OCI Image 1.1 and of Docker's manifests, except those whose rejection is
//! recorded; see the sources of [`Rule::UnknownMember`](crate::domain::rejection::Rule::UnknownMember). That ECR accepts all of the others is `[ASSUME]`.
//! So is that it does not check the values that [`Manifest`](crate::domain::manifest::Manifest) does not parse, and accepts an image without
//! `config`, an index without images, any `schemaVersion` and any type of annotation.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};

/// The names of the members of an object, and what they contain.
pub(super) struct Members(&'static [(&'static str, Content)]);

/// What a member contains. `null` is permitted too.
#[derive(Clone, Copy)]
enum Content {
    /// Any value. Another parser checks it.
    Any,
    /// An object.
    Object(&'static Members),
    /// A list of objects.
    Objects(&'static Members),
}

use Content::{Any, Object, Objects};

/// The members of an image. `artifactType` was rejected until 2024: oras-project/oras#1227.
pub(super) const IMAGE: Members = Members(&[
    ("schemaVersion", Any),
    ("mediaType", Any),
    ("artifactType", Any),
    ("config", Object(&CONFIG)),
    ("layers", Objects(&BLOB)),
    ("subject", Object(&BLOB)),
    ("annotations", Any),
]);

/// The members of an index.
pub(super) const INDEX: Members = Members(&[
    ("schemaVersion", Any),
    ("mediaType", Any),
    ("artifactType", Any),
    ("manifests", Objects(&LISTED)),
    ("subject", Object(&BLOB)),
    ("annotations", Any),
]);

/// The members of a configuration. `annotations` and `platform` are rejected.
const CONFIG: Members = Members(&[
    ("mediaType", Any),
    ("digest", Any),
    ("size", Any),
    ("urls", Any),
    ("data", Any),
    ("artifactType", Any),
]);

/// The members of a layer or of a subject. `platform` is rejected.
const BLOB: Members = Members(&[
    ("mediaType", Any),
    ("digest", Any),
    ("size", Any),
    ("urls", Any),
    ("annotations", Any),
    ("data", Any),
    ("artifactType", Any),
]);

/// The members of an image of an index.
const LISTED: Members = Members(&[
    ("mediaType", Any),
    ("digest", Any),
    ("size", Any),
    ("urls", Any),
    ("annotations", Any),
    ("data", Any),
    ("artifactType", Any),
    ("platform", Object(&PLATFORM)),
]);

/// The members of a platform. `os.features` of OCI and `features` of Docker are rejected.
const PLATFORM: Members = Members(&[
    ("architecture", Any),
    ("os", Any),
    ("os.version", Any),
    ("variant", Any),
]);

impl Members {
    /// Checks that a manifest has no other members. The manifest is not stored: it can have 16 MiB.
    ///
    /// # Errors
    ///
    /// Returns the name and the position of the first other member.
    pub(super) fn check(&'static self, manifest: &[u8]) -> Result<(), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(manifest);
        Object(self).deserialize(&mut json)
    }

    fn find(&self, name: &str) -> Option<Content> {
        let mut members = self.0.iter();
        Some(members.find(|(known, _)| *known == name)?.1)
    }
}

impl<'de> DeserializeSeed<'de> for Content {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        match self {
            Any => from.deserialize_ignored_any(IgnoredAny).map(drop),
            Object(_) | Objects(_) => from.deserialize_any(self),
        }
    }
}

impl<'de> serde::de::Visitor<'de> for Content {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object(members) = self else {
            return Err(A::Error::custom("expected a list"));
        };
        while let Some(name) = map.next_key::<String>()? {
            let Some(content) = members.find(&name) else {
                let name: String = name.chars().take(100).collect();
                return Err(A::Error::custom(format_args!("unknown member {name:?}")));
            };
            map.next_value_seed(content)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Objects(members) = self else {
            return Err(A::Error::custom("expected an object"));
        };
        while list.next_element_seed(Object(members))?.is_some() {}
        Ok(())
    }
}
