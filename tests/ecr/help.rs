//! The help pages of the program and of each command.

use crate::command::Ecr;

#[test]
fn every_command_has_a_help_page_that_needs_no_configuration() {
    for words in [
        &["help"][..],
        &["get-authorization-token", "help"],
        &["get-login", "help"],
        &["get-login-password", "help"],
        &["credential-helper", "help"],
        &["kubelet-credential-provider", "help"],
    ] {
        let help = Ecr::new(words).without_credentials().run();
        let page = help.success();
        for section in [
            "NAME\n",
            "DESCRIPTION\n",
            "SYNOPSIS\n    ecr ",
            "GLOBAL OPTIONS\n",
        ] {
            assert!(page.contains(section), "{section} in {page}");
        }
    }
}

#[test]
fn as_aws_the_help_page_shows_aws_commands() {
    let page = Ecr::as_aws(&["ecr", "get-login", "help"]).run();
    assert!(page.success().contains("SYNOPSIS\n    aws ecr get-login\n"));
    let page = Ecr::as_aws(&["help"]).run();
    assert!(page.success().contains("This is not the AWS CLI."));
}
