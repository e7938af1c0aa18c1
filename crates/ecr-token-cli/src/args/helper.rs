//! The commands that other programs call. AWS CLI v1 has none of them.

use crate::args::command_line::CommandLine;
use crate::args::operation::Topic;
use crate::program::Program;

/// A helper command and its arguments.
#[derive(Debug, PartialEq)]
pub(crate) enum Helper {
    /// `credential-helper` and its arguments.
    Docker(Vec<String>),
    /// `kubelet-credential-provider` and its arguments.
    Kubelet(Vec<String>),
    /// `login-lines` and its arguments.
    LoginLines(Vec<String>),
    /// `keep-login` and its arguments.
    KeepLogin(Vec<String>),
    Help(Topic),
}

impl CommandLine {
    /// Returns the helper command, or `None` if the command is another one.
    pub(crate) fn helper(&self) -> Option<Helper> {
        let (command, words) = self.words.split_first()?;
        let words = words.to_vec();
        let is_help = words == ["help"];
        let (topic, helper) = match (self.program, command.as_str()) {
            (Program::Ecr, "credential-helper") => (Topic::CredentialHelper, Helper::Docker(words)),
            (Program::Ecr, "kubelet-credential-provider") => {
                (Topic::KubeletCredentialProvider, Helper::Kubelet(words))
            }
            (Program::Ecr, "login-lines") => (Topic::LoginLines, Helper::LoginLines(words)),
            (Program::Ecr, "keep-login") => (Topic::KeepLogin, Helper::KeepLogin(words)),
            _ => return None,
        };
        Some(match is_help {
            true => Helper::Help(topic),
            false => helper,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Invocation;
    use std::ffi::OsString;

    fn helper(words: &[&str]) -> Option<Helper> {
        match Invocation::parse(words.iter().map(OsString::from)) {
            Ok(Invocation::Command(line)) => line.helper(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_helper_command_is_recognized() {
        let get = Helper::Docker(vec!["get".to_owned()]);
        let words = ["ecr", "--profile", "ci", "credential-helper", "get"];
        assert_eq!(helper(&words), Some(get));
        let kubelet = helper(&["ecr", "kubelet-credential-provider"]);
        assert_eq!(kubelet, Some(Helper::Kubelet(Vec::new())));
        let help = helper(&["ecr", "credential-helper", "help"]);
        assert_eq!(help, Some(Helper::Help(Topic::CredentialHelper)));
    }

    #[test]
    fn other_commands_are_not_helpers() {
        assert_eq!(helper(&["ecr", "get-login-password"]), None);
        assert_eq!(helper(&["aws", "ecr", "credential-helper", "get"]), None);
        assert_eq!(helper(&["ecr"]), None);
    }
}
