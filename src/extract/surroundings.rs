//! What else the pages say about the values that were taken: evidence for their confidence.

use std::borrow::Cow;

use super::beyond::{WordPlaces, push_bare};
use crate::document::{Evidence, Line, PageNumber, PageText, PixelBox, Record, TypedField, Word};
use crate::model::{Field, FieldKind, RecordModel};
use crate::normalize::SaidOrder;

/// The words of a record's pages, ready to be asked. `pipeline` makes one for the pages of a
/// document, between `normalize` and `validate`.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Mean word confidence of each page, 0–1.
    confidence: Vec<(PageNumber, f32)>,
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
            surroundings.confidence.push((*number, confidence));
            surroundings.struck.extend(page.struck().map(|bounds| (*number, bounds)));
            let lines = page.lines.iter().filter_map(line_with_numbers);
            surroundings.dates = surroundings.dates.and(SaidOrder::of_lines(lines));
            surroundings.places.add(*number, page);
        }
        surroundings
    }

    /// Notes for each value at how many other places its text stands, how much like it stands next to it, how well
    /// its page was read, and whether it is struck out.
    pub fn note(&self, model: &RecordModel, record: &mut Record<TypedField>) {
        for (spec, field) in model.fields.iter().zip(&mut record.fields) {
            let (Some(_), Some(raw)) = (&field.value, &field.raw) else { continue };
            let places = self.places(raw).saturating_sub(1);
            let page = self.confidence.iter().find(|(page, _)| field.page == Some(*page));
            field.evidence = Evidence {
                elsewhere: u8::try_from(places).unwrap_or(u8::MAX),
                beyond: self.beyond(spec, field),
                page: page.map_or(0.0, |(_, confidence)| *confidence),
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
        let mut letters = String::with_capacity(text.len());
        push_bare(&mut letters, text);
        if letters.chars().count() < SHORTEST {
            return 0;
        }
        if letters.chars().any(char::is_alphabetic) && text.trim().contains(char::is_whitespace) {
            return self.places.count_anywhere(&letters);
        }
        self.places.count(&letters)
    }
}

/// Texts with fewer letters and digits stand elsewhere by chance.
const SHORTEST: usize = 3;

/// Returns the text of a line that may hold a date.
fn line_with_numbers(line: &Line) -> Option<Cow<'_, str>> {
    let is_number = |word: &Word| word.text.bytes().any(|byte| byte.is_ascii_digit());
    if !line.words.iter().any(is_number) {
        return None;
    }
    if let [word] = line.words.as_slice() {
        return Some(Cow::Borrowed(&word.text));
    }
    let words = line.words.iter().map(|word| word.text.as_str());
    Some(Cow::Owned(words.collect::<Vec<_>>().join(" ")))
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
