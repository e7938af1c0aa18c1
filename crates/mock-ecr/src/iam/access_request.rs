//! A request for access, for which policies are evaluated.

use std::borrow::Cow;

use crate::http::ingress::Ingress;
use crate::iam::action::Action;
use crate::iam::condition_key::ConditionKey;
use crate::iam::principal::Caller;

/// A caller that requests an action, and the way in which the request was received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessRequest<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) action: Action,
    pub(crate) ingress: Ingress,
}

impl<'a> AccessRequest<'a> {
    /// Returns the value of a condition key. A configured value takes precedence. Returns `None` if the request has no value.
    ///
    /// Source: "AWS global condition context keys" in AWS's IAM user guide.
    pub(crate) fn condition_value(&self, key: ConditionKey) -> Option<Cow<'a, str>> {
        let (caller, context) = (self.caller, &self.caller.principal().context);
        if let Some(value) = context.get(&key) {
            return Some(value.into());
        }
        match key {
            ConditionKey::PrincipalArn => Some(match caller.arn().session_role() {
                Some(role) => {
                    let (partition, account) = (caller.arn().partition(), caller.account());
                    format!("arn:{partition}:iam::{account}:role/{role}").into()
                }
                None => caller.arn().as_str().into(),
            }),
            ConditionKey::PrincipalAccount => Some(caller.account().as_str().to_owned().into()),
            ConditionKey::SecureTransport => Some(match self.ingress.scheme() {
                "https" => "true".into(),
                _ => "false".into(),
            }),
            ConditionKey::PrincipalOrgId
            | ConditionKey::SourceArn
            | ConditionKey::SourceAccount
            | ConditionKey::SourceVpce => None,
        }
    }
}
