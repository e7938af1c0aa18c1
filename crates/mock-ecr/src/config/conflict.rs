//! An invalid value in a configuration and its path.

use std::borrow::Cow;
use std::error::Error;

/// A value that is invalid or contradicts another part of the configuration.
#[derive(Debug)]
pub(super) struct Conflict {
    pub(super) at: Vec<Step>,
    pub(super) found: String,
    pub(super) expected: &'static str,
    /// The path of an earlier value, if the value repeats it.
    pub(super) repeated: Option<Vec<Step>>,
    pub(super) cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Conflict {
    pub(super) fn new(at: Vec<Step>, found: &impl ToString, expected: &'static str) -> Self {
        Conflict {
            at,
            found: found.to_string(),
            expected,
            repeated: None,
            cause: None,
        }
    }

    /// Adds the path of the earlier value that the value repeats.
    pub(super) fn repeats(mut self, earlier: Vec<Step>) -> Self {
        self.repeated = Some(earlier);
        self
    }

    pub(super) fn caused_by(mut self, error: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Box::new(error));
        self
    }

    /// Adds an error whose text can have several lines, and end with a line feed, as in ECR.
    pub(super) fn caused_by_lines(mut self, error: &impl Error) -> Self {
        let text = error.to_string().trim_end().replace('\n', "; ");
        self.cause = Some(text.into());
        self
    }
}

/// One step of a path from the top of the document to a value.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

impl From<&'static str> for Step {
    fn from(key: &'static str) -> Self {
        Step::Key(key.into())
    }
}

impl From<String> for Step {
    fn from(key: String) -> Self {
        Step::Key(key.into())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

/// Prints a path such as `principals[0].arn`.
pub(super) fn format_path(path: &[Step]) -> String {
    path.iter().fold(String::new(), |path, step| match step {
        Step::Index(index) => format!("{path}[{index}]"),
        Step::Key(key) if path.is_empty() => key.clone().into_owned(),
        Step::Key(key) => format!("{path}.{key}"),
    })
}
