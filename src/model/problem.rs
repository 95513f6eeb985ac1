//! What can be wrong with a record model, and where it stands: the errors of the whole room.

use std::fmt;
use std::io;

use super::LearnedError;
use super::dictionary_error::DictionaryError;
use super::quoted::quoted;

/// One thing that is wrong with a record model.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The text is not TOML; the reason is the TOML parser's own.
    #[error("{reason}")]
    Syntax { reason: String },
    #[error("unknown key `{key}`")]
    UnknownKey { key: String },
    #[error("`{key}` is missing")]
    Missing { key: &'static str },
    #[error("expected {expected}, found {found}")]
    WrongType { expected: &'static str, found: &'static str },
    #[error("`{value}` is none of {}", quoted(.known))]
    NoneOf { value: String, known: Vec<String> },
    #[error("`{value}` is out of range: {range}")]
    OutOfRange { value: String, range: &'static str },
    #[error("`{value}` is not a length")]
    NotALength { value: String },
    #[error("an empty text or list says nothing")]
    Empty,
    #[error("`{name}` is not a usable name: {reason}")]
    BadName { name: String, reason: &'static str },
    #[error("`{name}` is there twice")]
    Twice { name: String },
    #[error("the pattern cannot be read: {reason}")]
    Pattern { reason: String },
    #[error("the expression cannot be read: {reason}")]
    Expression { reason: String },
    #[error("`{name}` is no field of this model")]
    UnknownField { name: String },
    #[error("places `{first}` and `{second}` stand in one table")]
    TwoPlaces { first: &'static str, second: &'static str },
    #[error("the table names no place")]
    NoPlace,
    #[error("`{place}` looks from a label, but the field has no `label`")]
    PlaceNeedsLabel { place: &'static str },
    #[error("place `pattern` needs a `pattern` in the field")]
    PlaceNeedsPattern,
    #[error("`{key}`: a barcode has no label and no column; it may have `value = {{ zone = … }}`")]
    BarcodeInZone { key: &'static str },
    #[error("nothing says where the value stands")]
    Nowhere,
    #[error("`{key}` belongs to models with `records = \"row\"`")]
    RowsOnly { key: &'static str },
    #[error("a field that repeats takes all values: there is nothing to `choose`")]
    RepeatsAndChooses,
    #[error("`{key}` is for a single {types}")]
    SingleOf { key: &'static str, types: &'static str },
    #[error("`{key}` belongs to models with `records = \"document\"`")]
    DocumentsOnly { key: &'static str },
    #[error("field `{name}` starts the rows but has no `column`")]
    StartWithoutColumn { name: String },
    #[error("it {0}")]
    Learned(LearnedError),
    #[error("field `{name}` starts the rows of a dense table but has no `cell = 0`")]
    StartWithoutCell { name: String },
    #[error("cannot read it")]
    Unreadable(#[source] io::Error),
    #[error("{cause}")]
    Dictionary { cause: DictionaryError },
}

/// A [`Problem`] at its place. Reads as `file:line:column: path: problem`.
#[derive(Debug)]
pub struct ModelError {
    /// The file as it was named to the parser.
    pub file: String,
    /// Line and column in characters, both from 1; `None` if it is about the file as a whole.
    pub position: Option<(usize, usize)>,
    /// The TOML path, such as `fields.total.pattern`; empty if it is about the model as a whole.
    pub path: String,
    pub problem: Problem,
    /// What to do about it, if that is known.
    pub hint: Option<String>,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": {}", self.problem)?;
        if let Problem::Unreadable(cause) = &self.problem {
            write!(f, ": {cause}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with one or more record models, in the order of files and lines;
/// never empty.
#[derive(Debug, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct ModelErrors(pub Vec<ModelError>);

fn lines(errors: &[ModelError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The errors of one file while it is read.
pub(super) struct Problems<'t> {
    file: &'t str,
    text: &'t str,
    errors: Vec<ModelError>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, errors: Vec::new() }
    }

    /// Notes a problem at a byte offset of the text.
    pub(super) fn add(&mut self, offset: usize, path: &str, problem: Problem) {
        self.push(offset, path, problem, None);
    }

    /// Notes a problem and what to do about it.
    pub(super) fn add_with_hint(
        &mut self,
        offset: usize,
        path: &str,
        problem: Problem,
        hint: String,
    ) {
        self.push(offset, path, problem, Some(hint));
    }

    fn push(&mut self, offset: usize, path: &str, problem: Problem, hint: Option<String>) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.errors.push(ModelError {
            file: self.file.to_owned(),
            position: Some((line, column)),
            path: path.to_owned(),
            problem,
            hint,
        });
    }

    /// Returns `value` if nothing was noted, else all errors in order of line and column.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, ModelErrors> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => {
                debug_assert!(!self.errors.is_empty(), "a model is refused only for a reason");
                self.errors.sort_by_key(|error| error.position);
                Err(ModelErrors(self.errors))
            }
        }
    }
}
