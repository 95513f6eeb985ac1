//! Record models: what a record looks like, as a checked value.
//!
//! Owns the format of `models/*.toml`. Knows nothing of pages; `extract`, `normalize` and
//! `validate` read what stands here. Lengths are millimetres, zones are fractions of the page.

mod agreement;
mod anchor;
mod archive;
mod balance;
mod calibration;
mod column;
mod dictionary;
mod dictionary_error;
mod expression;
mod field;
mod firm;
mod index;
mod learned;
mod load;
mod name;
mod parse;
mod pattern;
mod place;
mod problem;
mod quoted;
mod range;
mod rows;
mod rule;
mod section;
#[cfg(test)]
mod tests;

pub use agreement::Agreement;
pub use balance::Balance;
pub use calibration::{CLUES, Calibration, FieldCalibration, certainty, clues};
pub use dictionary::{Dictionary, DictionaryEntry, GramIndex};
pub use dictionary_error::DictionaryError;
pub(crate) use expression::{Expression, Operand, PREVIOUS, with_functions};
pub use firm::LEGAL_FORMS;
pub use learned::{Learned, LearnedError, Ranker};
pub use load::{learned_path, load_directory, load_file, shipped};
pub use parse::parse;
pub use place::{Party, kind as place_kind};
pub use problem::{ModelError, ModelErrors, Problem};
pub use rule::Mends;

use std::sync::Arc;

use crate::document::{Count, Symbology};

/// A checked record model.
#[derive(Debug, Clone)]
pub struct RecordModel {
    /// Also the name of its table in schema `records`: lowercase letters, digits, `_`.
    pub name: String,
    pub version: u32,
    /// What one record stands for.
    pub scope: Scope,
    pub claims: Claims,
    /// Where printed phrases stand on the form; zones in millimetres are registered by them.
    pub anchors: Vec<Anchor>,
    /// In the order of the TOML file, which is the order of columns and of export.
    pub fields: Vec<Field>,
    /// Present if and only if `scope` is [`Scope::Row`].
    pub rows: Option<Rows>,
    pub rules: Vec<Rule>,
    /// Sums by which candidates are chosen together.
    pub balances: Vec<Agreement>,
    /// Confidence below which a record goes to review, 0–1.
    pub review_below: f32,
    /// What was learned from labelled pages, if anything was.
    pub learned: Option<Arc<Learned>>,
    /// The TOML text it was read from.
    pub source: String,
}

impl RecordModel {
    /// Returns how the candidates of a field are ranked, if that was learned.
    pub(crate) fn ranker(&self, field: &Field) -> Option<&Ranker> {
        field.learn?;
        self.learned.as_ref()?.ranking.get(&field.name)
    }
}

/// What one record stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Document,
    Page,
    Row,
}

/// Which pages (or, at document scope, documents by any of their pages) a model claims.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    /// All of these phrases must be there.
    pub all: Vec<String>,
    /// One of these, if there are any: words that say the same, such as in several languages.
    pub one_of: Vec<String>,
    /// At least `at_least` of these, if there are any.
    pub any: Vec<String>,
    /// From 1.
    pub at_least: usize,
    /// None of these.
    pub none: Vec<String>,
    /// These speak for the claim, but need not be there.
    pub speaks_for: Vec<String>,
    /// These speak against it, as much as others of their length for it.
    pub against: Vec<String>,
    /// Where phrases are looked for; the whole page without it.
    pub within: Option<Zone>,
    /// Of several models that claim a page, those of the highest priority may take it.
    pub priority: i32,
    /// At document scope: a page with any of these begins another document of a stack.
    pub first_page: Vec<String>,
    /// Which pages that nobody claims belong to the one before them.
    pub continues: Continues,
}

/// Which pages that no model claims continue a page that the model owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Continues {
    #[default]
    Never,
    /// All of them.
    Unclaimed,
    /// Those with any of these phrases.
    Marked(Vec<String>),
}

impl RecordModel {
    /// Returns true if its records can only be made when all pages of a document are there: at
    /// document scope, or if pages continue others.
    pub fn needs_document(&self) -> bool {
        self.scope == Scope::Document || self.claims.continues != Continues::Never
    }
}

/// A part of the page, in `unit`s from its left and top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    pub unit: ZoneUnit,
}

/// What a zone is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneUnit {
    /// Fractions of the page's width and height, 0–1.
    PageFraction,
    /// Millimetres of the form, registered by the model's anchors.
    Millimeters,
}

impl Zone {
    /// All of the page.
    pub const PAGE: Self =
        Self { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0, unit: ZoneUnit::PageFraction };

    /// Returns the zone in fractions of a page of this size in millimetres, if the form lies on it
    /// as it is declared.
    #[must_use]
    pub fn on_page(&self, width_mm: f32, height_mm: f32) -> Self {
        match self.unit {
            ZoneUnit::PageFraction => *self,
            ZoneUnit::Millimeters => Self {
                left: self.left / width_mm,
                top: self.top / height_mm,
                right: self.right / width_mm,
                bottom: self.bottom / height_mm,
                unit: ZoneUnit::PageFraction,
            },
        }
    }
}

/// A printed phrase of a form and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// Any of these; matched like labels.
    pub phrases: Vec<String>,
    /// Of the phrase's left and upper edge on the form.
    pub left_mm: f32,
    pub top_mm: f32,
}

/// What becomes of a doubtful value of a field that is not required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Doubtful {
    /// Its record goes to review.
    #[default]
    Review,
    /// It is left out, so that the record is judged by its other values.
    Omit,
}

impl Doubtful {
    /// The words of the key `doubtful`.
    const WORDS: [(&str, Self); 2] = [("review", Self::Review), ("omit", Self::Omit)];
}

/// One field of a model.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the field's table")]
pub struct Field {
    pub name: String,
    pub kind: FieldKind,
    /// Any of these phrases marks the field, the earlier ones rather; matching forgives OCR errors.
    pub labels: Vec<String>,
    /// Where the value stands; several are tried in order.
    pub places: Vec<Place>,
    /// The value must match somewhere in the text; the first of its groups that takes
    /// part is the value, if there is one.
    pub pattern: Option<regex::Regex>,
    /// Text that is never part of the value (form captions, boilerplate); matched like labels. It
    /// ends a value, and hides a label that it covers, as `Total Tax` hides `Total`.
    pub exclude: Vec<String>,
    /// Words that texts of the field are made of, in capitals, ascending; a misread one is put right.
    pub vocabulary: Vec<String>,
    /// Which of several equally placed candidates wins; of no meaning for a field of many values.
    pub choose: Choose,
    /// One value, or all that stand at its place.
    pub count: Count,
    /// Where the value may stand for labelled pages to teach which candidate it is; `None` if the
    /// places alone are to decide.
    pub learn: Option<Learn>,
    pub required: bool,
    /// Its values recur over documents: the archive itself tells which readings of one are misreadings.
    pub recurs: bool,
    /// The printed sign of an amount says nothing: discounts and change are printed with and without a minus.
    pub unsigned: bool,
    /// A value that is far from what is usual in the archive is doubtful.
    pub outliers: bool,
    /// Records are looked up by its value.
    pub index: bool,
    /// For row models: the header labels of the column that holds the value.
    pub column: Vec<String>,
    /// For row models: an empty cell or ditto mark takes the value of the row above.
    pub carry: bool,
    /// For dense tables: the column of numbers that holds the value, from 1; 0 is the label.
    pub cell: Option<u16>,
    /// Its figures from this power of ten up are not printed: `0.012` after `9.998` means `10.012`.
    /// Rules take values under half of it as so much larger.
    pub wraps_at: Option<rust_decimal::Decimal>,
    /// Confidence below which the field raises an issue, 0–1.
    pub review_below: f32,
    /// What becomes of a value that is doubtful.
    pub doubtful: Doubtful,
    /// Value if nothing was found, as TOML text; it is normalized like a read one.
    pub default: Option<String>,
}

/// The type of a field with what its normalization needs.
#[derive(Debug, Clone)]
pub enum FieldKind {
    Text {
        /// Several lines become one, joined by this (a space if not given).
        join: String,
        /// Longest value in characters; a longer one is cut at a word and raises an issue.
        max_length: usize,
    },
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    Decimal {
        places: Option<u32>,
        min: Option<f64>,
        max: Option<f64>,
    },
    /// An amount: currency signs dropped, thousands separators understood, two decimals.
    Money,
    Date {
        order: DateOrder,
        /// Two-digit years below it are 20xx, others 19xx.
        pivot: u8,
        partial: Partial,
    },
    Time,
    /// Hours and minutes, or decimal hours; stored as decimal hours.
    Duration,
    /// A code with a shape: `9` digit, `A` letter, `X` letter or digit, `?` after one makes it
    /// optional, everything else literal, and so is whatever follows `\`. Repairs follow the
    /// shape. Several shapes are tried. With a check digit, a code on which it fails is none.
    Code {
        shapes: Vec<String>,
        check: Option<CheckDigit>,
    },
    /// One of a set, found through OCR errors by its names.
    Enum {
        values: Vec<EnumValue>,
    },
    /// One of the names of a dictionary beside the model, found through OCR errors.
    Lookup {
        dictionary: Arc<Dictionary>,
    },
    Checkbox,
    /// What a barcode or QR code says.
    Barcode {
        /// Any of these.
        symbologies: Vec<Symbology>,
    },
}

/// What becomes of a date that names no day, such as `March 1978` or `1978`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partial {
    /// It is no date.
    #[default]
    Refuse,
    /// The first day of it.
    First,
    /// It stays as it is: the field is a text such as `1978-03-12`, `1978-03` or `1978` (ISO 8601).
    Keep,
}

/// How the check digit of a code is computed. Signs between digits do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// Luhn's: every second digit doubled (ISO/IEC 7812: cards, accounts, IMEI).
    Mod10,
    /// Every second digit threefold (GS1: EAN, UPC, ISBN-13, SSCC).
    Gtin,
    /// Digits weighted by their place from the right, modulo 11, `X` for ten (ISBN-10, ISSN).
    Mod11,
    /// Letters and digits modulo 97 (ISO 13616).
    Iban,
}

/// A value of an enum field, and the texts that mean it.
#[derive(Debug, Clone)]
pub struct EnumValue {
    pub value: String,
    pub synonyms: Vec<String>,
}

/// The order of day, month and year in a date of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// The documents themselves say it; a date that may be read either way, with nothing that
    /// decides, has the day first and is in doubt.
    Open,
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// On the label's line, after it, up to so many millimetres away (page end without).
    Right { within_mm: Option<f32> },
    /// On the label's line, before it.
    Left { within_mm: Option<f32> },
    /// In the lines under the label, up to so many millimetres below it.
    Below { within_mm: f32, lines: Option<u32>, until: Option<Until> },
    /// In the lines over the label.
    Above { within_mm: f32, lines: Option<u32> },
    /// In the label's cell of a form: the rest of its line and the lines below it.
    Cell { within_mm: f32, lines: Option<u32>, until: Option<Until> },
    /// In the ruled box that holds the label.
    Box { lines: Option<u32> },
    /// The whole line that holds the label.
    Line,
    /// A fixed part of the page, whatever stands there.
    Zone { zone: Zone, lines: Option<u32> },
    /// Between two labels, in reading order.
    Between { from: Vec<String>, to: Vec<String> },
    /// Wherever the pattern matches on the page, or within the zone.
    Pattern { zone: Option<Zone> },
    /// Where letters name who sends them or whom they are for.
    Party { party: Party },
    /// One of the other places, seen from labels of its own instead of the field's.
    Labelled { labels: Vec<String>, place: Box<Place> },
    /// A run of lines: from one that matches `starts` to the one before the first that matches
    /// `ends`, at most `lines`.
    Passage {
        starts: LinePattern,
        ends: Option<LinePattern>,
        lines: Option<u32>,
        zone: Option<Zone>,
    },
}

/// A regular expression that is looked for in a line; it sees the two lines after it as well,
/// separated by `\n`, but must begin in the line.
#[derive(Debug, Clone)]
pub struct LinePattern(pub regex::Regex);

impl PartialEq for LinePattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// What ends a value that runs over several lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Until {
    /// A horizontal rule.
    Rule,
    /// A line that starts with one of these labels.
    Labels(Vec<String>),
    /// A gap larger than so many line heights.
    Gap(f32),
    /// Whichever of these comes first.
    Any(Vec<Until>),
}

/// What may be the value of a field that is learned from labelled pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learn {
    pub zone: Zone,
    /// Most lines that a text may have, from 1.
    pub lines: usize,
    /// Whether the model asks for it; else what is learned is taken only where it is better.
    pub always: bool,
}

/// Which of several candidates wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choose {
    /// The best placed one, then the first in reading order.
    #[default]
    Best,
    First,
    Last,
    /// The largest value (numbers, money, dates).
    Largest,
    /// The sum of values in rows of different percentages, else the last one.
    ByRate,
}

/// Where the table of a row model is and how its rows are told apart.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The field whose value starts a new row; lines without it continue the row above.
    pub starts_with: String,
    /// Labels that end the table.
    pub until: Vec<String>,
    /// A row needs at least so many fields with values.
    pub min_fields: usize,
    /// Present if the rows are those of a dense table.
    pub dense: Option<Dense>,
}

/// A dense table of numbers of one shape, which is read cell by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dense {
    /// Number of columns of numbers; the row's label stands before them.
    pub columns: u16,
    /// What each cell looks like: `9` is a digit, a point stands for itself, such as `9.999`.
    pub shape: String,
    /// What the field that starts a row is.
    pub label: RowLabel,
    /// What the last row holds, if it is none like the others.
    pub foot: Option<Foot>,
    /// The fields, by position in the model, of which each follows the one before it in time, and
    /// the first of a row the last of the row above.
    pub series: Option<std::ops::RangeInclusive<usize>>,
}

/// What stands before the numbers of a dense table's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLabel {
    /// Any text.
    Read,
    /// A number that is one more than that of the row above; it is 1 in the first row if it
    /// cannot be read.
    Counted,
}

/// What the last row of a dense table says of the rows above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foot {
    /// The mean of each column.
    Mean,
    /// The sum of each column.
    Sum,
}

/// A rule over the typed fields.
#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    /// A CEL expression that must be true; fields by name, in row models also those of the row
    /// above as `previous.name`. Decimals are doubles, dates and times strings such as
    /// `1978-03-12` and `14:30:00`. A rule that speaks of a missing value holds, unless it
    /// compares something with `null`.
    pub check: String,
    /// The verdict if it is not true.
    pub otherwise: crate::document::Verdict,
    /// What it says as a sum of fields, if it is one.
    pub balance: Option<Balance>,
    /// What is done where it is not true.
    pub mends: Mends,
}
