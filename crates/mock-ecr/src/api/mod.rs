//! Step 4 on the API: AWS JSON 1.1 in, AWS JSON 1.1 out.
//!
//! The order of checks is the one that was recorded of Kinesis, which speaks the same protocol: method, content type, JSON,
//! target, signature, types, constraints. `[ANALOG]` Source: mhart/kinesalite, `index.js` and `test/connection.js`.
//! The policy of the caller is evaluated between signature and types. `[ASSUME]`

mod epoch_seconds;
mod error;
mod get_authorization_token;
mod input;
mod protocol;
mod response;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use crate::ecr::Ecr;
use crate::journal::Exchange;
use crate::name::Region;
use crate::principal::{Caller, Denial};
use crate::sigv4;
use crate::timestamp::Timestamp;

pub(crate) use error::ApiError;
use get_authorization_token::GetAuthorizationToken;
use input::Input;

/// A call of the API as it came over the wire.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Parts,
    pub(crate) body: &'a [u8],
    pub(crate) host_region: Option<&'a Region>,
    pub(crate) now: Timestamp,
}

/// Answers a call, and notes in the exchange what came of it.
pub(crate) fn answer(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Response<Bytes> {
    let outcome = run(ecr, call, exchange);
    let request_id = ecr.request_ids.next();
    let response = match outcome {
        Ok(output) => response::json(StatusCode::OK, output, &request_id),
        Err(error) => {
            exchange.error = Some(error.code());
            error.into_response(&request_id)
        }
    };
    exchange.request_id = Some(request_id);
    response
}

/// Answers a call whose body was not fit to be read.
pub(crate) fn refuse(error: ApiError, exchange: &mut Exchange) -> Response<Bytes> {
    exchange.error = Some(error.code());
    error.into_response("")
}

fn run(ecr: &Ecr, call: &Call<'_>, exchange: &mut Exchange) -> Result<String, ApiError> {
    let (operation, input) = protocol::read(call)?;
    exchange.operation = Some(operation.name());
    let verifier = ecr.verifier(call.host_region);
    let caller = sigv4::verify(call.request, call.body, &verifier, call.now)?;
    exchange.caller = Some(caller.clone());
    exchange.keep_input(call.body);
    authorize(&caller, operation)?;
    operation.run(ecr, &caller, &input, call.now, exchange)
}

/// Source of the texts: terraform-aws-modules/terraform-aws-iam#514 (2024) where nothing allows, aws/aws-cli#5592 (2020) where
/// something denies.
fn authorize(caller: &Caller, operation: Operation) -> Result<(), ApiError> {
    let action = operation.action();
    caller.principal().may(action).map_err(|denial| {
        let why = match denial {
            Denial::Implicit => {
                format!("because no identity-based policy allows the {action} action")
            }
            Denial::Explicit => "with an explicit deny".to_owned(),
        };
        let arn = caller.arn();
        ApiError::AccessDenied(format!(
            "User: {arn} is not authorized to perform: {action} on resource: * {why}"
        ))
    })
}

/// The operations that the mock has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    GetAuthorizationToken,
}

impl Operation {
    const ALL: [Operation; 1] = [Operation::GetAuthorizationToken];

    fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }

    fn name(self) -> &'static str {
        let action = self.action();
        action.strip_prefix("ecr:").unwrap_or(action)
    }

    /// What policies call it.
    fn action(self) -> &'static str {
        match self {
            Operation::GetAuthorizationToken => "ecr:GetAuthorizationToken",
        }
    }

    fn run(
        self,
        ecr: &Ecr,
        caller: &Caller,
        input: &Input,
        now: Timestamp,
        exchange: &mut Exchange,
    ) -> Result<String, ApiError> {
        match self {
            Operation::GetAuthorizationToken => {
                let operation = GetAuthorizationToken::parse(input)?;
                Ok(operation.run(ecr, caller, now, exchange))
            }
        }
    }
}
