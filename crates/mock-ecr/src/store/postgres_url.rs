//! The URL of a PostgreSQL database.

use std::fmt;
use std::str::FromStr;

use crate::types::secret::Secret;

/// The URL of a PostgreSQL database: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. `Display` and `Debug` show neither the password nor the
/// parameters after `?`.
///
/// The parameters are those of [libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS) that the crate
/// `tokio-postgres` supports. Connections do not use TLS.
#[derive(Clone)]
pub struct PostgresUrl(Secret);

impl PostgresUrl {
    /// Returns the URL with the password.
    #[cfg(feature = "postgres")]
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns the text before the user, the user, and the host with the database.
    fn visible(&self) -> (&str, &str, &str) {
        let text = self.0.expose();
        let (scheme, rest) = text.split_at(text.find("//").map_or(0, |at| at + 2));
        let rest = rest.split('?').next().unwrap_or_default();
        // A password can contain a slash that is not encoded, so the last `@` ends the user.
        let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        (scheme, user.split(':').next().unwrap_or_default(), host)
    }
}

impl FromStr for PostgresUrl {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, PostgresUrlError> {
        let is_url = SCHEMES.iter().any(|scheme| {
            let rest = text.strip_prefix(scheme);
            rest.is_some_and(|rest| !rest.is_empty())
        });
        match is_url {
            true => Ok(PostgresUrl(text.into())),
            false => Err(PostgresUrlError(())),
        }
    }
}

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The error returned when a string is not a valid [`PostgresUrl`]. It does not contain the string, because that can contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid URL of a database: expected postgres://USER:PASSWORD@HOST/DATABASE; special characters of the password must be percent-encoded"
)]
pub struct PostgresUrlError(());

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.expose())
    }
}

impl Eq for PostgresUrl {}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.visible() {
            (scheme, "", host) => write!(f, "{scheme}{host}"),
            (scheme, user, host) => write!(f, "{scheme}{user}@{host}"),
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatted_url_has_no_password() {
        let shown = [
            ("postgres://localhost/ecr", "postgres://localhost/ecr"),
            ("postgresql://me@db:5432/ecr", "postgresql://me@db:5432/ecr"),
            ("postgres://me:hunter2@db/ecr", "postgres://me@db/ecr"),
            ("postgres://me:hun/t@er2@db/ecr", "postgres://me@db/ecr"),
            ("postgres://db/ecr?password=hunter2", "postgres://db/ecr"),
            (
                "postgres:///ecr?host=/run&password=hunter2",
                "postgres:///ecr",
            ),
        ];
        for (text, expected) in shown {
            let url: PostgresUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), expected);
            assert_eq!(format!("{url:?}"), expected);
        }
    }

    #[test]
    fn another_scheme_is_rejected_without_the_text() {
        for text in ["postgres:hunter2", "postgres://", "http://hunter2", ""] {
            let error = text.parse::<PostgresUrl>().unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
