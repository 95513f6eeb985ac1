//! Which models claim a page: phrases that must, may and must not stand on it.

use super::phrase::{Letters, Phrase};
use super::sheet::Sheet;
use crate::document::PageText;
use crate::model::{Claims, Zone};

/// Returns how well a page fits a model's claims (0–1), or `None` if it is not claimed.
///
/// Claims without phrases take every page, with strength 0.5.
pub(super) fn strength(claims: &Claims, text: &PageText, sheet: &Sheet) -> Option<f32> {
    let readings = readings(claims.within.as_ref(), text, sheet);
    let best = |phrase: &String| best_in(&Phrase::new(phrase), &readings);
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

/// Returns the score of a phrase's best match on the page.
pub(super) fn best(
    phrase: &Phrase,
    zone: Option<&Zone>,
    text: &PageText,
    sheet: &Sheet,
) -> Option<f32> {
    best_in(phrase, &readings(zone, text, sheet))
}

fn best_in(phrase: &Phrase, readings: &[Letters]) -> Option<f32> {
    let scores = readings.iter().filter_map(|letters| phrase.find_best(letters));
    scores.map(|matched| matched.score).reduce(f32::max)
}

/// Folds the page twice, as rows and as the recognizer's blocks: a phrase that is broken over
/// two lines of a column is together in one of them.
fn readings(zone: Option<&Zone>, text: &PageText, sheet: &Sheet) -> [Letters; 2] {
    let layout = &sheet.layout;
    let inside = |bounds| zone.is_none_or(|zone| layout.in_zone(bounds, zone));
    let rows = layout.words.iter().filter(|word| inside(&word.bounds));
    let blocks = text.words().filter(|word| inside(&word.bounds));
    [
        Letters::of_texts(rows.map(|word| word.text.as_str())),
        Letters::of_texts(blocks.map(|word| word.text.as_str())),
    ]
}
