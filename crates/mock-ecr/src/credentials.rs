//! Issues, verifies and revokes the tokens of a running mock, and adds temporary credentials.

use crate::aws::action_name::ActionName;
use crate::iam::identity_store::SessionError;
use crate::iam::principal::{Caller, Principal};
use crate::mock_ecr::MockEcr;
use crate::token::{
    AuthorizationToken, Claims, Revocation, TokenError, TokenRecord, TooManyRevocations,
};
use crate::types::{PrincipalArn, Region};

impl MockEcr {
    /// Returns the records of two kinds of tokens, oldest first: tokens that the mock issued, and tokens that were
    /// presented to its registry and could be decrypted. Each record contains the number of times that the token was
    /// presented. The mock stores at most 10,000 records and discards the oldest.
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ecr = MockEcr::start().await?;
    /// let token = ecr.issue_token();
    /// let [record] = &ecr.tokens()[..] else { panic!("expected one token") };
    /// assert_eq!((record.id, record.presented, &record.error), (token.id(), 0, &None));
    /// # Ok(())
    /// # }
    /// ```
    pub fn tokens(&self) -> Vec<TokenRecord> {
        self.state.tokens.records(self.clock().now())
    }

    /// Issues a token for the first principal, in the Region of the configuration. The token is equal to the token that
    /// `GetAuthorizationToken` would return to this principal at the current time.
    pub fn issue_token(&self) -> AuthorizationToken {
        let config = self.config();
        self.issue_token_for(config.default_principal().arn, config.region.clone())
    }

    /// Issues a token for a principal and a Region. The permissions of the principal are not checked, and the principal
    /// need not exist in the configuration. However, a token whose principal does not exist is rejected with
    /// [`TokenError::UnknownPrincipal`] when it is verified, unless the principal is the root user of an account that
    /// exists or the mock uses [`AuthMode::Lenient`](crate::config::AuthMode::Lenient). The token expires after
    /// [`Config::token_ttl`](crate::Config::token_ttl).
    ///
    /// # Panics
    ///
    /// Panics if the Region is neither known nor one of
    /// [`Config::additional_regions`](crate::Config::additional_regions).
    #[track_caller]
    pub fn issue_token_for(&self, principal: PrincipalArn, region: Region) -> AuthorizationToken {
        if let Err(error) = region.check_known(&self.config().additional_regions) {
            panic!("cannot issue a token for {region:?}: {error}");
        }
        let ttl = self.config().token_ttl;
        let claims = Claims::new(principal, region, self.clock().now(), ttl);
        self.state.tokens.issue(&claims)
    }

    /// Verifies a token, or the password that it contains, at the current time of the mock's clock. Returns the caller
    /// that the token authenticates.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`TokenIssuer::verify`](crate::token::TokenIssuer::verify).
    pub fn verify_token(&self, token_or_password: &str) -> Result<Caller, TokenError> {
        let now = self.clock().now();
        self.state.tokens.verify(token_or_password, now)
    }

    /// Adds credentials to the running mock, such as those of an assumed role.
    ///
    /// The mock accepts the credentials until they expire or [`reset`](MockEcr::reset) is called. The mock stores only
    /// the latest 10,000 sessions: if there are more, it removes the oldest session and no longer accepts its
    /// credentials. A token identifies its principal by ARN. If several principals have the same ARN, a principal of
    /// the configuration has precedence over sessions, and a later session has precedence over earlier sessions.
    ///
    /// # Errors
    ///
    /// Returns an error if the access key ID or the secret access key is invalid, if the access key ID belongs to
    /// another principal or session, if an allowed or denied action is unknown, or if the configuration lists accounts and
    /// the account of the session is not in the list.
    pub fn add_session(&self, session: Principal) -> Result<(), SessionError> {
        let (account, listed) = (session.arn.account(), &self.config().accounts);
        if !listed.is_empty() && listed.iter().all(|listed| listed.id != account) {
            return Err(SessionError::UnknownAccount(account));
        }
        let patterns = session.allow.iter().chain(&session.deny);
        for pattern in patterns {
            let parsed = pattern.parse::<ActionName>();
            parsed.map_err(|error| SessionError::UnknownAction(error.to_string()))?;
        }
        self.state.principals.add_session(session)
    }

    /// Revokes tokens. If a revoked token has not expired, [`verify_token`](MockEcr::verify_token) returns
    /// [`TokenError::Revoked`] for it. The registry rejects the token and records this error in
    /// [`ReceivedRequest::token_error`](crate::request_log::ReceivedRequest::token_error). A revocation is valid until
    /// [`reset`](MockEcr::reset) is called.
    ///
    /// # Errors
    ///
    /// Returns an error if 10,000 IDs and principals are revoked already, and the revocation is for another one. A mock
    /// never discards a revocation.
    pub fn revoke(&self, revocation: Revocation) -> Result<(), TooManyRevocations> {
        let now = self.state.clock.now();
        self.state.tokens.revoke_at(revocation, now)
    }
}
