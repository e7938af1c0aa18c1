//! Calls `GetAuthorizationToken`.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::clock;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::{self, Request, Response};
use crate::login::Login;
use crate::output;
use crate::registry::Registry;
use crate::response;
use crate::retry::{self, RetryBudget, RetryReason};
use crate::sign;
use crate::variant::Variant;

/// Requests the login of a registry, and retries where that may help.
pub(crate) async fn fetch(registry: &Registry) -> Result<Login, ClientError> {
    fetch_with_budget(registry, RetryBudget::usual()).await
}

pub(crate) async fn fetch_with_budget(
    registry: &Registry,
    budget: RetryBudget,
) -> Result<Login, ClientError> {
    let body = request_body(registry).to_string();
    let call = Call::new(registry, body).await?;
    let response = call.make(budget).await;
    let login = response.and_then(|response| response::login(&response.body, registry));
    let login = with_empty_login(login)?;
    output::debug(&login);
    Ok(login)
}

fn request_body(registry: &Registry) -> Value {
    match &registry.account {
        account if Fault::EmptyRegistryIds.is_on() && !is_first(account) => {
            json!({ "registryIds": [] })
        }
        Some(_) if Variant::TokenOfRegion.is_on() => json!({}),
        Some(account) => json!({ "registryIds": [account] }),
        None => json!({}),
    }
}

/// Returns whether this process has requested no other account before.
fn is_first(account: &Option<String>) -> bool {
    static FIRST: OnceLock<Option<String>> = OnceLock::new();
    FIRST.get_or_init(|| account.clone()) == account
}

/// Applies the faults that turn an error into an empty login.
fn with_empty_login(login: Result<Login, ClientError>) -> Result<Login, ClientError> {
    let empty = Login {
        username: String::new(),
        password: String::new(),
        expires_at: None,
        endpoint: String::new(),
    };
    match login {
        Err(error) if error.code().starts_with("Expired") && Fault::HidesExpiredKeys.is_on() => {
            Err(ClientError::Unspecified)
        }
        Err(error) if becomes_empty_login(&error) => Ok(empty),
        login => login,
    }
}

fn becomes_empty_login(error: &ClientError) -> bool {
    match error {
        ClientError::InvalidResponse(response::HTML) => Fault::HtmlIsEmptyLogin.is_on(),
        ClientError::InvalidResponse(response::NO_ENTRY) => Fault::NoEntryIsEmptyLogin.is_on(),
        _ => match error.code() {
            "UnrecognizedClientException" => Fault::UnknownKeyIsEmptyLogin.is_on(),
            "AccessDeniedException" => Fault::DenialIsEmptyLogin.is_on(),
            _ => false,
        },
    }
}

/// The data of all attempts of one request.
struct Call {
    endpoint: Endpoint,
    credentials: Credentials,
    body: String,
    /// The difference between the service's clock and this machine's, in seconds.
    skew: f64,
}

impl Call {
    async fn new(registry: &Registry, body: String) -> Result<Self, ClientError> {
        Ok(Call {
            endpoint: Endpoint::of(registry)?,
            credentials: Credentials::find().await?,
            body,
            skew: 0.0,
        })
    }

    async fn make(mut self, mut budget: RetryBudget) -> Result<Response, ClientError> {
        if Fault::RequestsTwice.is_on() {
            self.send(&budget).await?;
        }
        loop {
            let response = self.send(&budget).await;
            let reason = retry::retry_reason(&response);
            let retry_after = response.as_ref().ok().and_then(retry::retry_after);
            let error = match response {
                Ok(response) if response.status == 200 => return Ok(response),
                Ok(response) => rejection(&response),
                Err(error) => error,
            };
            if self.corrects_skew(&error) {
                continue;
            }
            match reason.or_else(|| reason_to_retry_code(error.code(), retry_after)) {
                Some(reason) if budget.again(reason).await => (),
                _ => return Err(without_clock_hint(error)),
            }
        }
    }

    async fn send(&self, budget: &RetryBudget) -> Result<Response, ClientError> {
        let mut request = Request::new("POST", &self.endpoint.url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", TARGET);
        request.body = self.body.clone().into_bytes();
        let at = clock::now() + self.skew;
        let request = sign::signed(request, &self.endpoint, &self.credentials, at);
        http::send(request, budget.limit()).await
    }

    /// Corrects the clock skew that a rejected signature reveals. Returns false if it was corrected before.
    fn corrects_skew(&mut self, error: &ClientError) -> bool {
        let ClientError::Clock {
            date: Some(date), ..
        } = error
        else {
            return false;
        };
        let is_ignored = Fault::HidesClockError.is_on()
            || Fault::HidesClockErrorInLogfmt.is_on()
            || Fault::RetriesSkewedSignatures.is_on()
            || Variant::ReportsDate.is_on();
        let skew = date - clock::now();
        let is_new = self.skew == 0.0 && skew.abs() > A_MINUTE && !is_ignored;
        if is_new {
            self.skew = skew;
        }
        is_new
    }
}

/// Applies the fault that hides the reference to the clock, and the variant that reports another message.
fn without_clock_hint(error: ClientError) -> ClientError {
    match error {
        ClientError::Clock { code, .. } if Fault::HidesClockError.is_on() => {
            ClientError::Rejected {
                code,
                message: "no".to_owned(),
            }
        }
        ClientError::Clock { .. } if Fault::HidesClockErrorInLogfmt.is_on() => {
            let line = "time=\"2026-11-28T10:13:00Z\" level=error msg=\"cannot get a login\"";
            ClientError::Other(line.to_owned())
        }
        ClientError::Clock { .. } if Variant::ReportsDate.is_on() => {
            ClientError::Other("the date of this computer is wrong by an hour".to_owned())
        }
        error => error,
    }
}

fn rejection(response: &Response) -> ClientError {
    let body = serde_json::from_slice::<Value>(&response.body);
    if Fault::PanicsOnErrorBody.is_on() {
        assert!(body.is_ok(), "the body of an error is JSON");
    }
    let body = body.unwrap_or_default();
    let member = |names: [&str; 2]| names.iter().find_map(|name| body[name].as_str());
    let code = member(["__type", "code"]).unwrap_or("UnknownError");
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    let message = member(["message", "Message"])
        .unwrap_or("no message")
        .to_owned();
    let message = format!("{message} (HTTP {})", response.status);
    match CLOCKS.contains(&code.as_str()) {
        true => ClientError::Clock {
            code,
            message,
            date: response.header("date").and_then(clock::of_header),
        },
        false => ClientError::Rejected { code, message },
    }
}

fn reason_to_retry_code(code: &str, retry_after: Option<f64>) -> Option<RetryReason> {
    let is_busy = code.contains("Throttl") && !Fault::NoRetryOn400.is_on()
        || code == "TooManyRequestsException" && !Fault::NoRetryOn429.is_on()
        || [
            "RequestLimitExceeded",
            "ServerException",
            "ServiceUnavailable",
        ]
        .contains(&code)
        || code.starts_with("ExpiredToken") && Fault::RetriesExpiredKeys.is_on()
        || CLOCKS.contains(&code) && Fault::RetriesSkewedSignatures.is_on();
    is_busy.then_some(RetryReason::Busy(retry_after))
}

/// The error codes for signatures with a wrong time.
const CLOCKS: [&str; 4] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "RequestExpired",
    "RequestTimeTooSkewed",
];
const A_MINUTE: f64 = 60.0;
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
