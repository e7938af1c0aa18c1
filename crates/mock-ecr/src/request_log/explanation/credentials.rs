//! Explains the rejection of credentials that are not a password of the user `AWS`.

use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;
use crate::request_log::reason::RejectedCredentials;

pub(super) fn explain(rejected: &RejectedCredentials) -> Explanation {
    match rejected {
        RejectedCredentials::Missing => Explanation::new(
            ExplanationKind::NoCredentials,
            "The request has no credentials, and the registry returned a challenge. This is normal: clients then send the request with credentials.",
        ),
        RejectedCredentials::OtherScheme(scheme) => Explanation::new(
            ExplanationKind::NotBasic,
            match scheme {
                Some(scheme) => {
                    format!("The Authorization header has the scheme {scheme}, not Basic.")
                }
                None => "The Authorization header does not have the scheme Basic.".to_owned(),
            },
        )
        .advice("Send the token with Basic authentication.")
        .facts(Facts {
            scheme: *scheme,
            ..Facts::default()
        }),
        RejectedCredentials::Malformed => Explanation::new(
            ExplanationKind::MalformedCredentials,
            "The credentials in the Authorization header are not base64 of a user and a password.",
        )
        .advice("Send the authorizationToken unchanged, or log in with the user AWS."),
        RejectedCredentials::OtherUser(user) => Explanation::new(
            ExplanationKind::WrongUser,
            match user.as_deref() {
                Some("") => "The user is empty; ECR expects AWS.".to_owned(),
                Some(user) => format!("The user is {user}; ECR expects AWS."),
                None => "The user is not AWS.".to_owned(),
            },
        )
        .advice("Log in with the user AWS.")
        .facts(Facts {
            user: user.clone(),
            ..Facts::default()
        }),
    }
}
