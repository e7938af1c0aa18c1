//! `tokens`: those that were issued, with their uses; issuing, revoking and explaining them.

use futures_util::FutureExt as _;
use http::Method;
use serde::{Deserialize, Deserializer, Serialize};

use crate::control::error::ControlError;
use crate::control::filters::LimitParams;
use crate::control::request::ControlRequest;
use crate::control::response;
use crate::control::response::Outcome;
use crate::control::route::{Body, Content, Route, fields, schema};
use crate::token::{Claims, Revocation, TokenId, TokenRecord};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

pub(super) const ROUTES: [Route; 4] = [
    Route {
        method: Method::GET,
        path: "tokens",
        summary: "The tokens that were issued or shown, the latest 10,000, oldest first, with their uses.",
        query: &[fields::<LimitParams>()],
        body: None,
        response: Content::Json(schema::<Tokens>()),
        run: |request| async move { list(&request) }.boxed(),
    },
    Route {
        method: Method::POST,
        path: "tokens",
        summary: "Issues a token, as if a principal had asked for one now.",
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
        summary: "Makes tokens worthless before their time: one, all of a principal, or all issued before an instant.",
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
        summary: "Explains a token, or the password in it: whom it speaks for, where, how long, and whether it is alive.",
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
    /// How many were issued since the start or the last reset.
    issued: u64,
    tokens: Vec<TokenView>,
}

/// A token, without what it is worth.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Token"))]
struct TokenView {
    #[serde(flatten)]
    claims: ClaimsView,
    /// How often it was shown to the registry, dead or alive.
    presented: u64,
    /// When it was last shown.
    last_presented: Option<Timestamp>,
    /// Whether the registry would take it now.
    valid: bool,
    /// Why not.
    error: Option<String>,
}

/// What a token says.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Claims"))]
struct ClaimsView {
    /// What it is called in the request log and in a revocation: 16 hexadecimal digits.
    id: String,
    /// Whom it speaks for.
    principal: String,
    /// The account of the principal.
    account: String,
    /// Whose registries it opens.
    region: String,
    issued: Timestamp,
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

impl From<TokenRecord> for TokenView {
    fn from(record: TokenRecord) -> Self {
        TokenView {
            claims: ClaimsView::of(&record.claims, record.id),
            presented: record.presented,
            last_presented: record.last_presented,
            valid: record.error.is_none(),
            error: record.error.map(|error| error.to_string()),
        }
    }
}

fn list(request: &ControlRequest<'_>) -> Outcome {
    let LimitParams { limit } = request.query()?;
    let ecr = request.ecr;
    let records = ecr.tokens.records(ecr.clock.now());
    let skipped = records.len().saturating_sub(limit.unwrap_or(usize::MAX));
    response::json(&Tokens {
        issued: ecr.tokens.tally(ecr.clock.now()).issued,
        tokens: records.into_iter().skip(skipped).map(Into::into).collect(),
    })
}

/// Whom to issue a token for, and where.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
struct IssueToken {
    /// For this principal; by default, the first of the config.
    principal: Option<PrincipalArn>,
    /// For the root user of this account instead.
    account: Option<AccountId>,
    /// For the registries of this region; by default, the configuration's.
    region: Option<Region>,
}

/// A token that was issued.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct IssuedToken {
    #[serde(flatten)]
    claims: ClaimsView,
    /// The token, as `GetAuthorizationToken` answers it.
    authorization_token: String,
    /// The password in it, as `docker login --username AWS` takes it.
    password: String,
}

fn issue(request: &ControlRequest<'_>) -> Outcome {
    let issue: IssueToken = request.body()?;
    let (ecr, config) = (request.ecr, &request.ecr.config);
    let region = issue.region.unwrap_or_else(|| config.region.clone());
    let principal = match (issue.principal, issue.account) {
        (Some(_), Some(_)) => {
            let text = "a token speaks for one principal; give principal or account, not both";
            return Err(ControlError::body(text).at("account"));
        }
        (Some(arn), None) => arn,
        (None, Some(account)) => PrincipalArn::root(account, &region),
        (None, None) => config.default_principal().arn,
    };
    let claims = Claims::new(principal, region, ecr.clock.now(), config.token_ttl);
    let token = ecr.tokens.issue(&claims);
    response::json(&IssuedToken {
        claims: ClaimsView::of(&claims, token.id()),
        authorization_token: token.as_str().to_owned(),
        password: token.password(),
    })
}

/// Which tokens to revoke: one of these.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum RevokeTokens {
    /// One token, by its id.
    #[serde(deserialize_with = "token_id")]
    Id(#[cfg_attr(test, schemars(with = "String"))] TokenId),
    /// Every token of a principal, those to come as well.
    Principal(PrincipalArn),
    /// Every token issued before an instant.
    IssuedBefore(Timestamp),
}

fn token_id<'de, D: Deserializer<'de>>(from: D) -> Result<TokenId, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// What a revocation has come to.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Revocations {
    /// How many of the tokens that are known here are still alive.
    valid: usize,
}

fn revoke(request: &ControlRequest<'_>) -> Outcome {
    let ecr = request.ecr;
    ecr.tokens.revoke(match request.body()? {
        RevokeTokens::Id(id) => Revocation::Token(id),
        RevokeTokens::Principal(arn) => Revocation::Principal(arn),
        RevokeTokens::IssuedBefore(instant) => Revocation::IssuedBefore(instant),
    });
    let valid = ecr.tokens.tally(ecr.clock.now()).valid;
    response::json(&Revocations { valid })
}

/// What to explain.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct InspectToken {
    /// The token, or the password in it.
    token: String,
}

/// What a token is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TokenInspection {
    /// What it says, if it was sealed under this seed.
    claims: Option<ClaimsView>,
    /// Whether the registry would take it now.
    valid: bool,
    /// Why not.
    error: Option<String>,
}

fn inspect(request: &ControlRequest<'_>) -> Outcome {
    let InspectToken { token } = request.body()?;
    let (ecr, token) = (request.ecr, token.trim());
    let verified = ecr.tokens.verify(token, ecr.clock.now());
    let opened = ecr.tokens.open(token).ok();
    response::json(&TokenInspection {
        claims: opened.map(|(claims, id)| ClaimsView::of(&claims, id)),
        valid: verified.is_ok(),
        error: verified.err().map(|error| error.to_string()),
    })
}
