//! The pages of `help`: plain text, on stdout, without a pager.

use crate::args::operation::Topic;
use crate::program::Program;

/// The page of the program itself.
pub(crate) fn program(program: Program) -> String {
    match program {
        Program::Ecr => page(Topic::Service, program),
        Program::Aws => filled(include_str!("program.txt"), program),
    }
}

/// The page of the service or of one command.
pub(crate) fn page(topic: Topic, program: Program) -> String {
    let text = match topic {
        Topic::Service => include_str!("service.txt"),
        Topic::GetAuthorizationToken => include_str!("get-authorization-token.txt"),
        Topic::GetLogin => include_str!("get-login.txt"),
        Topic::GetLoginPassword => include_str!("get-login-password.txt"),
        Topic::CredentialHelper => include_str!("credential-helper.txt"),
        Topic::KubeletCredentialProvider => include_str!("kubelet-credential-provider.txt"),
        Topic::LoginLines => include_str!("login-lines.txt"),
        Topic::KeepLogin => include_str!("keep-login.txt"),
    };
    filled(text, program)
}

fn filled(text: &str, program: Program) -> String {
    text.replace("{global options}", include_str!("global-options.txt"))
        .replace("{called}", program.command_prefix())
        .replace("{program}", program.name())
        .replace("{version}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argparse::Flag;
    use crate::args::globals::GLOBAL_FLAGS;
    use crate::args::operation::{GET_AUTHORIZATION_TOKEN_FLAGS, GET_LOGIN_FLAGS};

    #[track_caller]
    fn assert_names_all(page: &str, flags: &[Flag]) {
        for flag in flags {
            let name = flag.name;
            let stands = [
                format!("\n    {name}\n"),
                format!("\n    {name} "),
                format!(" | {name}\n"),
            ];
            assert!(stands.iter().any(|part| page.contains(part)), "{name}");
        }
    }

    #[test]
    fn each_page_describes_every_option_of_its_command() {
        for called in [Program::Ecr, Program::Aws] {
            assert_names_all(&page(Topic::Service, called), GLOBAL_FLAGS);
            let token = page(Topic::GetAuthorizationToken, called);
            assert_names_all(&token, GET_AUTHORIZATION_TOKEN_FLAGS);
            assert_names_all(&token, GLOBAL_FLAGS);
            assert_names_all(&page(Topic::GetLogin, called), GET_LOGIN_FLAGS);
        }
    }

    #[test]
    fn a_page_uses_the_name_of_the_program() {
        let typed = |called| page(Topic::GetLoginPassword, called);
        assert!(typed(Program::Aws).contains("\n    aws ecr get-login-password"));
        assert!(typed(Program::Ecr).contains("\n    ecr get-login-password"));
        let text = program(Program::Aws) + &program(Program::Ecr) + &typed(Program::Aws);
        assert!(!text.contains(['{', '}']), "every placeholder is filled");
        for line in text.lines() {
            assert!(line.len() <= 80, "{line}");
        }
    }
}
