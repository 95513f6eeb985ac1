//! Records on their way from candidates to typed, judged rows.

use jiff::civil;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::geometry::PixelBox;
use super::page_number::PageNumber;
use super::text::Doubt;
use super::words::words;
use std::fmt;
use std::sync::Arc;

/// A typed value of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    Date(civil::Date),
    Time(civil::Time),
    Boolean(bool),
    /// The values of a field that repeats, in reading order; never empty, no lists inside.
    List(Vec<Value>),
}

/// Divides the values of a list wherever it is written as one text.
pub const LIST_SEPARATOR: &str = "; ";

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Boolean(flag) => flag.fmt(f),
            Self::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    f.write_str(if index > 0 { LIST_SEPARATOR } else { "" })?;
                    value.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

/// The column types of model tables: `text`, `bigint`, `numeric`, `date`, `time`, `boolean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    Boolean,
}

words!(ColumnType {
    Text => "text", Integer => "bigint", Decimal => "numeric", Date => "date", Time => "time",
    Boolean => "boolean",
});

/// How many values a field has in one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Count {
    #[default]
    One,
    /// All that stand at its place, as a list.
    Many,
}

/// The column of a field: the type of its values, and how many there are. Displays as Postgres
/// names it, such as `numeric` or `numeric[]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldColumn {
    pub kind: ColumnType,
    pub count: Count,
}

impl fmt::Display for FieldColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        f.write_str(match self.count {
            Count::One => "",
            Count::Many => "[]",
        })
    }
}

/// How the value of a field was found: evidence, and an input of its confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// At a position relative to the field's label.
    Label,
    /// By its pattern alone.
    Pattern,
    /// In the field's zone.
    Zone,
    /// In its column of a table row.
    Column,
    /// Carried down from the row above or the page head.
    Carried,
    /// The field's constant or default.
    Constant,
    /// By what labelled pages taught.
    Learned,
}

/// What leaves open which value a text means, however well it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguity {
    /// Other digits stand right beside it, which may be its head or its tail.
    NumberBeside,
    /// A dash that may be a leader, or one bracket of two.
    Sign,
    /// `23.600` of a number that may have any decimals.
    Thousands,
    /// Nothing tells day and month apart.
    DayAndMonth,
}

words!(Ambiguity {
    NumberBeside => "may be part of a longer number", Sign => "its sign is in doubt",
    Thousands => "its point may divide thousands", DayAndMonth => "day and month may be swapped",
});

/// What the dates of a document say about the order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidOrder {
    /// There is no date that could not be read either way.
    #[default]
    Nothing,
    DayFirst,
    MonthFirst,
    /// Some dates are possible in one order only, others only in the other one.
    Both,
}

words!(SaidOrder {
    Nothing => "nothing", DayFirst => "day first", MonthFirst => "month first", Both => "both",
});

/// A piece of a page that may hold a field's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub text: String,
    pub page: PageNumber,
    pub bounds: PixelBox,
    /// How likely its words were read right, 0–1: between their mean confidence and the worst.
    pub word_confidence: f32,
    /// How well the label or place fits, 0–1.
    pub place_score: f32,
    pub found: Found,
    /// Characters of `text` that may be others.
    pub doubts: Vec<Doubt>,
    /// What stands beside it leaves open what it means.
    pub ambiguity: Option<Ambiguity>,
}

/// What extraction gives of a field: its candidates, best first. Rows share those of the page's head.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawField {
    pub candidates: Arc<Vec<Candidate>>,
}

impl RawField {
    /// Tells whether two fields have the same candidates; quick for those that share them.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.candidates, &other.candidates) || self == other
    }
}

impl From<Vec<Candidate>> for RawField {
    fn from(candidates: Vec<Candidate>) -> Self {
        Self { candidates: Arc::new(candidates) }
    }
}

/// What normalization gives of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypedField {
    pub value: Option<Value>,
    /// The candidate's text as it was read, before any repair.
    pub raw: Option<String>,
    /// Where it was found.
    pub page: Option<PageNumber>,
    pub bounds: Option<PixelBox>,
    /// Probability that the value is right, 0–1; 0 without a value.
    pub confidence: f32,
    pub evidence: Evidence,
    /// What was changed to make the value valid, in order.
    pub repairs: Vec<Repair>,
    /// Characters of `raw` that may be others.
    pub doubts: Vec<Doubt>,
}

/// What the confidence of a field is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// `None` without a candidate.
    pub found: Option<Found>,
    /// How likely its words were read right, 0–1.
    pub words: f32,
    /// How well the label or place fits, 0–1.
    pub place: f32,
    /// How likely the text means the value, given that its characters are right, 0–1.
    pub meaning: f32,
    /// What other candidates say: above 1 if they confirm the value, below if they contradict it.
    pub witnesses: f32,
    /// By how much it is better placed and read than the best candidate for another value, −1 to 1.
    pub margin: f32,
    /// At how many other places of the pages its text stands.
    pub elsewhere: u8,
    /// How many words of its field's vocabulary stand in the rows next to it: it may be cut off there, or another is meant.
    pub beyond: u8,
    /// How many balances of its model hold with it, each by amounts that were read elsewhere.
    pub agreements: u8,
    /// Mean word confidence of the page it was found on, 0–1.
    pub page: f32,
    /// Whether it is struck out on the page.
    pub is_struck: bool,
    /// What leaves open which value the text means.
    pub ambiguity: Option<Ambiguity>,
}

/// A change that made a value valid, or made it agree with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The text as it was read.
    pub before: String,
    pub after: String,
    /// What asked for it: [`Repair::BY_TYPE`], or the name of a rule.
    pub rule: String,
}

impl Repair {
    /// What asked for a change that made the text a value of the field's type.
    pub const BY_TYPE: &str = "type";
    /// What asked for it where a word of the field's vocabulary was misread.
    pub const BY_VOCABULARY: &str = "vocabulary";

    /// Tells whether a rule of the model asked for it.
    pub fn is_by_rule(&self) -> bool {
        self.rule != Self::BY_TYPE && self.rule != Self::BY_VOCABULARY
    }
}

/// Row number of what a dense table's foot says of its columns: evidence for the rows, no record of
/// its own. `validate` takes it away when it judges the rows together.
pub const FOOT_ROW: u32 = 0;

/// One row of a model's table at stage `F` of its fields; `fields` is in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<F> {
    /// Name of the model, which is the name of its table.
    pub model: String,
    /// The page it starts on.
    pub page: PageNumber,
    /// From 1 within the page (row scope) or document; [`FOOT_ROW`] for the foot of a dense table.
    pub row_number: u32,
    /// Number of the page's region it stands in, from 1; 0 on a page that is one region.
    pub region: u16,
    pub fields: Vec<F>,
}

/// How far a record can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Would bet on it.
    Accepted,
    /// A person should look.
    Review,
    /// Not usable as it is.
    Rejected,
}

words!(Verdict { Accepted => "accepted", Review => "review", Rejected => "rejected" });

/// What is doubtful about a record, as a short stable text such as `total: missing`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Issue {
    /// The field it is about, if it is about one.
    pub field: Option<String>,
    /// Lowercase words such as `missing`, `low confidence`, `rule total_adds_up`.
    pub text: String,
    /// The verdict it leads to at least.
    pub verdict: Verdict,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// A judged record: what is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedRecord {
    pub record: Record<TypedField>,
    pub model_version: u32,
    /// Probability that all values are right, 0–1.
    pub confidence: f32,
    pub verdict: Verdict,
    pub issues: Vec<Issue>,
    /// What the dates of its pages say.
    pub dates: SaidOrder,
    /// What it was before the archive changed it, as JSON that the store writes and reads; extraction leaves it.
    pub before_archive: Option<String>,
}
