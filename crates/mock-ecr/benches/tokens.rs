//! The cost of issuing and of verifying a token.

use divan::Bencher;
use mock_ecr::token::{AuthorizationToken, Claims, TokenIssuer};
use mock_ecr::{Config, Timestamp};

fn main() {
    divan::main();
}

/// Each token is issued in another millisecond, so that none is cached.
#[divan::bench]
fn issue(bencher: Bencher<'_, '_>) {
    let issuer = TokenIssuer::new(&Config::default());
    let mut millis = 0;
    bencher
        .with_inputs(|| {
            millis += 1;
            claims(millis)
        })
        .bench_local_refs(|claims| issuer.issue(claims));
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let issuer = TokenIssuer::new(&Config::default());
    let token: AuthorizationToken = issuer.issue(&claims(1));
    let now = Timestamp::from_millis(1);
    bencher.bench_local(|| issuer.verify(divan::black_box(token.as_str()), now));
}

fn claims(millis: i64) -> Claims {
    let config = Config::default();
    let principal = config.default_principal().arn;
    let issued = Timestamp::from_millis(millis);
    Claims::new(principal, config.region, issued, config.token_ttl)
}
