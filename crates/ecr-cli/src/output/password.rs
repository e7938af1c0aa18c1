//! The password inside a token, which is base64 of `USER:PASSWORD`, and the docker command that uses it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::args::operation::Email;
use crate::error::Error;
use crate::response::TokenResponse;

/// The password of the first token, with a newline behind it.
///
/// # Errors
/// A token that holds no password. No error shows any part of the token.
pub(crate) fn render(answer: &TokenResponse) -> Result<String, Error> {
    let login = Login::of(answer.first_token()?)?;
    Ok(format!("{}\n", login.password))
}

/// A line of `docker login` for each element, in the order of the answer.
///
/// # Errors
/// The first element that holds no login; the lines before it go with the error, as v1 has stdout them by then.
pub(crate) fn logins(answer: TokenResponse, email: Email) -> Result<String, Error> {
    let document = answer.into_document();
    let elements = document["authorizationData"].as_array();
    let elements = elements.ok_or_else(|| unusable("there is no authorizationData"))?;
    let mut stdout = String::new();
    for element in elements {
        match line(element, email) {
            Ok(line) => stdout.push_str(&line),
            Err(cause) if stdout.is_empty() => return Err(cause),
            Err(cause) => {
                let cause = Box::new(cause);
                return Err(Error::PartialLogins { stdout, cause });
            }
        }
    }
    Ok(stdout)
}

fn line(element: &Value, email: Email) -> Result<String, Error> {
    let member = |name: &str| {
        let value = element[name].as_str();
        value.ok_or_else(|| unusable(&format!("there is no {name}")))
    };
    let Login { user, password } = Login::of(member("authorizationToken")?)?;
    let endpoint = member("proxyEndpoint")?;
    let email = match email {
        Email::Included => " -e none",
        Email::LeftOut => "",
    };
    Ok(format!(
        "docker login -u {user} -p {password}{email} {endpoint}\n"
    ))
}

struct Login {
    user: String,
    password: String,
}

impl Login {
    /// The password is all that follows the first colon. v1 fails on a second one; a password that holds one is still
    /// the password.
    fn of(token: &str) -> Result<Self, Error> {
        let unusable = |reason: &str| unusable(&format!("the authorizationToken {reason}"));
        let decoded = STANDARD
            .decode(token)
            .map_err(|_| unusable("is no base64"))?;
        let decoded =
            String::from_utf8(decoded).map_err(|_| unusable("is no UTF-8 inside its base64"))?;
        match decoded.split_once(':') {
            None => Err(unusable("holds no USER:PASSWORD")),
            Some((_, "")) => Err(unusable("holds an empty password")),
            Some((user, password)) => Ok(Self {
                user: user.to_owned(),
                password: password.to_owned(),
            }),
        }
    }
}

fn unusable(reason: &str) -> Error {
    Error::InvalidResponse(reason.to_owned())
}
