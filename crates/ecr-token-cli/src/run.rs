//! The steps of each command, in the order in which v1 reports errors.

use std::ffi::OsString;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::args::operation::{GetAuthorizationToken, GetLogin, Operation, Skeleton};
use crate::args::{CommandLine, Invocation};
use crate::client;
use crate::config::Settings;
use crate::error::Error;
use crate::forward;
use crate::helper;
use crate::input::{Input, RawInput};
use crate::output::query::Query;
use crate::output::{self, Colour, OutputOptions, help, password, version};
use crate::platform;
use crate::session::Session;
use crate::skeleton;

/// Runs the command line and returns the text for stdout. Nothing is printed before the command has succeeded.
pub(crate) fn run(argv: impl Iterator<Item = OsString>) -> Result<String, Error> {
    let argv: Vec<OsString> = argv.collect();
    if let Some(error) = forward::run(&argv) {
        return Err(error);
    }
    match Invocation::parse(helper::expand_docker_name(argv.into_iter()))? {
        Invocation::Version(program) => Ok(version(program)),
        Invocation::Help(program) => Ok(help::program(program)),
        Invocation::Command(line) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .thread_stack_size(STACK_SIZE)
                .build()
                .map_err(Error::Runtime)?;
            let text = runtime.block_on(interruptible(line));
            // Does not wait for a name resolution that is still running.
            runtime.shutdown_background();
            text
        }
    }
}

/// Runs the command on its own thread, so that Ctrl-C also ends it while it reads from an idle pipe.
async fn interruptible(line: Box<CommandLine>) -> Result<String, Error> {
    let runtime = Handle::current();
    let command = spawn_blocking(move || runtime.block_on(command(&line)));
    tokio::select! {
        text = command => text.map_err(|error| Error::Runtime(error.into()))?,
        _ = tokio::signal::ctrl_c() => {
            platform::show_input();
            Err(Error::Interrupted)
        }
    }
}

async fn command(line: &CommandLine) -> Result<String, Error> {
    if let Some(helper_command) = line.helper() {
        return helper::run(helper_command, &line.globals).await;
    }
    let query = line.globals.query.as_deref().map(Query::compile);
    let query = query.transpose()?;
    let settings = Settings::load(&line.globals)?;
    match line.operation()? {
        Operation::Help(topic) => Ok(help::page(topic, line.program)),
        Operation::GetAuthorizationToken(args) => {
            let print = OutputOptions {
                format: settings.format()?,
                query,
                colour: Colour::named(line.globals.color.as_deref()),
            };
            get_authorization_token(&settings, args, &print).await
        }
        Operation::GetLogin(args) => get_login(&settings, args).await,
        Operation::GetLoginPassword => {
            let response =
                client::authorization_token(&Session::open(&settings).await?, None).await?;
            password::render(&response).map(output::for_terminal)
        }
    }
}

async fn get_authorization_token(
    settings: &Settings<'_>,
    args: GetAuthorizationToken,
    print: &OutputOptions,
) -> Result<String, Error> {
    let skeleton = args.skeleton;
    let input = RawInput::read(args)?;
    settings.check_profile()?;
    let input = input.merged()?;
    if skeleton == Some(Skeleton::Input) {
        return Ok(skeleton::INPUT.to_owned());
    }
    let session = Session::open(settings).await?;
    let registry_ids = input.validated()?;
    let document = match skeleton {
        Some(_) => skeleton::output(&print.format),
        None => {
            let response = client::authorization_token(&session, registry_ids).await?;
            settings.timestamps().apply(response.into_document())?
        }
    };
    output::render(document, print)
}

async fn get_login(settings: &Settings<'_>, args: GetLogin) -> Result<String, Error> {
    let email = args.email;
    let input = Input::of_login(args)?;
    let session = Session::open(settings).await?;
    let response = client::authorization_token(&session, input.validated()?).await?;
    password::logins(response, email).map(output::for_terminal)
}

/// The usual size of a main thread's stack, in bytes. The depth of a query is limited only by its length.
const STACK_SIZE: usize = 8 << 20;
