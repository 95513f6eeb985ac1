//! What else the pages say about the values that were taken: evidence for their confidence.

use std::collections::HashMap;

use super::beyond::WordPlaces;
use crate::document::{Evidence, Line, PageNumber, PageText, PixelBox, Record, TypedField, Word};
use crate::model::{Field, FieldKind, RecordModel};
use crate::normalize::SaidOrder;

/// The words of a record's pages, ready to be asked. `pipeline` makes one for the pages of a
/// document, between `normalize` and `validate`.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Mean word confidence of each page, 0–1.
    confidence: HashMap<PageNumber, f32>,
    /// How often each word stands there, by its letters and digits.
    words: HashMap<String, u32>,
    /// All letters and digits.
    text: String,
    /// What the dates of the pages say about the order of day and month.
    pub dates: SaidOrder,
    /// Where words stand.
    places: WordPlaces,
    /// Where words are struck out.
    struck: Vec<(PageNumber, PixelBox)>,
}

impl Surroundings {
    /// Takes the words of the pages.
    pub fn new(pages: &[(PageNumber, &PageText)]) -> Self {
        let mut surroundings = Self::default();
        for (number, page) in pages {
            let confidence = page.mean_confidence().unwrap_or(0.0) / 100.0;
            surroundings.confidence.insert(*number, confidence);
            surroundings.struck.extend(page.struck().map(|bounds| (*number, bounds)));
            let lines: Vec<String> = page.lines.iter().filter_map(line_with_numbers).collect();
            let said = SaidOrder::of_lines(lines.iter().map(String::as_str));
            surroundings.dates = surroundings.dates.and(said);
            surroundings.places.add(*number, page);
            for word in page.words() {
                let word = bare(&word.text);
                surroundings.text.push_str(&word);
                *surroundings.words.entry(word).or_default() += 1;
            }
        }
        surroundings
    }

    /// Notes for each value at how many other places its text stands, how much like it stands next to it, how well
    /// its page was read, and whether it is struck out.
    pub fn note(&self, model: &RecordModel, record: &mut Record<TypedField>) {
        for (spec, field) in model.fields.iter().zip(&mut record.fields) {
            let (Some(_), Some(raw)) = (&field.value, &field.raw) else { continue };
            let places = self.places(raw).saturating_sub(1);
            let page = field.page.and_then(|page| self.confidence.get(&page));
            field.evidence = Evidence {
                elsewhere: u8::try_from(places).unwrap_or(u8::MAX),
                beyond: self.beyond(spec, field),
                page: page.copied().unwrap_or(0.0),
                is_struck: self.is_struck(field.page, field.bounds),
                ..std::mem::take(&mut field.evidence)
            };
        }
    }

    /// Counts the words next to a text that are of its vocabulary.
    fn beyond(&self, spec: &Field, field: &TypedField) -> u8 {
        let (Some(page), Some(bounds), FieldKind::Text { .. }) =
            (field.page, &field.bounds, &spec.kind)
        else {
            return 0;
        };
        u8::try_from(self.places.beyond(page, bounds, &spec.vocabulary)).unwrap_or(u8::MAX)
    }

    /// Returns whether the value at a place, or a word of it, is struck out.
    fn is_struck(&self, page: Option<PageNumber>, bounds: Option<PixelBox>) -> bool {
        let (Some(page), Some(bounds)) = (page, bounds) else { return false };
        self.struck.iter().any(|(number, struck)| {
            *number == page && (struck.holds_center_of(&bounds) || bounds.holds_center_of(struck))
        })
    }

    /// Counts the places at which a text stands; a short one may stand anywhere, which says nothing. A number must
    /// be a word of its own: it may be a part of others by accident.
    fn places(&self, text: &str) -> usize {
        let letters = bare(text);
        if letters.chars().count() < SHORTEST {
            return 0;
        }
        if letters.chars().any(char::is_alphabetic) && text.trim().contains(char::is_whitespace) {
            return self.text.matches(&letters).count();
        }
        self.words.get(&letters).map_or(0, |count| *count as usize)
    }
}

/// Texts with fewer letters and digits stand elsewhere by chance.
const SHORTEST: usize = 3;

/// Returns the text of a line that may hold a date.
fn line_with_numbers(line: &Line) -> Option<String> {
    let is_number = |word: &Word| word.text.bytes().any(|byte| byte.is_ascii_digit());
    let words = || line.words.iter().map(|word| word.text.as_str());
    line.words.iter().any(is_number).then(|| words().collect::<Vec<_>>().join(" "))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Mark, PageFacts};

    #[test]
    fn a_short_text_stands_elsewhere_by_chance() {
        let word = |text: &str| Word {
            text: text.to_owned(),
            bounds: PixelBox { left: 0, top: 0, right: 9, bottom: 9 },
            confidence: 90.0,
            doubts: Vec::new(),
        };
        let words = ["a", "a", "a", "417", "417"].map(word).to_vec();
        let page = PageText {
            width: 500,
            height: 500,
            dpi: 200.0,
            lines: vec![Line { block: 0, paragraph: 0, words }],
            marks: Vec::new(),
            facts: PageFacts::default(),
        };
        let surroundings = Surroundings::new(&[(PageNumber::FIRST, &page)]);
        assert_eq!((surroundings.places("a"), surroundings.places("417")), (0, 2));
    }

    #[test]
    fn a_value_under_a_line_is_struck_out() {
        let at = |left, top| PixelBox { left, top, right: left + 100, bottom: top + 20 };
        let page = PageText {
            width: 500,
            height: 500,
            dpi: 200.0,
            lines: Vec::new(),
            marks: vec![Mark::Struck(at(50, 50))],
            facts: PageFacts::default(),
        };
        let surroundings = Surroundings::new(&[(PageNumber::FIRST, &page)]);
        let is_struck = |bounds| surroundings.is_struck(Some(PageNumber::FIRST), Some(bounds));
        assert!(is_struck(PixelBox { left: 70, ..at(50, 50) }));
        assert!(!is_struck(at(50, 100)) && !is_struck(at(200, 50)));
    }
}
