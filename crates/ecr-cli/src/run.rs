//! The plan of a call, in the order in which v1 finds fault with it.

use std::ffi::OsString;

use crate::args::{CommandLine, Operation, Typed};
use crate::client;
use crate::config::Settings;
use crate::error::Error;
use crate::output::query::Query;
use crate::output::{self, Colour, Print, help, password, version};
use crate::registry_ids::RegistryIds;

/// Runs the command line and answers what belongs on stdout; nothing is printed before success.
pub(crate) fn run(argv: impl Iterator<Item = OsString>) -> Result<String, Error> {
    match Typed::parse(argv)? {
        Typed::Version => Ok(version()),
        Typed::Help(program) => Ok(help(program)),
        Typed::Command(line) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Error::Runtime)?;
            let text = runtime.block_on(interruptible(line));
            // A name that is still being resolved must not hold up the end.
            runtime.shutdown_background();
            text
        }
    }
}

async fn interruptible(line: CommandLine) -> Result<String, Error> {
    tokio::select! {
        text = command(line) => text,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    }
}

async fn command(line: CommandLine) -> Result<String, Error> {
    let query = line.globals.query.as_deref().map(Query::compile);
    let query = query.transpose()?;
    let settings = Settings::load(&line.globals).await?;
    match line.operation()? {
        Operation::Help => Ok(help(line.program)),
        Operation::GetAuthorizationToken { registry_ids } => {
            let print = Print {
                format: settings.format(),
                query,
                colour: Colour::named(line.globals.color.as_deref()),
                timestamps: settings.timestamps(),
            };
            let registry_ids = registry_ids.map(RegistryIds::read).transpose()?;
            let config = settings.resolve()?;
            let registry_ids = registry_ids.map(RegistryIds::validated).transpose()?;
            let answer = client::authorization_token(&config, registry_ids).await?;
            output::render(answer.into_document(), &print)
        }
        Operation::GetLoginPassword => {
            let answer = client::authorization_token(&settings.resolve()?, None).await?;
            password::render(&answer)
        }
    }
}
