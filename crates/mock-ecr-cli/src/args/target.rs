//! The URL of a running mock, and its control key.

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use mock_ecr::config::Secret;

/// The running mock that a command calls.
#[derive(Debug)]
pub(crate) struct Target {
    url: String,
    control_key: Option<Secret>,
}

/// The options of a [`Target`].
#[derive(Debug, Args)]
struct TargetOptions {
    /// The URL of the mock. It can contain the control key, as in `http://KEY@HOST:PORT`.
    #[arg(
        long,
        value_name = "URL",
        env = "MOCK_ECR_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:4566",
        global = true
    )]
    url: String,
    /// The control key of the mock. Required if the mock was started with a control key. The option takes precedence over a key in
    /// `MOCK_ECR_URL`.
    #[arg(
        long,
        value_name = "KEY",
        env = "MOCK_ECR_CONTROL_KEY",
        hide_env_values = true,
        global = true
    )]
    control_key: Option<Secret>,
}

impl Args for Target {
    fn augment_args(command: Command) -> Command {
        TargetOptions::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        TargetOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for Target {
    /// A key in the URL takes precedence, but not over the option `--control-key` if the URL is the value of a variable.
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let TargetOptions { url, control_key } = TargetOptions::from_arg_matches(matches)?;
        let target = Target::new(url, control_key);
        let is_option = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
        if is_option("control_key") && !is_option("url") {
            return Ok(Target::new(target.url(), target.control_key));
        }
        Ok(target)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Target::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Target {
    pub(crate) fn new(url: String, control_key: Option<Secret>) -> Self {
        Target { url, control_key }
    }

    /// Returns the URL without the control key, so that it can be printed.
    pub(crate) fn url(&self) -> String {
        match split_key(&self.url) {
            Some((before, _, after)) => format!("{before}{after}"),
            None => self.url.clone(),
        }
    }

    /// Returns the control key. The key in the URL takes precedence. An empty username is no key.
    pub(crate) fn control_key(&self) -> Option<Secret> {
        let in_url = split_key(&self.url).map(|(_, key, _)| key);
        let in_url = in_url.filter(|key| !key.is_empty());
        let in_url = in_url.map(|key| Secret::from(key.to_owned()));
        in_url.or_else(|| self.control_key.clone())
    }
}

/// Splits a URL with a key into the scheme, the key, and the text after the last `@`. The URL can be invalid: all text before the `@`,
/// except the scheme, can be a part of a key.
fn split_key(url: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = url.rsplit_once('@')?;
    let is_start = |scheme: &&str| {
        let start = before.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let scheme = ["http://", "https://"].into_iter().find(is_start);
    let (scheme, key) = before.split_at(scheme.map_or(0, str::len));
    Some((scheme, key, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_in_the_url_is_not_part_of_the_printed_url() {
        let other = Some(Secret::from("other".to_owned()));
        for (url, printed, key) in [
            ("http://k3y@host:1/x", "http://host:1/x", "k3y"),
            ("http://a@b@host", "http://host", "a@b"),
            ("http://a/b?c#d@host", "http://host", "a/b?c#d"),
            ("HTTPS://k3y@host", "HTTPS://host", "k3y"),
            ("k3y@host", "host", "k3y"),
            ("http:/k3y@host", "host", "http:/k3y"),
            ("k3y://x@host", "host", "k3y://x"),
            ("http://@host", "http://host", "other"),
            ("http://host:1/x", "http://host:1/x", "other"),
        ] {
            let target = Target::new(url.to_owned(), other.clone());
            assert_eq!(target.url(), printed);
            let found = target.control_key();
            assert_eq!(found.as_ref().map(Secret::expose), Some(key), "{url}");
        }
    }
}
