//! Recognizes the query parameters that contain secrets by their names.

use crate::http::query::Parameter;
use crate::token::TokenId;

/// Returns whether the value of a parameter is a secret: its name decides. Case and other characters than letters and digits are ignored.
///
/// The parameter `token` of the control API is the ID of a token, which is no secret.
pub(super) fn is_secret_parameter(parameter: &Parameter) -> bool {
    let letters = parameter.name.iter();
    let letters = letters.filter(|byte| byte.is_ascii_alphanumeric());
    let name: String = letters
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let is_token_id = || {
        let value = str::from_utf8(&parameter.value).ok();
        value.is_some_and(|value| value.parse::<TokenId>().is_ok())
    };
    match name.as_str() {
        "token" => !is_token_id(),
        name => NAMES.contains(&name) || PARTS.iter().any(|part| name.contains(part)),
    }
}

/// Names of parameters with secrets.
const NAMES: [&str; 6] = ["auth", "jwt", "pass", "pwd", "sas", "sig"];

/// Parts of the names of parameters with secrets: those of a signature, of credentials, of OAuth 2.0, and of parameters of STS operations.
/// Source of the latter: the service model of STS.
const PARTS: [&str; 19] = [
    "signature",
    "securitytoken",
    "sessiontoken",
    "authorizationtoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "bearer",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "privatekey",
    "encodedmessage",
    "samlassertion",
    "tokencode",
    "tradeintoken",
    "webidentitytoken",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn is_secret(name: &str, value: &str) -> bool {
        is_secret_parameter(&Parameter {
            name: name.into(),
            value: value.into(),
        })
    }

    #[test]
    fn the_names_of_secrets_are_recognized_in_any_spelling() {
        for name in [
            "X-Amz-Security-Token",
            "x_amz_signature",
            "access_token",
            "client-secret",
            "SecretAccessKey",
            "Password",
            "WebIdentityToken",
            "token",
            "sig",
        ] {
            assert!(is_secret(name, "x"), "{name}");
        }
    }

    #[test]
    fn other_parameters_are_no_secrets() {
        for name in [
            "X-Amz-Credential",
            "X-Amz-Date",
            "nextToken",
            "account",
            "scope",
            "author",
            "design",
            "bypass",
            "n",
            "",
        ] {
            assert!(!is_secret(name, "x"), "{name}");
        }
        assert!(!is_secret("token", "0123456789abcdef"));
    }
}
