//! `mock-ecr env`: prints the environment variables that redirect clients to a running mock.

use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::args::{EnvOptions, EnvRedirect, Format};
use crate::error::Error;
use crate::{control_client, stdout};
use ecr_contract::sandbox::store_certificate;

pub(crate) async fn env(options: EnvOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let mut query = vec![("redirect", options.redirect.name().to_owned())];
    if options.redirect != EnvRedirect::Env {
        let pem = control_client::get(target, "ca.pem").await?;
        let path = store_certificate(&String::from_utf8_lossy(&pem))?;
        query.push(("certificate", path.display().to_string()));
    }
    query.extend(options.only.clone().map(|service| ("only", service)));
    let resource = control_client::with_query("environment", query);
    let variables = control_client::get_json(target, &resource).await?;
    let mut variables = variables.as_object().cloned().unwrap_or_default();
    if let (Some(key), None) = (target.control_key(), &options.only) {
        // The commands that call the mock need the key too.
        variables.insert("MOCK_ECR_CONTROL_KEY".to_owned(), key.expose().into());
    }
    if !variables.iter().all(is_variable) {
        return Err(Error::NotAMock(target.url()));
    }
    stdout::print_escaped(&print(&variables, options.format))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns whether a variable can be printed in each format. Shells execute the output, so another name could be a command.
fn is_variable((name, value): (&String, &Value)) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = name.chars().all(is_letter) && !name.starts_with(|c: char| c.is_ascii_digit());
    let value = value.as_str().unwrap_or_default();
    !name.is_empty() && is_name && !value.contains(char::is_control)
}

fn print(variables: &Map<String, Value>, format: Format) -> String {
    if format == Format::Json {
        return format!("{:#}\n", Value::Object(variables.clone()));
    }
    let lines = variables.iter().filter_map(|(name, value)| {
        let line = match value.as_str() {
            Some(value) => set(format, name, value),
            None => unset(format, name)?,
        };
        Some(line + "\n")
    });
    lines.collect()
}

fn set(format: Format, name: &str, value: &str) -> String {
    match format {
        Format::Sh => format!("export {name}='{}'", value.replace('\'', r"'\''")),
        Format::Fish => format!(
            "set -gx {name} '{}'",
            value.replace('\\', r"\\").replace('\'', r"\'")
        ),
        Format::Pwsh => format!("$Env:{name} = '{}'", value.replace('\'', "''")),
        Format::Dotenv => format!("{name}='{}'", value.replace('\'', r"\'")),
        Format::Github | Format::Json => format!("{name}={value}"),
    }
}

fn unset(format: Format, name: &str) -> Option<String> {
    match format {
        Format::Sh => Some(format!("unset {name}")),
        Format::Fish => Some(format!("set -e {name}")),
        Format::Pwsh => Some(format!(
            "Remove-Item Env:{name} -ErrorAction SilentlyContinue"
        )),
        // These formats cannot remove a variable. An empty value is different: AWS tools would look for a profile with an empty name.
        Format::Dotenv | Format::Github | Format::Json => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_would_be_a_command_is_not_printed() {
        let is_variable = |name: &str, value: &str| is_variable((&name.to_owned(), &value.into()));
        assert!(is_variable("AWS_CA_BUNDLE", "/tmp/it's a file.pem"));
        for (name, value) in [("", "x"), ("A;reboot", "x"), ("1A", "x"), ("A", "x\nB=y")] {
            assert!(!is_variable(name, value), "{name}={value}");
        }
    }

    #[test]
    fn each_format_sets_and_removes_variables() {
        let variables = serde_json::json!({ "A": "it's \\", "B": null });
        let variables = variables.as_object().unwrap();
        for (format, expected) in [
            (Format::Sh, "export A='it'\\''s \\'\nunset B\n"),
            (Format::Fish, "set -gx A 'it\\'s \\\\'\nset -e B\n"),
            (
                Format::Pwsh,
                "$Env:A = 'it''s \\'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n",
            ),
            (Format::Dotenv, "A='it\\'s \\'\n"),
            (Format::Github, "A=it's \\\n"),
            (
                Format::Json,
                "{\n  \"A\": \"it's \\\\\",\n  \"B\": null\n}\n",
            ),
        ] {
            assert_eq!(print(variables, format), expected, "{format:?}");
        }
    }
}
