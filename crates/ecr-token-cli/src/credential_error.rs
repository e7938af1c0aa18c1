//! The errors of the sources of credentials, with the messages of v1.

use crate::python_time::OffsetError;

/// The reason why a source has no credentials.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum CredentialError {
    #[error("Partial credentials found in {found_in}, missing: {missing}")]
    Partial {
        found_in: &'static str,
        missing: &'static str,
    },
    #[error("Error when retrieving credentials from {provider}: {reason}")]
    Retrieval { provider: String, reason: String },
    #[error(
        "Error when retrieving credentials from {provider}: Invalid type for {member}: expected str instead of {class}"
    )]
    MemberType {
        provider: &'static str,
        member: &'static str,
        class: &'static str,
    },
    #[error("Credentials were refreshed, but the refreshed credentials are still expired.")]
    StillExpired,
    /// An expiry that cannot be compared with the current time.
    #[error(transparent)]
    ExpiryOffset(#[from] OffsetError),
    /// A missing member of a response. v1 prints Python's `KeyError`.
    #[error("'{0}'")]
    Missing(&'static str),
    /// A key of a cache whose file cannot be parsed. v1 prints Python's `KeyError`.
    #[error("'{0}'")]
    CacheKey(String),
    #[error(
        "Error when retrieving credentials: the {0} contains a character that is not allowed in a header"
    )]
    Character(&'static str),
    #[error(
        "Error when retrieving credentials: the secret access key contains a character that cannot be encoded"
    )]
    SecretCharacter,

    #[error(
        "The source_profile \"{name}\" referenced in the profile \"{profile}\" does not exist."
    )]
    SourceProfileNotFound { name: String, profile: String },
    #[error("The credential source \"{name}\" referenced in profile \"{profile}\" is not valid.")]
    CredentialSource { name: String, profile: String },
    #[error("The source profile \"{0}\" must have credentials.")]
    SourceProfileEmpty(String),
    #[error("The profile \"{0}\" contains both source_profile and credential_source.")]
    RoleWithTwoSources(String),
    #[error(
        "Infinite loop in credential configuration detected. Attempting to load from profile {profile} which has already been visited. Visited profiles: {visited}"
    )]
    Loop { profile: String, visited: String },
    #[error(
        "The provided profile or the current environment is configured to assume role with web identity but has no role ARN configured. Ensure that the profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is set."
    )]
    WebIdentityWithoutRole,

    #[error("The specified sso-session does not exist: \"{0}\"")]
    SsoSessionNotFound(String),
    #[error(
        "The profile \"{profile}\" is configured to use the SSO token provider but the \"{session}\" sso_session configuration does not exist."
    )]
    SsoTokenSessionNotFound { profile: String, session: String },
    #[error(
        "The profile \"{profile}\" is configured to use the SSO token provider but is missing the following configuration: {missing}."
    )]
    SsoTokenIncomplete { profile: String, missing: String },
    #[error(
        "The profile \"{profile}\" is configured to use SSO but is missing required configuration: {missing}"
    )]
    SsoIncomplete { profile: String, missing: String },
    #[error(
        "The value for {key} is inconsistent between profile ({profile}) and sso-session ({session})."
    )]
    SsoInconsistent {
        key: String,
        profile: String,
        session: String,
    },
    #[error("Error loading SSO Token: {0}")]
    SsoToken(String),
    #[error(
        "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile."
    )]
    SsoUnauthorized,
    #[error("Error when retrieving token from sso: Token has expired and refresh failed")]
    SsoTokenExpired,
    #[error("Error loading login session token: {0}")]
    LoginToken(String),
    #[error(
        "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'."
    )]
    LoginExpired,
    #[error(
        "Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the 'signin:CreateOAuth2Token' action."
    )]
    LoginPermissions,
    #[error(
        "An unspecified error happened when resolving AWS credentials or refreshing a login session profile."
    )]
    Login,

    #[error(
        "Invalid EC2 Instance Metadata endpoint mode: {0} Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6')."
    )]
    MetadataMode(String),
    #[error("Invalid endpoint EC2 Instance Metadata endpoint: {0}")]
    MetadataEndpoint(String),
    #[error("The specified config file ({0}) could not be found.")]
    FileNotFound(String),

    /// The text of an exception of Python.
    #[error("{0}")]
    Python(String),
}
