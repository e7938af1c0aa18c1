//! The differences between systems that decide which scenarios can run, and how a home directory is set.

use crate::client_type::ClientType;
use crate::scenario::Scenario;

/// A kind of system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    /// Linux and macOS.
    Unix,
    Windows,
}

impl System {
    /// The system for which this program was compiled.
    pub(crate) const CURRENT: System = match cfg!(windows) {
        true => System::Windows,
        false => System::Unix,
    };

    /// Returns the reason why a scenario cannot run on this system with a client of this type.
    pub(crate) fn unsupported(
        self,
        scenario: &Scenario,
        client_type: ClientType,
    ) -> Option<String> {
        match self {
            System::Unix => None,
            System::Windows if needs_shell(client_type) => Some(format!(
                "client type {client_type} requires a Unix shell, which this system does not have"
            )),
            System::Windows => scenario.checks_modes().then(|| {
                "the scenario checks file modes, which this system does not have".to_owned()
            }),
        }
    }
}

/// Returns whether clients of this type call programs of the test bed, which are shell scripts.
fn needs_shell(client_type: ClientType) -> bool {
    match client_type {
        ClientType::ImageTool | ClientType::DockerLoginCaller => true,
        ClientType::TokenPrinter
        | ClientType::DockerCredential
        | ClientType::Kubelet
        | ClientType::Library
        | ClientType::Refresher => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::builtin;

    fn unsupported(system: System, client_type: ClientType) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for source in builtin::all() {
            let (_, scenario) = source.cases().unwrap().remove(0);
            let reason = system.unsupported(&scenario, client_type);
            found.extend(reason.map(|reason| (scenario.id, reason)));
        }
        found
    }

    #[test]
    fn windows_does_not_run_the_scenarios_that_check_file_modes() {
        let found = unsupported(System::Windows, ClientType::TokenPrinter);
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["DHP-07", "OBS-01"]);
        assert!(
            found
                .iter()
                .all(|(_, reason)| reason.contains("file modes"))
        );
    }

    #[test]
    fn windows_does_not_run_the_client_types_that_call_shell_scripts() {
        for client_type in [ClientType::ImageTool, ClientType::DockerLoginCaller] {
            let found = unsupported(System::Windows, client_type);
            assert_eq!(found.len(), builtin::all().count());
            let reason = format!(
                "client type {client_type} requires a Unix shell, which this system does not have"
            );
            assert!(found.iter().all(|(_, found)| *found == reason));
        }
    }

    #[test]
    fn unix_runs_every_scenario() {
        for client_type in ClientType::ALL {
            assert_eq!(unsupported(System::Unix, client_type), []);
        }
    }
}
