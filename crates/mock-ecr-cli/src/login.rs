//! `mock-ecr login`: writes an entry for a running mock into docker's `config.json`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hyper::Uri;
use serde_json::{Map, Value, json};

use crate::args::{LoginOptions, Target};
use crate::error::Error;
use crate::{control_client, stdout};

pub(crate) async fn login(options: LoginOptions) -> Result<ExitCode, Error> {
    let (registry, entry) = entry(&options).await?;
    let path = directory(&options)?.join("config.json");
    let failed = |cause| Error::File {
        path: path.clone(),
        cause,
    };
    let mut config = read(&path).map_err(failed)?;
    entry.insert(&mut config, &registry).map_err(failed)?;
    write(&path, &Value::Object(config)).map_err(failed)?;
    stdout::print(&format!(
        "wrote the login of {registry} to {}\n",
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The entry of a registry.
enum Entry {
    /// A token, as `docker login` stores it.
    Token(String),
    /// The name of a credential helper.
    Helper(String),
}

impl Entry {
    /// Adds the entry, and removes an entry of the other kind for the same registry.
    fn insert(self, config: &mut Map<String, Value>, registry: &str) -> io::Result<()> {
        let (section, other, value) = match self {
            Entry::Token(token) => ("auths", "credHelpers", json!({ "auth": token })),
            Entry::Helper(name) => ("credHelpers", "auths", json!(name)),
        };
        let entries = config.entry(section).or_insert_with(|| json!({}));
        let entries = entries
            .as_object_mut()
            .ok_or_else(|| not_an_object(section))?;
        entries.insert(registry.to_owned(), value);
        if let Some(entries) = config.get_mut(other).and_then(Value::as_object_mut) {
            entries.shift_remove(registry);
        }
        Ok(())
    }
}

/// Returns the host of the registry and its entry. Does not call the mock if the options contain both.
async fn entry(options: &LoginOptions) -> Result<(String, Entry), Error> {
    let (registry, helper) = (options.registry.clone(), options.helper.clone());
    if let (Some(registry), Some(helper)) = (&registry, &helper) {
        return Ok((registry.clone(), Entry::Helper(helper.clone())));
    }
    let issued = Issued::by(&options.target).await?;
    let entry = helper.map_or(Entry::Token(issued.token), Entry::Helper);
    Ok((registry.unwrap_or(issued.registry), entry))
}

/// A token of the first principal, and the host and port of its registry.
struct Issued {
    token: String,
    registry: String,
}

impl Issued {
    async fn by(target: &Target) -> Result<Self, Error> {
        let json = control_client::post(target, "tokens", &json!({})).await?;
        Issued::parse(&json).ok_or_else(|| Error::NotAMock(target.url()))
    }

    fn parse(json: &Value) -> Option<Self> {
        let registry: Uri = json["proxy_endpoint"].as_str()?.parse().ok()?;
        Some(Issued {
            token: json["authorization_token"].as_str()?.to_owned(),
            registry: registry.authority()?.to_string(),
        })
    }
}

fn directory(options: &LoginOptions) -> Result<PathBuf, Error> {
    let default = || Some(std::env::home_dir()?.join(".docker"));
    let directory = options.config.clone().or_else(default);
    directory.ok_or(Error::NoHome)
}

fn read(path: &Path) -> io::Result<Map<String, Value>> {
    match std::fs::metadata(path) {
        // Opening a named pipe would block, and it cannot be replaced.
        Ok(found) if !found.is_file() => {
            let text = "it is not a regular file";
            Err(io::Error::new(io::ErrorKind::InvalidInput, text))
        }
        Ok(_) => serde_json::from_slice(&std::fs::read(path)?).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
        Err(error) => Err(error),
    }
}

/// Replaces the file atomically. Only its owner can read it, because it contains a password.
fn write(path: &Path, config: &Value) -> io::Result<()> {
    // A symbolic link is kept, and its target is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    writeln!(file, "{config:#}")?;
    file.persist(path)?;
    Ok(())
}

fn not_an_object(section: &str) -> io::Error {
    let text = format!("{section:?} is not a JSON object");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
