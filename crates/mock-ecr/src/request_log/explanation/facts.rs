//! The values in explanations.

use serde::Serialize;

use crate::types::timestamp::Timestamp;

/// The values that an explanation is about. Which of them are set depends on the kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ExplanationFacts")
)]
#[serde(default)]
#[non_exhaustive]
pub struct Facts {
    /// The ARN of the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// When the token was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// When the token or the credentials expired or expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
    /// How long before the request the token or the credentials expired, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_ms: Option<i64>,
    /// When the token was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// The scope of the revocation: `token`, `principal` or `issued_before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// The ID of another token of the same principal and Region that was valid at the time of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_valid_token: Option<String>,
    /// When the token expires, if it is rejected for another reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires: Option<Timestamp>,
    /// The Region that the request or its token names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The Region that the mock expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_region: Option<String>,
    /// The service that the signature names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The service that the mock expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_service: Option<&'static str>,
    /// The time in the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// The access key ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The user of Basic credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The scheme of the `Authorization` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<&'static str>,
    /// The action that is denied, such as `ecr:BatchGetImage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The ARN of the resource of the action, or `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The kind of the policy that denies the action, or that does not allow it: `identity`, `repository` or `registry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'static str>,
    /// Whether a statement denies the action. If not, no statement allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit: Option<bool>,
    /// The ID of the statement that denies the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// The ID of the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u64>,
    /// The quirk of the registry that rejects the push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quirk: Option<String>,
}
