//! Which models claim a page: phrases that must, may and must not stand on it.

use super::phrase::{Phrase, Reach};
use super::sheet::Sheet;
use crate::document::{PageText, PixelBox};
use crate::model::{Claims, Zone};

/// Returns how well a page fits a model's claims (0–1), or `None` if it is not claimed.
///
/// Claims without phrases take every page, with strength 0.5.
pub(super) fn strength(claims: &Claims, text: &PageText, sheet: &Sheet) -> Option<f32> {
    let zone = claims.within.as_ref();
    let best = |phrase: &String| best(&Phrase::new(phrase), zone, text, sheet);
    if claims.none.iter().any(|phrase| best(phrase).is_some()) {
        return None;
    }
    let mut scores = Vec::new();
    for phrase in &claims.all {
        scores.push(best(phrase)?);
    }
    if !claims.any.is_empty() {
        let mut found: Vec<f32> = claims.any.iter().filter_map(best).collect();
        if found.len() < claims.at_least {
            return None;
        }
        found.sort_by(|a, b| b.total_cmp(a));
        scores.extend(found.iter().take(claims.at_least));
    }
    if scores.is_empty() {
        return Some(0.5);
    }
    Some(scores.iter().sum::<f32>() / scores.len() as f32)
}

/// Returns the score of a phrase's best match on the page, in its rows or in the recognizer's
/// blocks: a phrase that is broken over two lines of a column is together in one of them.
pub(super) fn best(
    phrase: &Phrase,
    zone: Option<&Zone>,
    text: &PageText,
    sheet: &Sheet,
) -> Option<f32> {
    let layout = &sheet.layout;
    let inside = |bounds: &PixelBox| zone.is_none_or(|zone| layout.in_zone(bounds, zone));
    let rows = phrase.find_all(&sheet.letters, Reach::Page).into_iter().filter(|matched| {
        inside(&layout.words[matched.first].bounds) && inside(&layout.words[matched.last].bounds)
    });
    if let Some(score) = rows.map(|matched| matched.score).reduce(f32::max) {
        return Some(score);
    }
    let blocks = phrase.find_all(sheet.blocks(), Reach::Page).into_iter().filter(|matched| {
        let mut words = text.words().skip(matched.first).take(matched.last + 1 - matched.first);
        zone.is_none() || words.all(|word| inside(&word.bounds))
    });
    blocks.map(|matched| matched.score).reduce(f32::max)
}
