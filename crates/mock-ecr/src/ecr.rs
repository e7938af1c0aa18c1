//! What one mock knows, behind both planes.

use std::sync::Arc;

use crate::clock::Clock;
use crate::journal::Journal;
use crate::name::{AccountId, Region};
use crate::principals::Principals;
use crate::request_id::RequestIds;
use crate::sigv4::{self, SigningKeys};
use crate::token::TokenIssuer;
use crate::world::World;

/// The world of a mock and all that has come of it since it started.
#[derive(Debug)]
pub(crate) struct Ecr {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) principals: Arc<Principals>,
    pub(crate) tokens: TokenIssuer,
    pub(crate) request_ids: RequestIds,
    pub(crate) journal: Journal,
    signing_keys: SigningKeys,
    port: u16,
}

impl Ecr {
    pub(crate) fn new(world: World, port: u16) -> Self {
        let principals = Arc::new(Principals::new(&world));
        Ecr {
            clock: Clock::new(world.clock),
            tokens: TokenIssuer::with_principals(&world, Arc::clone(&principals)),
            request_ids: RequestIds::from_seed(&world.seed),
            journal: Journal::default(),
            signing_keys: SigningKeys::default(),
            principals,
            port,
            world,
        }
    }

    /// What a signature is held against, when it came to the host of a region.
    pub(crate) fn verifier<'a>(&'a self, host_region: Option<&'a Region>) -> sigv4::Verifier<'a> {
        sigv4::Verifier {
            principals: &self.principals,
            signing_keys: &self.signing_keys,
            clock: &self.clock,
            sigv4_clock: self.world.sigv4_clock,
            host_region,
        }
    }

    /// The URL of a registry, without a slash at its end.
    pub(crate) fn proxy_endpoint(&self, account: AccountId, region: &Region) -> String {
        self.world.proxy_endpoint.render(account, region, self.port)
    }
}
