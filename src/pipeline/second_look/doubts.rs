//! Which words of a page are worth a second look: those that fields hang on which are missing, invalid or
//! badly read.

use std::ops::Range;

use super::super::records::{ModelSet, PageRecords};
use super::effort::Effort;
use crate::document::{Look, Mark, PageText, PixelBox, RegionLook, TypedField, Value, Word};
use crate::model::{Field, FieldKind, Scope};

/// Words read with more certainty (0–1) than this are left alone: of those that are sure to 0.92 and
/// more, one of a hundred is wrong.
pub(super) const SURE: f32 = 0.92;
/// Texts have no grammar that a misreading would break: a second network reads them up to this certainty.
const SURE_TEXT: f32 = 0.97;
/// Longer texts are paragraphs, in which no field hangs on a word.
const MOST_WORDS: usize = 24;

/// A doubtful field, and the words that it was read from.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub field: Field,
    /// What it is as it stands.
    pub value: Option<Value>,
    /// The text that it was read from.
    pub raw: String,
    /// Where its words stand: one run a line.
    pub runs: Vec<Run>,
    /// How likely it is right as it stands, 0–1.
    pub certainty: f32,
}

/// Words beside each other in a line of the page text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub line: usize,
    pub words: Range<usize>,
}

impl Run {
    /// Returns the words; none if the page has no such run.
    pub(super) fn of<'t>(&self, text: &'t PageText) -> &'t [Word] {
        let line = text.lines.get(self.line);
        line.and_then(|line| line.words.get(self.words.clone())).unwrap_or_default()
    }

    fn meets(&self, other: &Self) -> bool {
        self.line == other.line
            && self.words.start < other.words.end
            && other.words.start < self.words.end
    }
}

impl Ask {
    /// Returns one look a run.
    pub(super) fn looks(&self, text: &PageText) -> Vec<Look> {
        let alphabet = self.alphabet(text);
        let look = |run: &Run| {
            let boxes = run.of(text).iter().map(|word| word.bounds);
            let bounds = boxes.reduce(|all, each| all.union(&each)).unwrap_or_default();
            Look::Region(RegionLook { bounds, alphabet: alphabet.clone() })
        };
        self.runs.iter().map(look).collect()
    }

    /// Returns the characters of the type, for a value that was not understood and stands alone.
    fn alphabet(&self, text: &PageText) -> Option<String> {
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let words: String =
            self.runs.iter().flat_map(|run| run.of(text)).map(|word| &*word.text).collect();
        if self.value.is_some() || solid(&words) != solid(&self.raw) {
            return None;
        }
        alphabet(&self.field.kind, &self.raw)
    }
}

/// Returns what is doubtful in the records that a page gives; documents of several pages are looked at
/// as if they had this one only. No word is in two of them.
pub(super) fn of(
    models: &ModelSet,
    (records, text): (&PageRecords, &PageText),
    effort: Effort,
) -> Vec<Ask> {
    let has_cells = text.marks.iter().any(|mark| matches!(mark, Mark::Cells(_)));
    let mut asks: Vec<Ask> = Vec::new();
    for record in records.of_page.iter().chain(&records.of_document) {
        let model = models.models().iter().find(|model| model.name == record.record.model);
        // The cells of a dense table have been read again by themselves.
        let Some(model) = model.filter(|model| !(has_cells && model.scope == Scope::Row)) else {
            continue;
        };
        for (spec, field) in model.fields.iter().zip(&record.record.fields) {
            asks.extend(ask((spec, field), text, effort).filter(|new| {
                let runs = asks.iter().flat_map(|ask| &ask.runs);
                !runs.clone().any(|run| new.runs.iter().any(|own| own.meets(run)))
            }));
        }
    }
    asks
}

fn ask((spec, field): (&Field, &TypedField), text: &PageText, effort: Effort) -> Option<Ask> {
    let (bounds, raw) = (field.bounds?, field.raw.clone()?);
    if matches!(spec.kind, FieldKind::Checkbox | FieldKind::Barcode { .. }) {
        return None;
    }
    let certainty = if field.value.is_some() { field.evidence.words } else { 0.0 };
    let is_text = matches!(spec.kind, FieldKind::Text { .. });
    let sure = if is_text && effort.has_second_network { SURE_TEXT } else { SURE };
    if certainty > sure {
        return None;
    }
    let runs = runs(text, &bounds);
    let words: usize = runs.iter().map(|run| run.words.len()).sum();
    (1..=MOST_WORDS).contains(&words).then(|| Ask {
        field: spec.clone(),
        value: field.value.clone(),
        raw,
        runs,
        certainty,
    })
}

/// Returns the runs of words whose middles lie in a box.
fn runs(text: &PageText, bounds: &PixelBox) -> Vec<Run> {
    let is_inside = |word: &Word| {
        let PixelBox { left, top, right, bottom } = word.bounds;
        (bounds.left..bounds.right).contains(&left.midpoint(right))
            && (bounds.top..bounds.bottom).contains(&top.midpoint(bottom))
    };
    let mut runs: Vec<Run> = Vec::new();
    for (line, words) in text.lines.iter().map(|line| &line.words).enumerate() {
        for (index, _) in words.iter().enumerate().filter(|(_, word)| is_inside(word)) {
            match runs.last_mut() {
                Some(run) if run.line == line && run.words.end == index => run.words.end += 1,
                _ => runs.push(Run { line, words: index..index + 1 }),
            }
        }
    }
    runs
}

/// Returns the characters that values of a type consist of; `None` if they may be any.
fn alphabet(kind: &FieldKind, raw: &str) -> Option<String> {
    const DIGITS: &str = "0123456789";
    let letters = raw.chars().filter(|character| character.is_alphabetic()).count();
    let digits = raw.chars().filter(char::is_ascii_digit).count();
    // What hardly has digits is another text, and would become a number of nowhere.
    if letters > digits {
        return None;
    }
    let others = match kind {
        FieldKind::Integer { .. } => "-",
        FieldKind::Decimal { .. } | FieldKind::Money => ".,-()",
        FieldKind::Date { .. } => "./-",
        FieldKind::Time | FieldKind::Duration => ":.,",
        FieldKind::Code { shapes, .. } => return Some(of_shapes(shapes)),
        FieldKind::Text { .. }
        | FieldKind::Enum { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Checkbox
        | FieldKind::Barcode { .. } => return None,
    };
    Some(format!("{DIGITS}{others}"))
}

fn of_shapes(shapes: &[String]) -> String {
    let mut alphabet: Vec<char> = Vec::new();
    for shape in shapes {
        let mut signs = shape.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '9' => alphabet.extend('0'..='9'),
                'A' => alphabet.extend('A'..='Z'),
                'X' => alphabet.extend(('0'..='9').chain('A'..='Z')),
                '?' => {}
                '\\' => alphabet.extend(signs.next()),
                literal => alphabet.push(literal),
            }
        }
    }
    alphabet.sort_unstable();
    alphabet.dedup();
    alphabet.into_iter().collect()
}
