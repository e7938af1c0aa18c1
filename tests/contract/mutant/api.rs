//! The one call: `GetAuthorizationToken`.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::answer;
use crate::clock;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::http::{self, Answer, Request};
use crate::login::Login;
use crate::registry::Registry;
use crate::retry::{self, Patience, Trouble};
use crate::say;
use crate::sign;

/// Asks for the login of a registry, and asks again where that may help.
pub(crate) async fn fetch(registry: &Registry) -> Result<Login, Failure> {
    fetch_patiently(registry, Patience::usual()).await
}

pub(crate) async fn fetch_patiently(
    registry: &Registry,
    patience: Patience,
) -> Result<Login, Failure> {
    let body = request_body(registry).to_string();
    let call = Call::new(registry, body).await?;
    let answer = call.make(patience).await;
    let login = answer.and_then(|answer| answer::login(&answer.body, registry));
    let login = forgiven(login)?;
    say::debug(&login);
    Ok(login)
}

fn request_body(registry: &Registry) -> Value {
    match &registry.account {
        account if Fault::EmptyRegistryIds.is_on() && !is_first(account) => {
            json!({ "registryIds": [] })
        }
        Some(account) => json!({ "registryIds": [account] }),
        None => json!({}),
    }
}

/// Whether this process has asked for no other account before.
fn is_first(account: &Option<String>) -> bool {
    static FIRST: OnceLock<Option<String>> = OnceLock::new();
    FIRST.get_or_init(|| account.clone()) == account
}

/// Faults that take a failure for a login that says nothing.
fn forgiven(login: Result<Login, Failure>) -> Result<Login, Failure> {
    let nobody = Login {
        username: String::new(),
        password: String::new(),
        expires_at: None,
        endpoint: String::new(),
    };
    match login {
        Err(failure) if is_forgiven(&failure) => Ok(nobody),
        login => login,
    }
}

fn is_forgiven(failure: &Failure) -> bool {
    match failure {
        Failure::Answer(answer::HTML) => Fault::HtmlIsAnonymous.is_on(),
        Failure::Answer(answer::NO_ENTRY) => Fault::NoEntryIsAnonymous.is_on(),
        _ => match failure.code() {
            "UnrecognizedClientException" => Fault::UnknownKeyIsAnonymous.is_on(),
            "AccessDeniedException" => Fault::DenialIsAnonymous.is_on(),
            _ => false,
        },
    }
}

/// The request of all tries.
struct Call {
    endpoint: Endpoint,
    credentials: Credentials,
    body: String,
    /// What the service's clock is ahead.
    skew: f64,
}

impl Call {
    async fn new(registry: &Registry, body: String) -> Result<Self, Failure> {
        Ok(Call {
            endpoint: Endpoint::of(registry)?,
            credentials: Credentials::find().await?,
            body,
            skew: 0.0,
        })
    }

    async fn make(mut self, mut patience: Patience) -> Result<Answer, Failure> {
        if Fault::AsksTwice.is_on() {
            self.send(&patience).await?;
        }
        loop {
            let answer = self.send(&patience).await;
            let trouble = retry::trouble(&answer);
            let wish = answer.as_ref().ok().and_then(retry::wish);
            let failure = match answer {
                Ok(answer) if answer.status == 200 => return Ok(answer),
                Ok(answer) => refusal(&answer),
                Err(failure) => failure,
            };
            if self.learns_of(&failure) {
                continue;
            }
            match trouble.or_else(|| trouble_of(failure.code(), wish)) {
                Some(trouble) if patience.again(trouble).await => (),
                _ => return Err(failure_without(failure)),
            }
        }
    }

    async fn send(&self, patience: &Patience) -> Result<Answer, Failure> {
        let mut request = Request::new("POST", &self.endpoint.url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", TARGET);
        request.body = self.body.clone().into_bytes();
        let at = clock::now() + self.skew;
        let request = sign::signed(request, &self.endpoint, &self.credentials, at);
        http::send(request, patience.limit()).await
    }

    /// Whether a refusal tells that this machine's clock is wrong, which is put right once.
    fn learns_of(&mut self, failure: &Failure) -> bool {
        let Failure::Clock {
            date: Some(date), ..
        } = failure
        else {
            return false;
        };
        let is_blind = Fault::HidesTheClock.is_on() || Fault::RetriesSignatures.is_on();
        let skew = date - clock::now();
        let is_news = self.skew == 0.0 && skew.abs() > A_MINUTE && !is_blind;
        if is_news {
            self.skew = skew;
        }
        is_news
    }
}

/// Without what would lead its reader to the clock.
fn failure_without(failure: Failure) -> Failure {
    match failure {
        Failure::Clock { code, .. } if Fault::HidesTheClock.is_on() => Failure::Refused {
            code,
            message: "no".to_owned(),
        },
        failure => failure,
    }
}

fn refusal(answer: &Answer) -> Failure {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let member = |names: [&str; 2]| names.iter().find_map(|name| body[name].as_str());
    let code = member(["__type", "code"]).unwrap_or("UnknownError");
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    let message = member(["message", "Message"])
        .unwrap_or("without a word")
        .to_owned();
    let message = format!("{message} (HTTP {})", answer.status);
    match CLOCKS.contains(&code.as_str()) {
        true => Failure::Clock {
            code,
            message,
            date: answer.header("date").and_then(clock::of_header),
        },
        false => Failure::Refused { code, message },
    }
}

fn trouble_of(code: &str, wish: Option<f64>) -> Option<Trouble> {
    let is_busy = code.contains("Throttl") && !Fault::NoRetryOf400.is_on()
        || code == "TooManyRequestsException" && !Fault::NoRetryOf429.is_on()
        || [
            "RequestLimitExceeded",
            "ServerException",
            "ServiceUnavailable",
        ]
        .contains(&code)
        || code.starts_with("ExpiredToken") && Fault::RetriesExpiredKeys.is_on()
        || CLOCKS.contains(&code) && Fault::RetriesSignatures.is_on();
    is_busy.then_some(Trouble::Busy(wish))
}

/// What services say of signatures whose time is wrong.
const CLOCKS: [&str; 4] = [
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "RequestExpired",
    "RequestTimeTooSkewed",
];
const A_MINUTE: f64 = 60.0;
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
