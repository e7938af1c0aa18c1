//! `mock-ecr token`: tokens without a running mock.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use mock_ecr::token::{Claims, TokenError, TokenId, TokenIssuer};
use mock_ecr::{Clock, Config, PrincipalArn, Timestamp};

use crate::args::{InspectOptions, IssueOptions};
use crate::error::Error;

pub(crate) fn issue(options: IssueOptions) -> Result<ExitCode, Error> {
    let config = options.config.config()?;
    let root = |account| PrincipalArn::root(account, &config.region);
    let principal = options
        .principal
        .or_else(|| options.account.map(root))
        .unwrap_or_else(|| config.default_principal().arn);
    let issued = options.at.unwrap_or_else(|| now(&config));
    let claims = Claims::new(principal, config.region.clone(), issued, config.token_ttl);
    let token = TokenIssuer::new(&config).issue(&claims);
    if options.password {
        print(&token.password())
    } else {
        print(token.as_str())
    }?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn inspect(options: InspectOptions) -> Result<ExitCode, Error> {
    let config = options.config.config()?;
    let token = if options.token == "-" {
        read_stdin()?
    } else {
        options.token
    };
    let now = options.at.unwrap_or_else(|| now(&config));
    let issuer = TokenIssuer::new(&config);
    let verdict = issuer.verify(token.trim(), now).map(drop);
    if let Ok((claims, id)) = issuer.open(token.trim()) {
        print(&describe(&claims, id))?;
    }
    print(&format!("verdict    {}", say(&verdict, now)))?;
    Ok(if verdict.is_ok() { 0 } else { 1 }.into())
}

fn describe(claims: &Claims, id: TokenId) -> String {
    let Claims {
        principal,
        region,
        issued,
        expires,
        ..
    } = claims;
    let account = claims.account();
    [
        format!("token      {id}"),
        format!("principal  {principal}"),
        format!("account    {account}"),
        format!("region     {region}"),
        format!("issued     {issued}"),
        format!("expires    {expires}"),
    ]
    .join("\n")
}

fn say(verdict: &Result<(), TokenError>, now: Timestamp) -> String {
    match verdict {
        Ok(()) => format!("valid at {now}"),
        Err(error) => format!("worth nothing at {now}: {error}"),
    }
}

fn now(config: &Config) -> Timestamp {
    Clock::new(config.clock).now()
}

pub(crate) fn read_stdin() -> Result<String, Error> {
    let mut text = String::new();
    // What is longer is no token, and what never ends must not fill the memory.
    io::stdin()
        .take(LONGEST_INPUT)
        .read_to_string(&mut text)
        .map_err(Error::system("cannot read the token from stdin"))?;
    Ok(text)
}

fn print(line: &str) -> Result<(), Error> {
    writeln!(io::stdout(), "{line}").map_err(Error::system("cannot write to stdout"))
}

const LONGEST_INPUT: u64 = 1 << 20;
