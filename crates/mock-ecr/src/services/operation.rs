//! An operation of a service, and its entry in a table.

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::error::ApiError;
use crate::aws::model::shapes::Model;
use crate::aws::model::validate::Input;
use crate::services::context::RequestContext;
use crate::types::Fidelity;

/// An operation of a service. The type is its input, which is validated against the service model.
pub(crate) trait Operation: DeserializeOwned + Send + 'static {
    /// The name in requests, in the service model, and in actions of policies.
    const NAME: &'static str;

    /// The source of the output.
    const FIDELITY: Fidelity;

    /// The resource for which the policy of the caller is evaluated.
    const RESOURCE: Resource = Resource::Input;

    /// Whether the operation changes something.
    const EFFECT: Effect = Effect::Change;

    /// Whether the operation depends on the state of the registries. If it does, due work is carried out before it.
    const USES_REPOSITORIES: bool = true;

    /// The output. Its members are serialized in the order of its fields.
    type Output: Serialize;

    fn run(
        self,
        cx: &RequestContext<'_>,
    ) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// The resource for which the policy of the caller is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A resource that the input names. The operation evaluates the policy itself.
    Input,
    /// No resource. No policy is evaluated.
    Unchecked,
    /// `*`. The policy is evaluated before the input is validated.
    Any,
}

/// Whether an operation changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Change,
}

/// An entry of a table of operations.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) fidelity: Fidelity,
    pub(crate) effect: Effect,
    resource: Resource,
    uses_repositories: bool,
    run: Run,
}

type Run = for<'a> fn(&'a RequestContext<'a>, Input) -> BoxFuture<'a, Result<String, ApiError>>;

impl Entry {
    pub(crate) const fn of<O: Operation>() -> Self {
        Entry {
            name: O::NAME,
            fidelity: O::FIDELITY,
            effect: O::EFFECT,
            resource: O::RESOURCE,
            uses_repositories: O::USES_REPOSITORIES,
            run: |cx, input| Box::pin(run::<O>(cx, input)),
        }
    }

    /// Runs the operation, and returns the output, formatted for the protocol of the service.
    pub(crate) async fn run(
        &self,
        cx: &RequestContext<'_>,
        input: Input,
    ) -> Result<String, ApiError> {
        if self.resource == Resource::Any {
            cx.authorize_on_any_resource().await?;
        }
        if self.uses_repositories {
            cx.state.repositories.run_due(cx.now).await?;
        }
        (self.run)(cx, input).await
    }
}

/// The part that depends on the type. The program contains it once for each operation, so it is small.
async fn run<O: Operation>(cx: &RequestContext<'_>, input: Input) -> Result<String, ApiError> {
    let operation: O = input.read(Model::of(cx.service), O::NAME)?;
    let output = operation.run(cx).await?;
    Ok(cx.service.print(&output))
}
