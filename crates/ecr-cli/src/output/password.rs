//! The password inside a token, which is base64 of `AWS:PASSWORD`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::answer::Answer;
use crate::error::Error;

/// The password of the first token, with a newline behind it.
///
/// It is all that follows the first colon. v1 fails on a second one; a password that holds one is still the password.
///
/// # Errors
/// A token that holds no password. No error shows any part of the token.
pub(crate) fn render(answer: &Answer) -> Result<String, Error> {
    let unusable = |reason: &str| Error::Answer(format!("the authorizationToken {reason}"));
    let decoded = STANDARD
        .decode(answer.first_token()?)
        .map_err(|_| unusable("is no base64"))?;
    let decoded =
        String::from_utf8(decoded).map_err(|_| unusable("is no UTF-8 inside its base64"))?;
    match decoded.split_once(':') {
        None => Err(unusable("holds no USER:PASSWORD")),
        Some((_, "")) => Err(unusable("holds an empty password")),
        Some((_, password)) => Ok(format!("{password}\n")),
    }
}
