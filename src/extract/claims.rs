//! Which models claim a page: phrases that must, may, should not and must not stand on it.

use super::phrase::{Phrase, Reach};
use super::sheet::Sheet;
use crate::document::PixelBox;
use crate::model::{Claims, Zone};

/// So many letters of phrases, read well, make a claim half sure: two or three short words, or one
/// line of a title.
const HALF_SURE_LETTERS: f32 = 20.0;

/// Returns how sure a model may be that a page is its own (0–1), or `None` if the page is not
/// claimed: the more letters of its phrases stand there, less those that speak against it, and the
/// better they were read, the surer.
///
/// Claims without phrases take every page, with strength 0.
pub(super) fn strength(claims: &Claims, sheet: &Sheet) -> Option<f32> {
    let zone = claims.within.as_ref();
    let found = |text: &String| {
        let phrase = Phrase::new(text);
        best(&phrase, zone, sheet).map(|score| score * phrase.len() as f32)
    };
    if claims.none.iter().any(|phrase| found(phrase).is_some()) {
        return None;
    }
    let mut letters = 0.0;
    for phrase in &claims.all {
        letters += found(phrase)?;
    }
    if !claims.one_of.is_empty() {
        letters += claims.one_of.iter().filter_map(found).reduce(f32::max)?;
    }
    if !claims.any.is_empty() {
        let found: Vec<f32> = claims.any.iter().filter_map(found).collect();
        if found.len() < claims.at_least {
            return None;
        }
        letters += found.iter().sum::<f32>();
    }
    letters -= claims.against.iter().filter_map(found).sum::<f32>();
    let letters = letters.max(0.0);
    Some(1.0 - 0.5_f32.powf(letters / HALF_SURE_LETTERS))
}

/// Returns the score of a phrase's best match on the page (0–1), in its rows or in the
/// recognizer's blocks: a phrase that is broken over two lines of a column is together in one of
/// them.
pub(super) fn best(phrase: &Phrase, zone: Option<&Zone>, sheet: &Sheet) -> Option<f32> {
    let layout = &sheet.layout;
    let inside = |bounds: &PixelBox| zone.is_none_or(|zone| layout.in_zone(bounds, zone));
    let rows = phrase.find_all(&sheet.letters, Reach::Page).into_iter().filter(|matched| {
        inside(&layout.words[matched.first].bounds) && inside(&layout.words[matched.last].bounds)
    });
    if let Some(score) = rows.map(|matched| matched.score).reduce(f32::max) {
        return Some(score);
    }
    let blocks = phrase.find_all(sheet.blocks(), Reach::Page).into_iter().filter(|matched| {
        let words = sheet.text.words().skip(matched.first);
        let mut words = words.take(matched.last + 1 - matched.first);
        zone.is_none() || words.all(|word| inside(&word.bounds))
    });
    blocks.map(|matched| matched.score).reduce(f32::max)
}
