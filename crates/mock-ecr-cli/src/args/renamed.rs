//! Error messages for old names of options, commands and values.

use clap::Error;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Adds the new name to the error if the command line contains an old name.
pub(super) fn with_new_name(mut error: Error) -> Error {
    let old = match error.kind() {
        ErrorKind::UnknownArgument => text(&error, ContextKind::InvalidArg),
        ErrorKind::InvalidSubcommand => text(&error, ContextKind::InvalidSubcommand),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let option = text(&error, ContextKind::InvalidArg);
            let option = option.split(' ').next().unwrap_or_default();
            format!("{option} {}", text(&error, ContextKind::InvalidValue))
        }
        _ => return error,
    };
    let mut names = RENAMED.iter();
    if let Some((old, new)) = names.find(|(name, _)| *name == old) {
        let tip = StyledStr::from(format!("'{old}' was renamed: use '{new}'"));
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedValue);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

fn text(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// Old and new names of options, commands and values.
const RENAMED: [(&str, &str); 11] = [
    ("--as", "--client-type"),
    ("--plane", "--service"),
    ("--way", "--ingress"),
    ("--world", "--config"),
    ("faults", "fault"),
    ("mint", "issue"),
    ("requests", "request"),
    ("tokens", "token"),
    ("--ingress tunnel", "--ingress connect"),
    ("--redirect hosts", "--redirect sandbox"),
    ("--service api", "--service ecr"),
];
