//! Issues and inspects tokens without a running mock. The JSON has the format of the control API.

use mock_ecr::token::{Claims, TokenId, TokenIssuer};
use mock_ecr::{Clock, Config, PrincipalArn, Timestamp};
use serde_json::{Value, json};

use crate::args::{InspectOptions, IssueOptions};
use crate::error::Error;

pub(super) fn issue(options: IssueOptions) -> Result<Value, Error> {
    let mut config = options.issuer.config()?;
    config.region = options.region.unwrap_or(config.region);
    config.token_ttl = options.token_ttl.unwrap_or(config.token_ttl);
    config.validate()?;
    let root = |account| PrincipalArn::root(account, &config.region);
    let principal = options
        .principal
        .or_else(|| options.account.map(root))
        .unwrap_or_else(|| config.default_principal().arn);
    let issued = options.at.unwrap_or_else(|| now(&config));
    let claims = Claims::new(principal, config.region.clone(), issued, config.token_ttl);
    let token = TokenIssuer::new(&config).issue(&claims);
    let mut json = claims_json(&claims, token.id());
    json["authorization_token"] = token.as_str().into();
    json["password"] = token.password().into();
    Ok(json)
}

pub(super) fn inspect(options: InspectOptions, token: &str) -> Result<Value, Error> {
    let config = options.issuer.config()?;
    config.validate()?;
    let now = options.at.unwrap_or_else(|| now(&config));
    let issuer = TokenIssuer::new(&config);
    let error = issuer.verify(token, now).err();
    let claims = issuer.open(token).ok();
    Ok(json!({
        "claims": claims.map(|(claims, id)| claims_json(&claims, id)),
        "valid": error.is_none(),
        "error": error.map(|error| error.to_string()),
    }))
}

fn claims_json(claims: &Claims, id: TokenId) -> Value {
    json!({
        "id": id.to_string(),
        "principal": claims.principal.to_string(),
        "account": claims.account().to_string(),
        "region": claims.region.to_string(),
        "issued": claims.issued.to_string(),
        "expires": claims.expires.to_string(),
    })
}

fn now(config: &Config) -> Timestamp {
    Clock::new(config.clock).now()
}
