//! What else the pages say about the values that were taken: evidence for their confidence.

use std::collections::HashMap;

use crate::document::{Evidence, PageNumber, PageText, Record, TypedField};

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
}

impl Surroundings {
    /// Takes the words of the pages.
    pub fn new(pages: &[(PageNumber, &PageText)]) -> Self {
        let mut surroundings = Self::default();
        for (number, page) in pages {
            let confidence = page.mean_confidence().unwrap_or(0.0) / 100.0;
            surroundings.confidence.insert(*number, confidence);
            for word in page.words() {
                let word = bare(&word.text);
                surroundings.text.push_str(&word);
                *surroundings.words.entry(word).or_default() += 1;
            }
        }
        surroundings
    }

    /// Notes for each value at how many other places its text stands, and how well its page was
    /// read.
    pub fn note(&self, record: &mut Record<TypedField>) {
        for field in &mut record.fields {
            let (Some(_), Some(raw)) = (&field.value, &field.raw) else { continue };
            let places = self.places(raw).saturating_sub(1);
            let page = field.page.and_then(|page| self.confidence.get(&page));
            field.evidence = Evidence {
                elsewhere: u8::try_from(places).unwrap_or(u8::MAX),
                page: page.copied().unwrap_or(0.0),
                ..std::mem::take(&mut field.evidence)
            };
        }
    }

    /// Counts the places at which a text stands. A number must be a word of its own: it may be a
    /// part of others by accident.
    fn places(&self, text: &str) -> usize {
        let letters = bare(text);
        if letters.is_empty() {
            return 0;
        }
        if letters.chars().any(char::is_alphabetic) && text.trim().contains(char::is_whitespace) {
            return self.text.matches(&letters).count();
        }
        self.words.get(&letters).map_or(0, |count| *count as usize)
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
