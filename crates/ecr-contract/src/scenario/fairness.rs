//! Rules for the built-in scenarios. A scenario that violates one of them reports failures of correct clients.

use std::time::Duration;

use mock_ecr::fault::{AuthorizationData, Fault, FaultAction};

use crate::client::kubelet_calls_for;
use crate::client_type::ClientType;
use crate::scenario::{
    Action, Expect, ExpectedResult, Fetch, GivenLogin, Scenario, Secret, Severity, Step, builtin,
};

fn cases() -> Vec<(String, Scenario)> {
    let cases = builtin::all().flat_map(|source| source.cases().unwrap());
    let cases = cases.filter(|(_, scenario)| scenario.skip.is_none());
    cases
        .map(|(name, scenario)| {
            let name = name.map(|name| format!("/{name}")).unwrap_or_default();
            (format!("{}{name}", scenario.id), scenario)
        })
        .collect()
}

fn steps(scenario: &Scenario, client_type: ClientType) -> Vec<&Step> {
    let is_of_type = scenario.client_types.contains(&client_type);
    let steps = scenario.steps.iter().filter(|_| is_of_type);
    steps.filter(|step| step.is_for(client_type)).collect()
}

fn fetch(step: &Step) -> Option<&Fetch> {
    match &step.action {
        Some(Action::Fetch(fetch)) => Some(fetch),
        _ => None,
    }
}

/// Returns whether a step with the severity `must` expects a result.
fn must_be(step: &Step, result: ExpectedResult) -> bool {
    let of_step = |expect: &Expect| expect.result == Some(result);
    step.expect.as_ref().is_some_and(of_step)
}

/// An image tool may use the image that it has pulled before, and then neither calls its helper nor sends a request.
#[test]
fn an_image_tool_pulls_at_most_one_image_in_a_home_directory() {
    for (name, scenario) in cases() {
        let steps = steps(&scenario, ClientType::ImageTool);
        let pulls = steps.into_iter().filter(|step| fetch(step).is_some());
        let succeeding = pulls
            .rev()
            .skip(1)
            .filter(|step| !must_be(step, ExpectedResult::Error));
        assert_eq!(succeeding.count(), 0, "{name}: use a case for each pull");
    }
}

/// A tool may send several requests in parallel, or repeat a request, before it replaces its login. Such requests must be rejected too.
#[test]
fn a_login_that_is_rejected_once_is_always_rejected() {
    for (name, scenario) in cases() {
        let mut early = scenario
            .faults()
            .filter(|fault| matches!(fault.action, FaultAction::ExpiredEarly(_)));
        assert!(early.all(|fault| fault.matcher.times.is_none()), "{name}");
    }
}

/// The number of attempts is the decision of a client, and SDKs differ in the variables by which it is set.
#[test]
fn a_client_need_not_make_more_than_two_attempts() {
    for (name, scenario) in cases() {
        let many = |fault: &Fault| fault.matcher.times.is_some_and(|times| times > 1);
        let mut steps = scenario.steps.iter();
        let must_login = steps.any(|step| must_be(step, ExpectedResult::Login));
        assert!(!(must_login && scenario.faults().any(many)), "{name}");
    }
}

/// The kubelet calls a provider only for images that match its configuration. Source of the patterns: the page "Configure a kubelet image
/// credential provider" of the Kubernetes documentation, and bootstrap files of awslabs/amazon-eks-ami.
#[test]
fn a_kubelet_provider_receives_only_images_for_which_the_kubelet_calls_it() {
    const MATCH_IMAGES: [&str; 8] = [
        "*.dkr.ecr.*.amazonaws.com",
        "*.dkr.ecr.*.amazonaws.com.cn",
        "*.dkr.ecr-fips.*.amazonaws.com",
        "*.dkr.ecr.*.amazonaws.eu",
        "*.dkr.ecr.*.c2s.ic.gov",
        "*.dkr.ecr.*.sc2s.sgov.gov",
        "*.dkr-ecr.*.on.aws",
        // An administrator can add a port.
        "*.dkr.ecr.*.amazonaws.com:5000",
    ];
    for (name, scenario) in cases() {
        for step in steps(&scenario, ClientType::Kubelet) {
            let Some(fetch) = fetch(step) else { continue };
            let registry = fetch.registry.as_deref().unwrap_or("{registry}");
            let image = fetch.input.as_deref().unwrap_or(registry);
            let image = image
                .replace("{registry}", "{account}.dkr.ecr.{region}.amazonaws.com")
                .replace("{account}", "123456789012")
                .replace("{region}", "us-east-1");
            let is_called = MATCH_IMAGES
                .iter()
                .any(|key| kubelet_calls_for(key, &image));
            assert!(is_called, "{name}: {image}");
        }
    }
}

/// A code of AWS and the message for it are equally useful.
#[test]
fn a_code_of_aws_is_never_the_only_accepted_text() {
    for (name, scenario) in cases() {
        let expectations = scenario.steps.iter().flat_map(Step::expectations);
        for (severity, expect) in expectations {
            for patterns in [&expect.prints, &expect.error_text] {
                let all: Vec<&str> = patterns.iter().map(|one| one.0.as_str()).collect();
                let all = all.join("|");
                let has_code = all.contains("AccessDenied") || all.contains("InvalidParameter");
                let has_message =
                    all.contains("not authorized to perform") || all.contains("Invalid parameter");
                let is_info = severity == Some(Severity::Info);
                assert!(is_info || !has_code || has_message, "{name}: {all}");
            }
        }
    }
}

/// Returns whether a client of this type can renew a token while the scenario waits.
fn runs_on(client_type: ClientType) -> bool {
    matches!(client_type, ClientType::Library | ClientType::Refresher)
}

/// Returns the steps for each client type that can renew a token while the scenario waits, if a token expires in the scenario.
fn steps_with_renewals(scenario: &Scenario) -> Vec<Vec<&Step>> {
    let expires = scenario.config.token_ttl < Duration::from_secs(3600);
    let client_types = ClientType::ALL.into_iter();
    client_types
        .filter(|client_type| expires && runs_on(*client_type))
        .map(|client_type| steps(scenario, client_type))
        .collect()
}

/// Returns whether a step requires an error, or the token of an earlier step.
fn needs_the_old_token(step: &Step) -> bool {
    let mut expectations = step.expectations();
    expectations.any(|(severity, expect)| {
        let is_info = severity == Some(Severity::Info);
        let is_error = expect.result == Some(ExpectedResult::Error);
        !is_info && (is_error || expect.secret == Some(Secret::Same))
    })
}

/// A library or a refresher may renew its token in the background, before the fault is set, and then rightly returns the new token.
#[test]
fn a_fault_is_set_before_the_wait_in_which_a_token_is_renewed() {
    for (name, scenario) in cases() {
        for steps in steps_with_renewals(&scenario) {
            let (mut has_waited, mut is_late) = (false, false);
            for step in steps {
                match &step.action {
                    Some(Action::Wait(length) | Action::Watch(length)) => {
                        has_waited = true;
                        // Each token that was renewed before the fault has then expired.
                        is_late &= *length < scenario.config.token_ttl;
                    }
                    Some(Action::Faults(faults)) => is_late = has_waited && !faults.is_empty(),
                    _ => {}
                }
                assert!(!is_late || !needs_the_old_token(step), "{name}");
            }
        }
    }
}

/// A tool may call its helper for each request, and again after each rejection.
#[test]
fn a_tool_with_a_rejected_login_may_call_its_helper_twenty_times() {
    for (name, scenario) in cases() {
        let steps = steps(&scenario, ClientType::ImageTool);
        let is_rejected = |login: &GivenLogin| *login != GivenLogin::Valid;
        let logins = steps.iter().filter_map(|step| fetch(step));
        let mut logins = logins.flat_map(|fetch| &fetch.logins);
        let has_rejected = logins.any(is_rejected);
        for (_, expect) in steps.iter().flat_map(|step| step.expectations()) {
            let limits = expect.helper_calls.is_some_and(|count| !count.has(20));
            assert!(!(has_rejected && limits), "{name}");
        }
    }
}

/// The SDKs of AWS can make ten attempts. In their mode `standard`, the nine pauses take up to 1 + 2 + 4 + 8 + 16 + 4 * 20 s.
#[test]
fn a_client_may_make_ten_attempts_with_the_pauses_of_an_sdk() {
    let pauses = Duration::from_secs(111);
    for (name, scenario) in cases() {
        let is_endless = |fault: &Fault| fault.matcher.times.is_none_or(|times| times >= 10);
        let mut faults = scenario.faults();
        let is_outage = faults.any(|fault| is_endless(fault) && is_retried(&fault.action));
        let makes_calls =
            |one: &ClientType| !matches!(one, ClientType::Refresher | ClientType::ImageTool);
        // A scenario can limit the attempts of an SDK.
        if !is_outage
            || !scenario.client_types.iter().any(makes_calls)
            || scenario.env.contains_key("AWS_MAX_ATTEMPTS")
        {
            continue;
        }
        assert!(scenario.deadline > pauses, "{name}: deadline");
        for step in scenario.steps.iter().filter(|step| fetch(step).is_some()) {
            let within = step.expect.as_ref().and_then(|expect| expect.within);
            assert!(within.is_none_or(|within| within > pauses), "{name}");
        }
    }
}

fn is_retried(action: &FaultAction) -> bool {
    match action {
        FaultAction::Error(error) => {
            let code = error.code.as_str();
            let is_of_server = error.status.is_some_and(|status| status >= 500);
            let codes = ["TooManyRequestsException", "RequestLimitExceeded"];
            is_of_server
                || codes.contains(&code)
                || code.contains("Throttling")
                || code.starts_with("Server")
                || code.starts_with("ServiceUnavailable")
        }
        FaultAction::Reset(_) | FaultAction::Close(_) => true,
        _ => false,
    }
}

/// A refresher may pause for 30 s after a failed attempt. It may keep an expired login in its file meanwhile.
#[test]
fn a_refresher_may_pause_for_30_s_after_a_failed_attempt() {
    for (name, scenario) in cases() {
        // The time since the faults were changed, if the client must then publish a login, and whether its file can have an expired login.
        let (mut left, mut has_login) = (None, false);
        for step in steps(&scenario, ClientType::Refresher) {
            match &step.action {
                Some(Action::Faults(faults)) => {
                    left = recovers(faults).then_some(Duration::ZERO);
                }
                Some(Action::Wait(length)) => left = left.map(|left| left + *length),
                Some(Action::Fetch(fetch)) => {
                    let waits = fetch.valid || !has_login;
                    left = left.map(|left| if waits { left + fetch.timeout() } else { left });
                    let is_enough = left.is_none_or(|left| left > Duration::from_secs(30));
                    let expects_login = must_be(step, ExpectedResult::Login);
                    assert!(is_enough || !expects_login, "{name}: {left:?}");
                    has_login |= expects_login;
                }
                _ => (),
            }
        }
    }
}

/// A library or a refresher may renew its token several times while the scenario waits.
#[test]
fn the_number_of_calls_during_a_wait_is_not_limited() {
    for (name, scenario) in cases() {
        for steps in steps_with_renewals(&scenario) {
            let waits =
                |step: &&Step| matches!(step.action, Some(Action::Wait(_) | Action::Watch(_)));
            let has_wait = steps.iter().any(waits);
            let of_the_run = steps
                .iter()
                .filter(|step| has_wait && step.action.is_none());
            let expectations = of_the_run.flat_map(|step| step.expectations());
            for (severity, expect) in expectations {
                let is_limited = expect.calls.is_some_and(|count| !count.has(usize::MAX));
                let is_info = severity == Some(Severity::Info);
                assert!(is_info || !is_limited, "{name}");
            }
        }
    }
}

/// Returns whether a client gets a login after its first failed attempt.
fn recovers(faults: &[Fault]) -> bool {
    faults.iter().all(|fault| fault.matcher.times == Some(1))
}

/// A refresher makes calls in the time that is added for its start. The number of calls is adapted only in steps that are for refreshers only.
#[test]
fn the_calls_of_a_refresher_are_limited_in_a_step_of_its_own() {
    for (name, scenario) in cases() {
        for step in steps(&scenario, ClientType::Refresher) {
            let is_adapted = step.client_types == [ClientType::Refresher];
            for (severity, expect) in step.expectations() {
                // A limit of one call does not depend on the time.
                let limits = expect
                    .calls
                    .is_some_and(|calls| calls.is_limited() && calls.has(2));
                let is_info = severity.unwrap_or(scenario.severity) == Severity::Info;
                assert!(is_adapted || !limits || is_info, "{name}");
            }
        }
    }
}

/// ECR returns an entry for each requested ID, so a client that requests at most one ID receives no additional entry.
#[test]
fn no_failure_depends_on_an_entry_that_the_client_did_not_request() {
    for (name, scenario) in cases() {
        let is_additional = |fault: &Fault| {
            matches!(
                fault.action,
                FaultAction::AuthorizationData(
                    AuthorizationData::Before(_) | AuthorizationData::After(_)
                )
            )
        };
        let has_additional = scenario.faults().any(is_additional);
        assert!(
            !has_additional || scenario.severity < Severity::Must,
            "{name}"
        );
    }
}

/// A client may log a stack trace and return a proper error. A crash has another sign: the result or the exit code.
#[test]
fn a_stack_trace_is_never_a_failure() {
    for (name, scenario) in cases() {
        for (severity, expect) in scenario.steps.iter().flat_map(Step::expectations) {
            let is_must = severity.unwrap_or(scenario.severity) == Severity::Must;
            assert!(!is_must || expect.never_prints.is_empty(), "{name}");
        }
    }
}

/// No protocol defines the words of an error. Only NET-07 is about a message: a wrong clock has no other sign.
#[test]
fn the_words_of_an_error_are_never_a_must() {
    for (name, scenario) in cases() {
        let expectations = scenario.steps.iter().flat_map(Step::expectations);
        for (severity, expect) in expectations {
            let is_must = severity.unwrap_or(scenario.severity) == Severity::Must;
            let has_words = !expect.prints.is_empty() || !expect.error_text.is_empty();
            let is_about_words = scenario.id == "NET-07";
            assert!(!is_must || !has_words || is_about_words, "{name}");
        }
    }
}
