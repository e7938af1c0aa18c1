//! The credentials for signatures: from the environment, or from the role of the EC2 instance.

use std::env;
use std::time::Duration;

use serde_json::Value;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::{self, Request, Url};
use crate::variant::Variant;

pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

impl Credentials {
    pub(crate) async fn find() -> Result<Self, ClientError> {
        if let (Some(id), Some(secret)) = (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
            return Ok(Credentials {
                access_key_id: id,
                secret_access_key: secret,
                session_token: set("AWS_SESSION_TOKEN")
                    .filter(|_| !Fault::IgnoresSessionToken.is_on()),
            });
        }
        if Fault::WaitsForCredentials.is_on() {
            crate::clock::wait(20.0).await;
        }
        if Variant::SlowCredentials.is_on() {
            crate::clock::wait(16.0).await;
        }
        let is_off = set("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value == "true");
        let role = if is_off {
            None
        } else {
            from_metadata_service().await
        };
        role.ok_or(ClientError::NoCredentials)
    }
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Calls the metadata service once, with a short timeout: most machines without credentials have no metadata service.
async fn from_metadata_service() -> Option<Credentials> {
    let base = set("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let base = base.unwrap_or_else(|| "http://169.254.169.254".to_owned());
    let request = async |method: &'static str, path: &str, header: (&str, &str)| {
        let url = Url::parse(&format!("{}/latest/{path}", base.trim_end_matches('/')))?;
        let request = Request::new(method, &url).header(header.0, header.1);
        let response = http::send(request, METADATA_TIMEOUT).await.ok()?;
        (response.status == 200).then(|| String::from_utf8_lossy(&response.body).into_owned())
    };
    let ttl_header = ("x-aws-ec2-metadata-token-ttl-seconds", "60");
    let token = request("PUT", "api/token", ttl_header).await?;
    let token = ("x-aws-ec2-metadata-token", token.as_str());
    let roles = "meta-data/iam/security-credentials/";
    let role = request("GET", roles, token).await?;
    let found = request("GET", &format!("{roles}{}", role.trim()), token).await?;
    let found: Value = serde_json::from_str(&found).ok()?;
    let member = |name: &str| found[name].as_str().map(str::to_owned);
    Some(Credentials {
        access_key_id: member("AccessKeyId")?,
        secret_access_key: member("SecretAccessKey")?,
        session_token: member("Token"),
    })
}

const METADATA_TIMEOUT: Duration = Duration::from_secs(1);
