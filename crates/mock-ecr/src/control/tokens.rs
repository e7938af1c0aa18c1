//! `tokens`: lists, issues, revokes and inspects tokens.

use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};

use crate::control::error::ControlError;
use crate::control::filters::LimitParams;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, fields, schema};
use crate::request_log::Explanation;
use crate::state::State;
use crate::token::{Claims, Revocation, TokenId, TokenRecord};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

pub(super) const ROUTES: [Route; 4] = [
    Route {
        method: Method::GET,
        path: "tokens",
        summary: "Returns the tokens that were issued by the mock or presented to its registry, oldest first, with the number of their uses. At most 10,000 are kept.",
        query: &[fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<Tokens>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "tokens",
        summary: "Issues a token for a principal, as GetAuthorizationToken would.",
        query: &[],
        body: Some(Body {
            schema: schema::<IssueToken>(),
            example: r#"{ "account": "123456789012", "region": "eu-west-1" }"#,
        }),
        response: Content::Json(schema::<IssuedToken>()),
        run: |request| async move { issue(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "tokens/revoke",
        summary: "Revokes one token, all tokens of a principal, or all tokens issued before a time. At most 10,000 IDs and principals can be revoked.",
        query: &[],
        body: Some(Body {
            schema: schema::<RevokeTokens>(),
            example: r#"{ "principal": "arn:aws:iam::210987654321:user/ci" }"#,
        }),
        response: Content::Json(schema::<Revocations>()),
        run: |request| async move { revoke(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "tokens/inspect",
        summary: "Returns the claims of a token or of the password in it, and whether the token is valid.",
        query: &[],
        body: Some(Body {
            schema: schema::<InspectToken>(),
            example: r#"{ "token": "QVdTOmV5Sn…" }"#,
        }),
        response: Content::Json(schema::<TokenInspection>()),
        run: |request| async move { inspect(&request) }.boxed(),
    },
];

/// Tokens and their uses.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Tokens {
    /// The number of tokens issued since the start or the last reset.
    issued: u64,
    /// The records of the tokens, oldest first.
    tokens: Vec<TokenView>,
}

/// The record of a token. It does not contain the token itself.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Token"))]
struct TokenView {
    #[serde(flatten)]
    claims: ClaimsView,
    /// How often the token was presented to the registry, valid or not.
    presented: u64,
    /// When the token was last presented, on the mock's clock.
    last_presented: Option<Timestamp>,
    /// How often the registry rejected the token.
    rejected: u64,
    /// The first rejection of the token by the registry. It is kept if the token is later invalid for another reason.
    first_rejection: Option<RejectionView>,
    /// The revocation of the token.
    revoked: Option<RevocationView>,
    /// The number of the request that the token was issued to.
    issued_by_request: Option<u64>,
    /// Whether the token is valid now.
    valid: bool,
    /// Why the token is invalid.
    error: Option<String>,
}

/// The rejection of a token by the registry.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "TokenRejection")
)]
struct RejectionView {
    /// The time of the request, on the mock's clock.
    at: Timestamp,
    /// The kind of the explanation, such as `token_expired`.
    kind: &'static str,
    /// The text of the explanation.
    text: String,
}

/// The revocation of a token.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "TokenRevocation")
)]
struct RevocationView {
    /// The time of the revocation, on the mock's clock.
    at: Option<Timestamp>,
    /// The tokens that were revoked together: `token`, `principal` or `issued_before`.
    scope: &'static str,
}

/// The claims of a token.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Claims"))]
struct ClaimsView {
    /// The ID of the token in the request log and in revocations: 16 hexadecimal digits.
    id: String,
    /// The ARN of the principal that the token authenticates.
    principal: String,
    /// The account of the principal.
    account: String,
    /// The Region whose registries accept the token.
    region: String,
    /// When the token was issued.
    issued: Timestamp,
    /// When the token expires. It is invalid from this time on.
    expires: Timestamp,
}

impl ClaimsView {
    fn of(claims: &Claims, id: TokenId) -> Self {
        ClaimsView {
            id: id.to_string(),
            principal: claims.principal.to_string(),
            account: claims.account().to_string(),
            region: claims.region.to_string(),
            issued: claims.issued,
            expires: claims.expires,
        }
    }
}

impl TokenView {
    fn of(state: &State, record: TokenRecord) -> Self {
        TokenView {
            rejected: record.rejected,
            first_rejection: first_rejection(state, &record),
            revoked: record.revoked.map(|revoked| RevocationView {
                at: revoked.at,
                scope: revoked.scope.name(),
            }),
            issued_by_request: record.issued_by_request,
            claims: ClaimsView::of(&record.claims, record.id),
            presented: record.presented,
            last_presented: record.last_presented,
            valid: record.error.is_none(),
            error: record.error.map(|error| error.to_string()),
        }
    }
}

fn first_rejection(state: &State, record: &TokenRecord) -> Option<RejectionView> {
    let rejection = record.first_rejection.clone()?;
    let opened = Some((record.claims.clone(), record.id));
    let rejected = state
        .tokens
        .rejected_alone(opened, rejection.error, rejection.at);
    let explanation = Explanation::of_token(&rejected);
    Some(RejectionView {
        at: rejection.at,
        kind: explanation.kind.name(),
        text: explanation.text,
    })
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let LimitParams { limit } = request.query()?;
    let state = request.state;
    let records = state.tokens.records(state.clock.now());
    let skipped = records.len().saturating_sub(limit.unwrap_or(usize::MAX));
    response::json(&Tokens {
        issued: state.tokens.tally(state.clock.now()).issued,
        tokens: records
            .into_iter()
            .skip(skipped)
            .map(|record| TokenView::of(state, record))
            .collect(),
    })
}

/// The principal and the Region to issue a token for.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct IssueToken {
    /// The ARN of the principal. The default is the first principal of the configuration.
    principal: Option<PrincipalArn>,
    /// The account whose root user is the principal. It cannot be combined with `principal`.
    account: Option<AccountId>,
    /// The Region of the registries. The default is the Region of the configuration.
    region: Option<Region>,
}

/// An issued token.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct IssuedToken {
    #[serde(flatten)]
    claims: ClaimsView,
    /// The token, as in the response of `GetAuthorizationToken`: `base64("AWS:" + password)`.
    authorization_token: String,
    /// The password in the token, for `docker login --username AWS`.
    password: String,
    /// The URL of the registry of the principal's account, as `GetAuthorizationToken` would return it to the sender of
    /// this request.
    proxy_endpoint: String,
}

fn issue(request: &ControlRequest<'_>) -> Outcome {
    let issue: IssueToken = request.body()?;
    let (state, config) = (request.state, &request.state.config);
    let region = issue.region.unwrap_or_else(|| config.region.clone());
    let known = region.check_known(&config.additional_regions);
    known.map_err(|error| ControlError::body(error.to_string()).at("region"))?;
    let principal = match (issue.principal, issue.account) {
        (Some(_), Some(_)) => {
            let text = "conflicting fields: expected principal or account, not both";
            return Err(ControlError::body(text).at("account"));
        }
        (Some(arn), None) => arn,
        (None, Some(account)) => PrincipalArn::root(account, &region),
        (None, None) => config.default_principal().arn,
    };
    let claims = Claims::new(principal, region, state.clock.now(), config.token_ttl);
    let token = state.tokens.issue(&claims);
    response::json(&IssuedToken {
        claims: ClaimsView::of(&claims, token.id()),
        authorization_token: token.as_str().to_owned(),
        password: token.password(),
        proxy_endpoint: state.registry_url(claims.account(), &claims.region, &request.base_url),
    })
}

/// The tokens to revoke.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum RevokeTokens {
    /// One token, by its ID.
    #[serde(deserialize_with = "token_id")]
    Id(#[cfg_attr(test, schemars(with = "String"))] TokenId),
    /// All tokens of a principal, including tokens that are issued later.
    Principal(PrincipalArn),
    /// All tokens issued before a time.
    IssuedBefore(Timestamp),
}

fn token_id<'de, D: Deserializer<'de>>(from: D) -> Result<TokenId, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// The result of a revocation.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Revocations {
    /// The number of recorded tokens that are still valid.
    valid: usize,
}

fn revoke(request: &ControlRequest<'_>) -> Outcome {
    let state = request.state;
    let revocation = match request.body()? {
        RevokeTokens::Id(id) => Revocation::Token(id),
        RevokeTokens::Principal(arn) => Revocation::Principal(arn),
        RevokeTokens::IssuedBefore(timestamp) => Revocation::IssuedBefore(timestamp),
    };
    let revoked = state.tokens.revoke_at(revocation, state.clock.now());
    revoked.map_err(|error| {
        ControlError::new(
            StatusCode::CONFLICT,
            "TOO_MANY_REVOCATIONS",
            error.to_string(),
        )
    })?;
    let valid = state.tokens.tally(state.clock.now()).valid;
    response::json(&Revocations { valid })
}

/// The token to inspect.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct InspectToken {
    /// The token, or the password in it.
    token: String,
}

/// The claims of a token, and whether it is valid.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TokenInspection {
    /// The claims, if the token was issued with the seed of this mock. They are returned for expired and revoked tokens
    /// too.
    claims: Option<ClaimsView>,
    /// Whether the token is valid now.
    valid: bool,
    /// Why the token is invalid.
    error: Option<String>,
    /// Why the registry would reject the token. It is absent if the token is valid.
    explanation: Option<Explanation>,
}

fn inspect(request: &ControlRequest<'_>) -> Outcome {
    let InspectToken { token } = request.body()?;
    let (state, token) = (request.state, token.trim());
    let now = state.clock.now();
    let verified = state.tokens.verify(token, now);
    let opened = state.tokens.open(token).ok();
    let explanation = verified.as_ref().err().map(|error| {
        let rejected = state.tokens.rejected(opened.clone(), error.clone(), now);
        Explanation::of_token(&rejected)
    });
    response::json(&TokenInspection {
        claims: opened.map(|(claims, id)| ClaimsView::of(&claims, id)),
        valid: verified.is_ok(),
        error: verified.err().map(|error| error.to_string()),
        explanation,
    })
}
