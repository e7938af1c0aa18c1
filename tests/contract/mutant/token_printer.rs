//! `token-printer`: the password on stdout, as `aws ecr get-login-password` prints it.

use crate::api;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::registry::{self, Registry};
use crate::say;

pub(crate) async fn run(arguments: &[String]) -> Result<(), Failure> {
    let registry = match arguments {
        [registry] => Registry::or_local(registry)?,
        [] => Registry::nameless(registry::region()?, String::new()),
        _ => return Err(Failure::Usage("usage: token-printer [REGISTRY]")),
    };
    let login = api::fetch(&registry).await?;
    let end = match () {
        () if Fault::PrintsNoNewline.is_on() => "",
        () if Fault::PrintsCrLf.is_on() => "\r\n",
        () => "\n",
    };
    say::out(&format!("{}{end}", login.password));
    Ok(())
}
