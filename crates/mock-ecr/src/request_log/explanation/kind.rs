//! The kinds of explanations, with their names and levels.

use serde::{Serialize, Serializer};

/// How important an explanation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ExplanationLevel {
    /// The response is part of the normal sequence of requests. This includes that a request reads something that does not exist.
    Info,
    /// A fault of a test changed the response, or a request changes something that does not exist.
    Warning,
    /// The request was rejected.
    Error,
}

macro_rules! kinds {
    ($($kind:ident $name:literal $level:ident $meaning:literal;)*) => {
        /// The kind of an explanation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ExplanationKind {
            $(#[doc = $meaning] $kind,)*
        }

        impl ExplanationKind {
            /// All kinds.
            pub const ALL: &'static [ExplanationKind] = &[$(ExplanationKind::$kind,)*];

            /// Returns the name of the kind in the control API, such as `token_expired`. Names do not change.
            pub fn name(self) -> &'static str {
                match self {
                    $(ExplanationKind::$kind => $name,)*
                }
            }

            /// Returns the level of explanations of this kind. If a request only reads something that is missing, its explanation has the
            /// level [`Info`](ExplanationLevel::Info), because clients check before a push what exists.
            pub fn level(self) -> ExplanationLevel {
                match self {
                    $(ExplanationKind::$kind => ExplanationLevel::$level,)*
                }
            }

            /// Returns what explanations of this kind are about.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(ExplanationKind::$kind => $meaning,)*
                }
            }
        }
    };
}

kinds! {
    TokenExpired "token_expired" Error "The token expired before the request.";
    TokenRevoked "token_revoked" Error "The token was revoked.";
    TokenForged "token_forged" Error "The token was issued with another seed, or was changed.";
    TokenMalformed "token_malformed" Error "The password is not an ECR token.";
    TokenRegion "token_region" Error "The token is for the registries of another Region.";
    PrincipalUnknown "principal_unknown" Error "The principal of the token does not exist.";
    TokenCredentials "token_credentials" Error "The credentials that obtained the token expired.";
    NoCredentials "no_credentials" Info "A request to the registry had no credentials, and the registry returned a challenge.";
    WrongUser "wrong_user" Error "The user is not `AWS`.";
    NotBasic "not_basic" Error "The scheme of the `Authorization` header is not Basic.";
    MalformedCredentials "malformed_credentials" Error "The credentials are not base64 of a user and a password.";
    Denied "denied" Error "The policies do not allow the action.";
    Throttled "throttled" Warning "A fault throttled the request.";
    FaultError "fault_error" Warning "A fault returned an error.";
    FaultExpired "fault_expired" Warning "A fault rejected a valid token as expired.";
    FaultDelivery "fault_delivery" Warning "A fault changed how the response was sent.";
    FaultResponse "fault_response" Warning "A fault changed the content of the response.";
    Unsigned "unsigned" Error "The request is not signed.";
    Incomplete "incomplete" Error "A part of the signature is missing or malformed.";
    TwoSignatures "two_signatures" Error "The request has two signatures.";
    ClockSkew "clock_skew" Error "The time of the signature differs too much from the mock's clock.";
    Scope "scope" Error "The credential scope names another service, Region or date.";
    Signature "signature" Error "The signature does not match the request.";
    KeyUnknown "key_unknown" Error "No principal has the access key ID.";
    SessionToken "session_token" Error "The session token does not belong to the access key.";
    CredentialsExpired "credentials_expired" Error "The credentials that signed the request expired.";
    NotImplemented "not_implemented" Error "mock-ecr does not implement the operation.";
    UnknownOperation "unknown_operation" Error "The service has no operation of this name.";
    Invalid "invalid" Error "A part of the request is invalid.";
    Missing "missing" Warning "A resource does not exist.";
    Exists "exists" Error "A resource exists already.";
    Immutable "immutable" Error "The tag exists and is immutable.";
    Limit "limit" Error "The request exceeds a limit.";
    RuleOfEcr "rule_of_ecr" Error "ECR rejects a push that OCI Distribution permits.";
    Upstream "upstream" Error "The upstream registry of a pull-through cache did not return the image.";
    LayerUrlExpired "layer_url_expired" Error "The URL of a layer expired.";
    LayerUrlInvalid "layer_url_invalid" Error "The URL of a layer is invalid, or the request also has an `Authorization` header.";
    UnknownPath "unknown_path" Error "The path or the method does not exist.";
    OtherHost "other_host" Error "The host is not served by the mock.";
    InvalidHost "invalid_host" Error "The request does not contain exactly one valid host.";
    Tunnel "tunnel" Error "The proxy cannot open a tunnel.";
    TooLarge "too_large" Error "The body of the request is too large.";
    CutOff "cut_off" Error "The body of the request ended before it was complete.";
    Control "control" Error "The control API or the console rejected the request.";
    Other "other" Error "Another error.";
}

impl Serialize for ExplanationKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.name().serialize(to)
    }
}
