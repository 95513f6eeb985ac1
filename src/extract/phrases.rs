//! The phrases of models, folded once for all pages, and where they stand on a page, looked up once.
//!
//! Models share phrases, and several questions are asked about each (claims by rows and blocks, labels by lines). `sheet` owns
//! what was found on its page; who has no folded models at hand gets phrases folded on demand.

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::phrase::{Match, Phrase};
use crate::model::{Continues, EnumValue, FieldKind, Place, RecordModel, Until};

/// The phrases of models, folded, by their texts; without models none.
#[derive(Debug, Default)]
pub struct Phrases {
    folded: Vec<Phrase>,
    /// They are asked for some thousand times a page, and nobody chooses them to collide.
    by_text: FxHashMap<String, usize>,
}

/// How words are run through for a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    /// Each row by itself.
    Lines,
    /// One row after the other.
    Rows,
    /// In the recognizer's order.
    Blocks,
}

/// What was found so far on a page, by phrase and way.
pub(crate) struct Places(Vec<[OnceCell<Box<[Match]>>; 3]>);

impl Phrases {
    /// Folds all phrases that models look for.
    pub fn of(models: &[RecordModel]) -> Self {
        let mut phrases = Self::default();
        for model in models {
            let claims = &model.claims;
            let lists = [
                &claims.all,
                &claims.one_of,
                &claims.any,
                &claims.none,
                &claims.speaks_for,
                &claims.against,
                &claims.first_page,
            ];
            for list in lists {
                phrases.add(list);
            }
            if let Continues::Marked(marks) = &claims.continues {
                phrases.add(marks);
            }
            for anchor in &model.anchors {
                phrases.add(&anchor.phrases);
            }
            if let Some(rows) = &model.rows {
                phrases.add(&rows.until);
            }
            for field in &model.fields {
                for list in [&field.labels, &field.exclude, &field.column] {
                    phrases.add(list);
                }
                for place in &field.places {
                    phrases.add_place(place);
                }
                if let FieldKind::Enum { values } = &field.kind {
                    for name in values.iter().flat_map(names) {
                        phrases.add_one(name);
                    }
                }
            }
        }
        phrases
    }

    fn add(&mut self, texts: &[String]) {
        for text in with_misread(texts) {
            self.add_one(&text);
        }
    }

    fn add_one(&mut self, text: &str) {
        if !self.by_text.contains_key(text) {
            self.by_text.insert(text.to_owned(), self.folded.len());
            self.folded.push(Phrase::new(text));
        }
    }

    fn add_place(&mut self, place: &Place) {
        match place {
            Place::Below { until, .. } | Place::Cell { until, .. } => {
                if let Some(until) = until {
                    self.add_end(until);
                }
            }
            Place::Between { from, to } => {
                self.add(from);
                self.add(to);
            }
            Place::Labelled { labels, place } => {
                self.add(labels);
                self.add_place(place);
            }
            Place::Right { .. }
            | Place::Left { .. }
            | Place::Above { .. }
            | Place::Box { .. }
            | Place::Line
            | Place::Zone { .. }
            | Place::Pattern { .. }
            | Place::Party { .. }
            | Place::Passage { .. } => {}
        }
    }

    fn add_end(&mut self, until: &Until) {
        match until {
            Until::Labels(labels) => self.add(labels),
            Until::Any(ends) => {
                for end in ends {
                    self.add_end(end);
                }
            }
            Until::Rule | Until::Gap(_) => {}
        }
    }

    /// Returns a phrase folded, from the models or made for the occasion.
    pub(crate) fn folded(&self, text: &str) -> Cow<'_, Phrase> {
        match self.by_text.get(text) {
            Some(&index) => Cow::Borrowed(&self.folded[index]),
            None => Cow::Owned(Phrase::new(text)),
        }
    }

    /// Returns what `find` finds of a phrase; what a page's `places` have of it is not looked for again.
    pub(crate) fn found<'f>(
        &'f self,
        (text, through): (&str, Through),
        places: &'f Places,
        find: impl FnOnce(&Phrase) -> Vec<Match>,
    ) -> Cow<'f, [Match]> {
        match self.by_text.get(text) {
            Some(&index) => {
                let place = &places.0[index][through as usize];
                Cow::Borrowed(place.get_or_init(|| find(&self.folded[index]).into_boxed_slice()))
            }
            None => Cow::Owned(find(&Phrase::new(text))),
        }
    }

    /// Returns the places of these phrases on a page that nobody has looked at.
    pub(crate) fn unseen(&self) -> Places {
        Places(std::iter::repeat_with(Default::default).take(self.folded.len()).collect())
    }
}

/// Returns the texts of a list, and behind them those that may have been misread: a slash is often read as the
/// letter `I`, as in `SIN` for `S/N`.
pub(crate) fn with_misread(texts: &[String]) -> impl Iterator<Item = Cow<'_, str>> {
    let misread = texts.iter().filter(|text| text.contains('/'));
    let misread = misread.map(|text| Cow::Owned(text.replace('/', "I")));
    texts.iter().map(|text| Cow::Borrowed(text.as_str())).chain(misread)
}

/// Returns the texts that mean a value of an enum.
pub(crate) fn names(value: &EnumValue) -> impl Iterator<Item = &String> {
    std::iter::once(&value.value).chain(&value.synonyms)
}
