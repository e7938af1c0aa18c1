//! The element `Principal` or `NotPrincipal` of a statement.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::iam::policy::named_principal::{Named, NamedPrincipal};
use crate::iam::policy::one_or_many::OneOrMany;
use crate::iam::policy::present::present;
use crate::types::{Partition, PrincipalArn};

/// The principals of a statement: `"*"`, or lists of principals by their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalElement {
    Everyone,
    Named(NamedPrincipals),
}

/// Lists of principals by their type. No caller of a mock is a service or a federated identity: a client that signs in through an identity
/// provider is a session of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedPrincipals {
    #[serde(rename = "AWS", default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    aws: Option<OneOrMany<NamedPrincipal>>,
    #[serde(rename = "Service", default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<OneOrMany<ServiceName>>,
    #[serde(rename = "Federated", default, deserialize_with = "present")]
    #[serde(skip_serializing_if = "Option::is_none")]
    federated: Option<OneOrMany<String>>,
}

impl PrincipalElement {
    /// Returns how the element names a caller. Returns `None` if it does not.
    pub(super) fn names(&self, caller: &PrincipalArn) -> Option<Named> {
        match self {
            PrincipalElement::Everyone => Some(Named::Directly),
            PrincipalElement::Named(_) => self.iter().filter_map(|name| name.names(caller)).max(),
        }
    }

    /// Returns whether the element, as `NotPrincipal`, excludes a caller from a statement. It must name the account of the caller, the
    /// role of a session, and the caller itself.
    ///
    /// Source: "NotPrincipal" in AWS's IAM user guide: if one of them is not named, the statement "might deny" the caller, depending on
    /// the service. `[ASSUME]`: ECR denies it.
    pub(super) fn excludes(&self, caller: &PrincipalArn) -> bool {
        match self {
            PrincipalElement::Everyone => true,
            PrincipalElement::Named(_) => {
                let names = |is_named: fn(&NamedPrincipal, &PrincipalArn) -> bool| {
                    self.iter().any(|name| is_named(name, caller))
                };
                names(NamedPrincipal::is_account_of)
                    && (caller.session_role().is_none() || names(NamedPrincipal::is_role_of))
                    && names(NamedPrincipal::is_itself)
            }
        }
    }

    /// Returns the element with the ARN of an account in place of its ID.
    pub(super) fn with_account_arns(&self, partition: Partition) -> Self {
        let PrincipalElement::Named(named) = self else {
            return self.clone();
        };
        let arns = named.aws.as_ref().map(|list| {
            let arns = list.iter().map(|one| one.with_account_arn(partition));
            arns.collect::<Vec<_>>().into()
        });
        PrincipalElement::Named(NamedPrincipals {
            aws: arns,
            ..named.clone()
        })
    }

    /// Returns the accounts, users, roles and sessions.
    pub(super) fn iter(&self) -> impl Iterator<Item = &NamedPrincipal> {
        let named = match self {
            PrincipalElement::Everyone => None,
            PrincipalElement::Named(named) => named.aws.as_ref(),
        };
        named.into_iter().flat_map(OneOrMany::iter)
    }
}

impl From<NamedPrincipal> for PrincipalElement {
    fn from(one: NamedPrincipal) -> Self {
        PrincipalElement::Named(NamedPrincipals {
            aws: Some(vec![one].into()),
            ..NamedPrincipals::default()
        })
    }
}

impl Serialize for PrincipalElement {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            PrincipalElement::Everyone => to.serialize_str("*"),
            PrincipalElement::Named(named) => named.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for PrincipalElement {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = PrincipalElement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"*\" or an object with AWS, Service or Federated")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PrincipalElement, E> {
        match text {
            "*" => Ok(PrincipalElement::Everyone),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PrincipalElement, A::Error> {
        let named = NamedPrincipals::deserialize(MapAccessDeserializer::new(map))?;
        if named == NamedPrincipals::default() {
            return Err(A::Error::invalid_value(Unexpected::Map, &self));
        }
        Ok(PrincipalElement::Named(named))
    }
}

/// The name of a service, such as `codebuild.amazonaws.com`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
struct ServiceName(String);

impl TryFrom<String> for ServiceName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        match text.contains('.') && text.chars().all(is_part) {
            true => Ok(ServiceName(text)),
            false => Err(format!(
                "invalid service {text:?}: expected a name such as codebuild.amazonaws.com"
            )),
        }
    }
}

impl From<ServiceName> for String {
    fn from(name: ServiceName) -> Self {
        name.0
    }
}
