//! Calibrated confidence: how likely a value is right, from all that speaks for it.
//!
//! Owns the clues, the fitted weights and the threshold of acceptance, as they stand in
//! `NAME.learned.json` under `calibration`. `evaluate` fits them, `validate` uses them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::firm::firmness;
use super::{Field, FieldKind};
use crate::document::{Doubt, TypedField};

/// Names of the clues, in the order of [`clues`]. Each is so turned that more of it never makes a
/// value less likely.
pub const CLUES: [&str; CLUE_COUNT] = [
    "confidence",
    "words",
    "place",
    "margin",
    "elsewhere",
    "page",
    "clean",
    "length",
    "unrepaired",
    "witnesses",
    "agreement",
    "known",
    "undoubted",
    "certainty",
    "familiar",
    "signs",
    "firm",
    "filled",
    "whole",
];
const CLUE_COUNT: usize = 19;

/// Probabilities are not believed beyond these.
const BOUNDS: (f32, f32) = (0.003, 0.997);
/// No reading of a character is doubted more than this.
const MOST_DOUBT: f32 = 0.9;
/// What the certainty of a text's characters is multiplied with, so that it spreads as far as the other clues.
const CERTAINTY_SCALE: f32 = 2.0;
/// Likewise for whether a name is a firm's: few pages name a person, so that one of them must count.
const FIRMNESS_SCALE: f32 = 2.0;
/// Printed figures are at most so wide for their height, with the space between them; wider ones hide others.
const WIDEST_FIGURE: f32 = 0.95;
/// What the width that is too much, in heights, is multiplied with, and the most that it counts.
const EMPTINESS: (f32, f32) = (12.0, 6.0);
/// Bounds of a confidence before it is made a logit.
const LOGIT_BOUNDS: (f32, f32) = (0.01, 0.995);

/// How the confidence of a model's values follows from clues, and which records are accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// By field.
    pub fields: BTreeMap<String, FieldCalibration>,
    /// Confidence from which a record is accepted, 0–1.
    pub accept_from: f32,
    /// The share of wrong values among those of accepted records that this was chosen for, 0–1.
    pub max_error: f32,
    /// Number of labelled records it was fitted on.
    pub records: u32,
}

/// A logistic regression: how likely a value of a field is right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldCalibration {
    pub bias: f32,
    /// Weight of each clue by name, not below 0; a clue that is not named has none.
    pub weights: BTreeMap<String, f32>,
}

impl FieldCalibration {
    /// Returns how likely a value is right, 0–1.
    pub fn probability(&self, clues: &[f32; CLUE_COUNT]) -> f32 {
        let weigh = |(name, clue): (&&str, &f32)| self.weights.get(*name).map_or(0.0, |w| w * clue);
        let sum = self.bias + CLUES.iter().zip(clues).map(weigh).sum::<f32>();
        (1.0 / (1.0 + (-sum).exp())).clamp(BOUNDS.0, BOUNDS.1)
    }
}

impl Calibration {
    /// Returns how likely the value of a field is right, 0–1; `None` if nothing was learned of the
    /// field, or the value was not found on a page. No value is surer than its characters, but for amounts that agree
    /// with others: of receipts of shops that were not learned from, each counted once, 7 % instead of 10 % of the
    /// values are wrong in the surest quarter.
    pub fn probability(&self, spec: &Field, field: &TypedField) -> Option<f32> {
        let fitted = self.fields.get(&spec.name)?;
        let probability = fitted.probability(&clues(spec, field)?);
        let agrees = field.evidence.agreements > 0;
        let most = if agrees { 1.0 } else { certainty(spec, field) };
        Some(probability.min(most).max(BOUNDS.0))
    }

    /// Returns what is wrong with it, if anything is: a clue that is not known, a number that is
    /// none.
    pub(super) fn mistake(&self) -> Option<String> {
        let weights = || self.fields.values().flat_map(|field| &field.weights);
        if let Some((name, _)) = weights().find(|(name, _)| !CLUES.contains(&name.as_str())) {
            return Some(format!("weighs `{name}`, which is no clue"));
        }
        let mut numbers = self.fields.values().map(|field| field.bias);
        let finite = weights().all(|(_, weight)| weight.is_finite()) && numbers.all(f32::is_finite);
        let in_range = |share: f32| (0.0..=1.0).contains(&share);
        let fine = finite && in_range(self.accept_from) && in_range(self.max_error);
        (!fine).then(|| "has a number out of range".to_owned())
    }
}

/// Returns the clues of a value, in the order of [`CLUES`]; `None` without a value, or if it was
/// not found on a page.
pub fn clues(spec: &Field, field: &TypedField) -> Option<[f32; CLUE_COUNT]> {
    let value = field.value.as_ref()?;
    let evidence = &field.evidence;
    evidence.found?;
    let text = value.to_string();
    let (known, unknown) = words_of(&text, &spec.vocabulary);
    let (clean, length) = match &spec.kind {
        FieldKind::Text { .. } => {
            // Long texts are seldom read without a fault.
            (-odd_words(&text).min(3.0), -(text.chars().count() as f32 / 10.0).ln_1p())
        }
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Code { .. }
        | FieldKind::Duration => {
            // A short number may be a part of a longer one.
            let digits = text.chars().filter(char::is_ascii_alphanumeric).count();
            (0.0, digits.min(6) as f32 / 2.0)
        }
        FieldKind::Date { .. }
        | FieldKind::Time
        | FieldKind::Enum { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Barcode { .. }
        | FieldKind::Checkbox => (0.0, 0.0),
    };
    Some([
        logit(field.confidence),
        logit(evidence.words),
        logit(evidence.place),
        3.0 * evidence.margin.clamp(-1.0, 1.0),
        f32::from(evidence.elsewhere.min(2)),
        // Most pages are read at 80 to 97.
        ((evidence.page - 0.9) * 10.0).clamp(-3.0, 1.0),
        clean,
        length,
        -(field.repairs.len().min(2) as f32),
        (4.0 * (evidence.witnesses - 1.0)).clamp(-2.0, 2.0),
        f32::from(evidence.agreements.min(2)),
        -unknown.min(3.0),
        -(open_doubts(spec, field).count().min(4) as f32),
        CERTAINTY_SCALE * certainty(spec, field).ln(),
        known.min(4.0) / 2.0,
        -odd_signs(&spec.kind, &text).min(3.0),
        FIRMNESS_SCALE * if is_name(spec) { firmness(&text, &spec.vocabulary) } else { 0.0 },
        -emptiness(&spec.kind, field),
        -f32::from(evidence.beyond.min(3)),
    ])
}

/// Returns how likely no doubtful character of a value is another letter or digit, 0–1.
pub fn certainty(spec: &Field, field: &TypedField) -> f32 {
    let sure = open_doubts(spec, field).map(|doubt| 1.0 - doubt.clamp(0.0, MOST_DOUBT));
    sure.product::<f32>().max(f32::MIN_POSITIVE)
}

/// Returns how likely (0–1) each doubtful character of a value is another letter or digit, where the words that the
/// value is made of do not settle it: a word that they have was read right.
fn open_doubts(spec: &Field, field: &TypedField) -> impl Iterator<Item = f32> {
    let raw = field.raw.as_deref().unwrap_or_default();
    let is_text = |text: &str| text.chars().any(char::is_alphanumeric);
    let likely = move |doubt: &Doubt| {
        let read = raw.get(usize::from(doubt.start)..usize::from(doubt.end)).unwrap_or_default();
        let others = doubt.alternatives.iter().filter(|other| {
            other.text.to_lowercase() != read.to_lowercase()
                && (is_text(&other.text) || is_text(read))
        });
        others.map(|other| other.confidence / 100.0).sum::<f32>()
    };
    let is_settled = move |doubt: &Doubt| {
        let (before, after) = raw.split_at_checked(usize::from(doubt.start)).unwrap_or((raw, ""));
        let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let end = after.find(char::is_whitespace).map_or(raw.len(), |at| before.len() + at);
        is_of_words(raw.get(start..end).unwrap_or_default(), &spec.vocabulary)
    };
    field
        .doubts
        .iter()
        .filter(move |doubt| !is_settled(doubt))
        .map(likely)
        .filter(|doubt| *doubt > 0.0)
}

/// Tells whether a word, or each part of it between signs, is of a vocabulary; one with figures is not.
fn is_of_words(word: &str, vocabulary: &[String]) -> bool {
    let (known, unknown) = words_of(word, vocabulary);
    known > 0.0 && unknown <= 0.0 && !word.contains(|c: char| c.is_ascii_digit())
}

fn logit(probability: f32) -> f32 {
    let bounded = probability.clamp(LOGIT_BOUNDS.0, LOGIT_BOUNDS.1);
    (bounded / (1.0 - bounded)).ln()
}

/// Shorter words are abbreviations.
const SHORTEST_WORD: usize = 3;

/// Counts the words that a field's vocabulary has, and those that it does not have; none of both without one.
fn words_of(text: &str, vocabulary: &[String]) -> (f32, f32) {
    if vocabulary.is_empty() {
        return (0.0, 0.0);
    }
    let words = text.split(|c: char| !c.is_alphabetic());
    let words = words.filter(|word| word.chars().count() >= SHORTEST_WORD);
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        words.partition(|word| vocabulary.binary_search(&word.to_uppercase()).is_ok());
    (known.len() as f32, unknown.len() as f32)
}

/// Tells whether a field holds names: texts that recur over documents and are made of known words.
fn is_name(spec: &Field) -> bool {
    matches!(spec.kind, FieldKind::Text { .. }) && spec.recurs && !spec.vocabulary.is_empty()
}

/// Counts the signs that are in no name or address, such as `€`, `“` and `=`.
fn odd_signs(kind: &FieldKind, text: &str) -> f32 {
    if !matches!(kind, FieldKind::Text { .. }) {
        return 0.0;
    }
    let is_odd =
        |c: &char| !c.is_alphanumeric() && !c.is_whitespace() && !",.&()/'’#-".contains(*c);
    text.chars().filter(is_odd).count() as f32
}

/// Returns by how much a number is wider than its figures can be: what was not read stands between or beside them.
fn emptiness(kind: &FieldKind, field: &TypedField) -> f32 {
    let of_figures = match kind {
        FieldKind::Integer { .. } | FieldKind::Code { .. } => true,
        FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Duration
        | FieldKind::Text { .. }
        | FieldKind::Date { .. }
        | FieldKind::Time
        | FieldKind::Enum { .. }
        | FieldKind::Lookup { .. }
        | FieldKind::Barcode { .. }
        | FieldKind::Checkbox => false,
    };
    let (Some(bounds), Some(raw), true) = (&field.bounds, &field.raw, of_figures) else {
        return 0.0;
    };
    let signs = raw.trim().chars().count().max(1) as f32;
    let height = bounds.bottom.saturating_sub(bounds.top).max(1) as f32;
    let width = bounds.right.saturating_sub(bounds.left) as f32;
    (EMPTINESS.0 * (width / (signs * height) - WIDEST_FIGURE)).clamp(0.0, EMPTINESS.1)
}

/// Counts the words that do not look like words: letters among digits, capitals inside, signs that
/// no text has, no vowel; a parenthesis without its other one is a misread letter.
fn odd_words(text: &str) -> f32 {
    let count = |sign| text.matches(sign).count();
    let words: f32 = text.split_whitespace().map(oddity).sum();
    words + count('(').abs_diff(count(')')) as f32
}

fn oddity(word: &str) -> f32 {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    if core.is_empty() {
        return if word.contains(['&', '-', '/']) { 0.0 } else { 1.0 };
    }
    let letters = core.chars().filter(|c| c.is_alphabetic()).count();
    let digits = core.chars().filter(char::is_ascii_digit).count();
    // `12A`, `B7` and `21st` are words.
    let ordinal = ["st", "nd", "rd", "th"].iter().any(|end| core.to_lowercase().ends_with(end));
    if letters > 1 && digits > 0 && !(ordinal && letters == 2) && !core.contains(['-', '/']) {
        return 1.0;
    }
    let is_sign = |c: char| !c.is_alphanumeric() && !"&.,'’/()-#:".contains(c);
    if word.chars().any(is_sign) {
        return 1.0;
    }
    let pairs = core.chars().zip(core.chars().skip(1));
    let capitals_inside = pairs.filter(|(a, b)| a.is_lowercase() && b.is_uppercase()).count();
    let scottish = core.starts_with("Mc") || core.starts_with("Mac");
    if capitals_inside > usize::from(scottish) {
        return 1.0;
    }
    let is_vowel = |c: char| !c.is_ascii() || "aeiouyAEIOUY".contains(c);
    let has_vowel = core.chars().any(is_vowel);
    if letters > 3 && !has_vowel && !core.contains('.') { 0.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Alternative, PixelBox};

    /// A field that names are read into.
    fn named(vocabulary: &str) -> Field {
        let model = format!(
            "name = \"slip\"\nversion = 1\nrecords = \"page\"\n[fields.vendor]\ntype = \"text\"\n\
             label = \"Vendor\"\n{vocabulary}"
        );
        super::super::parse(&model, "slip.toml").unwrap().fields.remove(0)
    }

    fn doubt(start: u16, text: &str, confidence: f32) -> Doubt {
        let alternatives = vec![Alternative { text: text.to_owned(), confidence }];
        Doubt { start, end: start + 1, alternatives }
    }

    #[test]
    fn characters_are_as_certain_as_no_other_letter_is_likely() {
        let of = |doubts| {
            let raw = Some("TKANO HANDEL.".to_owned());
            certainty(&named(""), &TypedField { raw, doubts, ..TypedField::default() })
        };
        let near = |left: f32, right: f32| (left - right).abs() < 1e-4;
        assert!(near(of(Vec::new()), 1.0));
        assert!(near(of(vec![doubt(0, "I", 40.0), doubt(4, "D", 10.0)]), 0.54));
        // Another case and another sign leave the same letters.
        assert!(near(of(vec![doubt(1, "k", 40.0), doubt(12, ",", 40.0)]), 1.0));
    }

    #[test]
    fn no_value_is_surer_than_its_characters_unless_amounts_agree() {
        let always = FieldCalibration { bias: 9.0, weights: BTreeMap::new() };
        let calibration = Calibration {
            fields: BTreeMap::from([("vendor".to_owned(), always)]),
            accept_from: 0.5,
            max_error: 0.01,
            records: 100,
        };
        let says = |doubts, agreements| {
            let found = Some(crate::document::Found::Label);
            let field = TypedField {
                value: Some(crate::document::Value::Text("TKANO".to_owned())),
                raw: Some("TKANO".to_owned()),
                evidence: crate::document::Evidence { found, agreements, ..Default::default() },
                doubts,
                ..TypedField::default()
            };
            calibration.probability(&named(""), &field).unwrap()
        };
        assert!(says(Vec::new(), 0) > 0.99);
        assert!((says(vec![doubt(0, "I", 40.0)], 0) - 0.6).abs() < 1e-4);
        assert!(says(vec![doubt(0, "I", 40.0)], 1) > 0.99);
    }

    #[test]
    fn words_that_are_known_settle_the_doubts_in_them_and_figures_none() {
        let of = |doubts| {
            let raw = Some("12 Jalan 4/3".to_owned());
            let spec = named("vocabulary = [\"jalan\"]\n");
            certainty(&spec, &TypedField { raw, doubts, ..TypedField::default() })
        };
        let near = |left: f32, right: f32| (left - right).abs() < 1e-4;
        assert!(near(of(vec![doubt(4, "e", 40.0)]), 1.0));
        assert!(near(of(vec![doubt(11, "8", 40.0)]), 0.6));
    }

    #[test]
    fn signs_that_no_name_has_are_odd() {
        let kind = FieldKind::Text { join: String::new(), max_length: 100 };
        assert!((odd_signs(&kind, "O'Neil & Co. (No. 1-2/3), #4") - 0.0).abs() < 1e-6);
        assert!((odd_signs(&kind, "R1ANG KIA € “SDN") - 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_box_that_is_too_wide_for_its_figures_hides_some() {
        let kind = FieldKind::Integer { min: None, max: None };
        let field = |raw: &str, right| TypedField {
            raw: Some(raw.to_owned()),
            bounds: Some(PixelBox { left: 0, top: 0, right, bottom: 40 }),
            ..TypedField::default()
        };
        // Four figures of 32 pixels by 40, and two of them where three may stand.
        assert!(emptiness(&kind, &field("2327", 128)) < 1e-6);
        // 96 / (2 * 40) = 1.2, 12 * (1.2 - 0.95) = 3.
        assert!((emptiness(&kind, &field("32", 96)) - 3.0).abs() < 1e-4);
    }

    #[test]
    fn words_of_the_vocabulary_are_familiar() {
        let vocabulary = ["JALAN", "TAMAN"].map(str::to_owned);
        assert_eq!(words_of("12, Jalan Taman Xyz 3", &vocabulary), (2.0, 1.0));
        assert_eq!(words_of("12, Jalan Taman Xyz 3", &[]), (0.0, 0.0));
    }
}
