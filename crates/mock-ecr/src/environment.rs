//! The environment variables that lead a client to a mock.

use crate::principal::Principal;
use crate::world::World;

/// What to set, and what to remove, for clients of the mock at `url` to call it as the world's first principal.
///
/// Source of the names: the
/// [settings reference](https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html) of AWS's SDKs and tools.
pub(crate) fn of(world: &World, url: &str) -> Vec<(&'static str, Option<String>)> {
    let principal = world.default_principal();
    let region = world.region.to_string();
    let set = [
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_ENDPOINT_URL_ECR", url.to_owned()),
        ("MOCK_ECR_URL", url.to_owned()),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    let set = set.map(|(name, value)| (name, Some(value)));
    let removed = REMOVED.map(|name| (name, None));
    set.into_iter()
        .chain(credentials(principal))
        .chain(removed)
        .collect()
}

fn credentials(principal: Principal) -> [(&'static str, Option<String>); 3] {
    let token = principal.session_token;
    [
        ("AWS_ACCESS_KEY_ID", Some(principal.access_key_id)),
        (
            "AWS_SECRET_ACCESS_KEY",
            Some(principal.secret_access_key.expose().to_owned()),
        ),
        (
            "AWS_SESSION_TOKEN",
            token.map(|token| token.expose().to_owned()),
        ),
    ]
}

/// Other credentials, other endpoints, and proxies, which would not find the loopback address.
const REMOVED: [&str; 15] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    // The end of the credentials that were set before: botocore would take the mock's for expired.
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];
