//! `token-printer`: prints the password to stdout, like `aws ecr get-login-password`.

use crate::api;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::output;
use crate::registry::{self, Registry};
use crate::variant::Variant;

pub(crate) async fn run(arguments: &[String]) -> Result<(), ClientError> {
    let registry = match arguments {
        [registry] => Registry::or_local(registry)?,
        [] => Registry::nameless(registry::region()?, String::new()),
        _ => return Err(ClientError::Usage("usage: token-printer [REGISTRY]")),
    };
    let login = api::fetch(&registry).await?;
    let end = match () {
        () if Fault::PrintsNoNewline.is_on() || Variant::PrintsNoLineBreak.is_on() => "",
        () if Fault::PrintsCrLf.is_on() => "\r\n",
        () => "\n",
    };
    output::out(&format!("{}{end}", login.password));
    Ok(())
}
