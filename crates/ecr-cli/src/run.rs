//! The plan of a call, in the order in which v1 finds fault with it.

use std::ffi::OsString;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::args::operation::{GetAuthorizationToken, GetLogin, Operation, Skeleton};
use crate::args::{CommandLine, Typed};
use crate::client;
use crate::config::Settings;
use crate::error::Error;
use crate::helper;
use crate::input::{Input, Loaded};
use crate::output::query::Query;
use crate::output::{self, Colour, Print, help, password, version};
use crate::skeleton;

/// Runs the command line and answers what belongs on stdout; nothing is printed before success.
pub(crate) fn run(argv: impl Iterator<Item = OsString>) -> Result<String, Error> {
    match Typed::parse(helper::spelled_out(argv))? {
        Typed::Version(program) => Ok(version(program)),
        Typed::Help(program) => Ok(help::program(program)),
        Typed::Command(line) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .thread_stack_size(STACK)
                .build()
                .map_err(Error::Runtime)?;
            let text = runtime.block_on(interruptible(line));
            // A name that is still being resolved must not hold up the end.
            runtime.shutdown_background();
            text
        }
    }
}

/// Runs the command on a thread of its own: Ctrl-C ends it even while it reads a pipe that nobody writes to.
async fn interruptible(line: Box<CommandLine>) -> Result<String, Error> {
    let runtime = Handle::current();
    let command = spawn_blocking(move || runtime.block_on(command(&line)));
    tokio::select! {
        text = command => text.map_err(|error| Error::Runtime(error.into()))?,
        _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
    }
}

async fn command(line: &CommandLine) -> Result<String, Error> {
    if let Some(called) = line.helper() {
        return helper::run(called, &line.globals).await;
    }
    let query = line.globals.query.as_deref().map(Query::compile);
    let query = query.transpose()?;
    let settings = Settings::load(&line.globals).await?;
    match line.operation()? {
        Operation::Help(topic) => Ok(help::page(topic, line.program)),
        Operation::GetAuthorizationToken(typed) => {
            let print = Print {
                format: settings.format(),
                query,
                colour: Colour::named(line.globals.color.as_deref()),
                timestamps: settings.timestamps(),
            };
            get_authorization_token(&settings, typed, &print).await
        }
        Operation::GetLogin(typed) => get_login(&settings, typed).await,
        Operation::GetLoginPassword => {
            let answer = client::authorization_token(&settings.resolve().await?, None).await?;
            password::render(&answer)
        }
    }
}

async fn get_authorization_token(
    settings: &Settings<'_>,
    typed: GetAuthorizationToken,
    print: &Print,
) -> Result<String, Error> {
    let skeleton = typed.skeleton;
    let input = Loaded::read(typed)?;
    settings.check_profile()?;
    let input = input.merged()?;
    if skeleton == Some(Skeleton::Input) {
        return Ok(skeleton::INPUT.to_owned());
    }
    let config = settings.resolve().await?;
    let registry_ids = input.validated()?;
    let document = match skeleton {
        Some(_) => skeleton::output(&print.format),
        None => client::authorization_token(&config, registry_ids)
            .await?
            .into_document(),
    };
    output::render(document, print)
}

async fn get_login(settings: &Settings<'_>, typed: GetLogin) -> Result<String, Error> {
    let email = typed.email;
    let input = Input::of_login(typed)?;
    let config = settings.resolve().await?;
    let answer = client::authorization_token(&config, input.validated()?).await?;
    password::logins(answer, email)
}

/// As much as a main thread has, in bytes: a query nests as deep as it is long.
const STACK: usize = 8 << 20;
