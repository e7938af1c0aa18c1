//! Decodes a token, which is `USER:PASSWORD` in base64, and formats the password or a docker command.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::args::operation::Email;
use crate::error::Error;
use crate::response::TokenResponse;

/// Returns the password of the first token with a trailing newline.
///
/// # Errors
/// Returns an error if the token contains no password. No error contains a part of the token.
pub(crate) fn render(response: &TokenResponse) -> Result<String, Error> {
    let login = Login::of(response.first_token()?)?;
    Ok(format!("{}\n", login.password))
}

/// Returns one `docker login` command for each element, in the order of the response.
///
/// # Errors
/// Returns an error for the first invalid element. It contains the lines before that element, which v1 prints.
pub(crate) fn logins(response: TokenResponse, email: Email) -> Result<String, Error> {
    let document = response.into_document();
    let elements = document["authorizationData"].as_array();
    let elements = elements.ok_or_else(|| unusable("authorizationData is missing"))?;
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
        value.ok_or_else(|| unusable(&format!("{name} is missing")))
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
    /// Splits at the first colon. v1 fails if there is a second one; here the password may contain colons.
    fn of(token: &str) -> Result<Self, Error> {
        let unusable = |reason: &str| unusable(&format!("authorizationToken {reason}"));
        let decoded = STANDARD
            .decode(token)
            .map_err(|_| unusable("is not valid base64"))?;
        let decoded =
            String::from_utf8(decoded).map_err(|_| unusable("does not decode to UTF-8"))?;
        match decoded.split_once(':') {
            None => Err(unusable("does not decode to USER:PASSWORD")),
            Some((_, "")) => Err(unusable("has an empty password")),
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
