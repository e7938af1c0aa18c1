//! `GetAccountSetting` and `PutAccountSetting`.
//!
//! Source of the outputs: an AWS blog post that shows both calls. `[ASSUME]`: a setting that was never set has its default value, and an
//! unknown name or value is rejected with `InvalidParameterException`.

use serde::{Deserialize, Serialize};

use crate::aws::account_setting::AccountSetting;
use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::services::context::RequestContext;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
pub(crate) struct GetAccountSetting {
    name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PutAccountSetting {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Output {
    name: &'static str,
    value: &'static str,
}

impl Output {
    fn of(setting: AccountSetting, value: &'static str) -> Self {
        Output {
            name: setting.name(),
            value,
        }
    }
}

impl Operation for GetAccountSetting {
    const NAME: &'static str = "GetAccountSetting";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let setting = parse_setting(&self.name)?;
        let value = cx
            .state
            .account_setting(&cx.own_registry(), setting)
            .await?;
        Ok(Output::of(setting, value))
    }
}

impl Operation for PutAccountSetting {
    const NAME: &'static str = "PutAccountSetting";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let setting = parse_setting(&self.name)?;
        let value = setting.value(&self.value).ok_or_else(|| {
            let values = setting.values().join(", ");
            invalid(
                "value",
                &format!("Member must satisfy enum value set: [{values}]"),
            )
        })?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let put = repositories.put_account_setting(&registry, setting, value);
        put.await?;
        Ok(Output::of(setting, value))
    }
}

fn parse_setting(name: &str) -> Result<AccountSetting, ApiError> {
    AccountSetting::named(name).ok_or_else(|| {
        let constraint = "must be the name of an account setting";
        invalid("name", constraint)
    })
}
