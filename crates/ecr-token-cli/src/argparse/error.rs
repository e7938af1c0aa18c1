//! The errors of Python's argparse.

use std::fmt;

use crate::python;

/// A usage error. Its `Display` is the message of argparse.
#[derive(Debug, PartialEq)]
pub(crate) enum ArgparseError {
    Ambiguous {
        word: String,
        matches: Vec<&'static str>,
    },
    ValueMissing {
        name: &'static str,
    },
    ValuesMissing {
        name: &'static str,
    },
    ValueIgnored {
        name: &'static str,
        value: String,
    },
    InvalidChoice {
        name: &'static str,
        choices: &'static [&'static str],
        value: String,
    },
    Required {
        name: &'static str,
    },
}

impl fmt::Display for ArgparseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous { word, matches } => {
                let matches = matches.join(", ");
                write!(f, "ambiguous option: {word} could match {matches}")
            }
            Self::ValueMissing { name } => write!(f, "argument {name}: expected one argument"),
            Self::ValueIgnored { name, value } => {
                let value = python::repr_str(value);
                write!(f, "argument {name}: ignored explicit argument {value}")
            }
            Self::ValuesMissing { name } => {
                write!(f, "argument {name}: expected at least one argument")
            }
            Self::InvalidChoice {
                name,
                choices,
                value,
            } => {
                write!(f, "argument {name}: Invalid choice, valid choices are:\n\n")?;
                f.write_str(&in_two_columns(choices))?;
                f.write_str(&suggestion(choices, value))
            }
            Self::Required { name } => {
                write!(f, "the following arguments are required: {name}")
            }
        }
    }
}

/// v1 pads each choice to forty columns and prints two per line.
fn in_two_columns(choices: &[&str]) -> String {
    let padded: Vec<_> = choices
        .iter()
        .map(|choice| format!("{choice:40}"))
        .collect();
    let lines: Vec<_> = padded.chunks(2).map(|pair| pair.join(" | ")).collect();
    lines.join("\n")
}

/// Suggests similar choices, as Python's difflib finds them.
fn suggestion(choices: &[&str], value: &str) -> String {
    let close = difflib::get_close_matches(value, choices.to_vec(), 3, 0.8);
    if close.is_empty() {
        return String::new();
    }
    let lines: String = close.iter().map(|word| format!("\n  * {word}")).collect();
    let value = python::repr_str(value);
    format!("\n\n\nInvalid choice: {value}, maybe you meant:\n{lines}")
}

#[cfg(test)]
mod tests {
    use crate::argparse::check_choice;

    #[test]
    fn a_similar_choice_is_suggested() {
        let choices: &[&str] = &["json", "text", "table"];
        let message = |value: &str| {
            let error = check_choice("--output", choices, value.to_owned()).unwrap_err();
            error.to_string()
        };
        let meant = "\n\n\nInvalid choice: 'jsn', maybe you meant:\n\n  * json";
        assert!(message("jsn").ends_with(meant), "{}", message("jsn"));
        assert!(!message("yaml").contains("maybe"));
    }
}
