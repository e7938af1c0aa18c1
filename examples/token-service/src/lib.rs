//! A service that caches a token of Amazon ECR and renews it before it expires.

use std::time::{Duration, SystemTime};

use aws_sdk_ecr::Client;
use aws_smithy_async::time::SharedTimeSource;
use aws_types::SdkConfig;
use tokio::sync::Mutex;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The time before its expiry at which a token is renewed.
const MARGIN: Duration = Duration::from_secs(15 * 60);

/// A cache of one token, which any number of tasks share.
pub struct TokenService {
    client: Client,
    clock: SharedTimeSource,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    expires: SystemTime,
}

impl TokenService {
    /// Creates a service with the configuration and the clock of the SDK.
    pub fn new(config: &SdkConfig) -> Self {
        TokenService {
            client: Client::new(config),
            clock: config.time_source().unwrap_or_default(),
            token: Mutex::default(),
        }
    }

    /// Returns the cached token. Requests a new one if the token expires soon.
    ///
    /// # Errors
    ///
    /// Returns the error of the request if there is no cached token, or if the cached token has expired.
    pub async fn token(&self) -> Result<String, Error> {
        let mut cached = self.token.lock().await;
        match &*cached {
            Some(token) if self.is_valid(token, MARGIN) => Ok(token.text.clone()),
            previous => match (self.request().await, previous) {
                (Ok(new), _) => Ok(cached.insert(new).text.clone()),
                (Err(_), Some(token)) if self.is_valid(token, Duration::ZERO) => {
                    Ok(token.text.clone())
                }
                (Err(error), _) => Err(error),
            },
        }
    }

    fn is_valid(&self, token: &Token, margin: Duration) -> bool {
        self.clock.now() + margin < token.expires
    }

    async fn request(&self) -> Result<Token, Error> {
        let output = self.client.get_authorization_token().send().await?;
        let data = output.authorization_data().first();
        let data = data.ok_or("the response contains no token")?;
        let expires = data.expires_at().ok_or("the token has no expiry time")?;
        Ok(Token {
            text: data.authorization_token().unwrap_or_default().to_owned(),
            expires: SystemTime::try_from(*expires)?,
        })
    }
}
