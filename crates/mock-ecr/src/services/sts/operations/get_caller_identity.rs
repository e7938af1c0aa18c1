//! `GetCallerIdentity`: returns the caller.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::iam::unique_id;
use crate::services::context::RequestContext;
use crate::services::operation::{Operation, Resource};
use crate::types::Fidelity;

/// The input. No policy is evaluated: the operation is allowed even if a policy denies it. Source: `GetCallerIdentity` in the API reference
/// of AWS STS.
#[derive(Debug, Deserialize)]
pub(crate) struct GetCallerIdentity {}

/// The output, with its members in the recorded order. Source: an output of 2023 in a public README, found by its text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Output {
    arn: String,
    user_id: String,
    account: String,
}

impl Operation for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const RESOURCE: Resource = Resource::Unchecked;
    const USES_REPOSITORIES: bool = false;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let arn = cx.caller.arn();
        Ok(Output {
            arn: arn.to_string(),
            user_id: unique_id::of_caller(arn),
            account: arn.account().to_string(),
        })
    }
}
