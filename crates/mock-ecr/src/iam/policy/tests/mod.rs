//! Tests of policies.

mod conditions;
mod examples;
mod grammar;
mod naive;
mod principals;

use std::sync::Arc;

use crate::http::ingress::Ingress;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::iam::principal::{Caller, Principal};
use crate::types::Region;

const USER: &str = "arn:aws:iam::210987654321:user/ci";
const SESSION: &str = "arn:aws:sts::210987654321:assumed-role/Deploy/job";
const ROLE: &str = "arn:aws:iam::210987654321:role/Deploy";
const ROOT: &str = "arn:aws:iam::210987654321:root";

fn caller(arn: &str) -> Caller {
    with_context(Principal::from_arn(arn).unwrap())
}

fn with_context(principal: Principal) -> Caller {
    Caller::new(Arc::new(principal), Region::default())
}

fn policy(statements: &str) -> RepositoryPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    RepositoryPolicy::parse(&text).unwrap_or_else(|error| panic!("{statements}: {error}"))
}

/// Returns the verdict on an action of a caller over TLS.
fn verdict(statements: &str, caller: &Caller, operation: &'static str) -> Verdict {
    let request = AccessRequest {
        caller,
        action: Action::ecr(operation),
        ingress: Ingress::Https,
    };
    policy(statements).verdict(&request)
}

/// Returns a statement about `ecr:*`.
fn statement(effect: &str, principal: &str) -> String {
    format!(r#"{{"Effect":"{effect}",{principal},"Action":"ecr:*"}}"#)
}
