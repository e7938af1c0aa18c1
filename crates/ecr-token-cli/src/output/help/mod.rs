//! The help pages: plain text on stdout, without a pager.

use crate::args::operation::Topic;
use crate::program::Program;

/// Returns the help page of the program.
pub(crate) fn program(program: Program) -> String {
    match program {
        Program::Ecr => page(Topic::Service, program),
        Program::Aws => render(include_str!("program.txt"), program),
    }
}

/// Returns the help page of the service or of a command.
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
    render(text, program)
}

fn render(text: &str, program: Program) -> String {
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
            let forms = [
                format!("\n    {name}\n"),
                format!("\n    {name} "),
                format!(" | {name}\n"),
            ];
            assert!(forms.iter().any(|part| page.contains(part)), "{name}");
        }
    }

    #[test]
    fn each_page_describes_every_option_of_its_command() {
        for program in [Program::Ecr, Program::Aws] {
            assert_names_all(&page(Topic::Service, program), GLOBAL_FLAGS);
            let token = page(Topic::GetAuthorizationToken, program);
            assert_names_all(&token, GET_AUTHORIZATION_TOKEN_FLAGS);
            assert_names_all(&token, GLOBAL_FLAGS);
            assert_names_all(&page(Topic::GetLogin, program), GET_LOGIN_FLAGS);
        }
    }

    #[test]
    fn a_page_uses_the_name_of_the_program() {
        let page_of = |program| page(Topic::GetLoginPassword, program);
        assert!(page_of(Program::Aws).contains("\n    aws ecr get-login-password"));
        assert!(page_of(Program::Ecr).contains("\n    ecr get-login-password"));
        let text = program(Program::Aws) + &program(Program::Ecr) + &page_of(Program::Aws);
        assert!(!text.contains(['{', '}']), "every placeholder is replaced");
        for line in text.lines() {
            assert!(line.len() <= 80, "{line}");
        }
    }
}
