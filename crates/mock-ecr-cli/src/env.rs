//! `mock-ecr env`: the environment that leads a client to a running mock.

use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::args::{EnvOptions, RedirectMode, Shell};
use crate::error::Error;
use crate::{control_client, stdout};
use ecr_contract::surroundings::keep_certificate;

pub(crate) async fn env(options: EnvOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let mut query = vec![("redirect", options.redirect.name().to_owned())];
    if options.redirect != RedirectMode::Env {
        let pem = control_client::get(target, "ca.pem").await?;
        let path = keep_certificate(&String::from_utf8_lossy(&pem))?;
        query.push(("certificate", path.display().to_string()));
    }
    let resource = control_client::with_query("environment", query);
    let variables = control_client::get_json(target, &resource).await?;
    let none = Map::new();
    let variables = variables.as_object().unwrap_or(&none);
    stdout::print(&print(variables, options.format))?;
    Ok(ExitCode::SUCCESS)
}

fn print(variables: &Map<String, Value>, shell: Shell) -> String {
    if shell == Shell::Json {
        return format!("{:#}\n", Value::Object(variables.clone()));
    }
    let lines = variables.iter().filter_map(|(name, value)| {
        let line = match value.as_str() {
            Some(value) => set(shell, name, value),
            None => removed(shell, name)?,
        };
        Some(line + "\n")
    });
    lines.collect()
}

fn set(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Sh => format!("export {name}='{}'", value.replace('\'', r"'\''")),
        Shell::Fish => format!(
            "set -gx {name} '{}'",
            value.replace('\\', r"\\").replace('\'', r"\'")
        ),
        Shell::Pwsh => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
        Shell::Dotenv => format!("{name}='{}'", value.replace('\'', r"\'")),
        Shell::Github | Shell::Json => format!("{name}={value}"),
    }
}

fn removed(shell: Shell, name: &str) -> Option<String> {
    match shell {
        Shell::Sh => Some(format!("unset {name}")),
        Shell::Fish => Some(format!("set -e {name}")),
        Shell::Pwsh => Some(format!(
            "Remove-Item Env:{name} -ErrorAction SilentlyContinue"
        )),
        // An empty variable is not one that is not there: AWS's tools would look for a profile without a name.
        Shell::Dotenv | Shell::Github | Shell::Json => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_own_way_to_set_and_to_remove() {
        let variables = serde_json::json!({ "A": "it's \\", "B": null });
        let variables = variables.as_object().unwrap();
        for (shell, expected) in [
            (Shell::Sh, "export A='it'\\''s \\'\nunset B\n"),
            (Shell::Fish, "set -gx A 'it\\'s \\\\'\nset -e B\n"),
            (
                Shell::Pwsh,
                "$Env:A = 'it''s \\'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n",
            ),
            (Shell::Dotenv, "A='it\\'s \\'\n"),
            (Shell::Github, "A=it's \\\n"),
            (
                Shell::Json,
                "{\n  \"A\": \"it's \\\\\",\n  \"B\": null\n}\n",
            ),
        ] {
            assert_eq!(print(variables, shell), expected, "{shell:?}");
        }
    }
}
