//! Which models claim a page: phrases that must, may, should not and must not stand on it.

use super::phrase::Match;
use super::phrases::Through;
use super::sheet::Sheet;
use super::word_range::WordRange;
use crate::document::PixelBox;
use crate::model::{Claims, Zone};

/// So many letters of phrases, read well, make a claim half sure: two or three short words, or one
/// line of a title.
const HALF_SURE_LETTERS: f32 = 20.0;

/// Returns how sure a model may be that a page is its own (0–1), or `None` if the page is not
/// claimed: the more letters of its phrases stand there, less those that speak against it, and the
/// better they were read, the surer. What two phrases find at one place counts once.
///
/// Claims without phrases take every page, with strength 0.
pub(super) fn strength(claims: &Claims, sheet: &Sheet) -> Option<f32> {
    let zone = claims.within.as_ref();
    let found = |text: &String| seen(text, zone, sheet);
    let mut for_it: Vec<Seen> = Vec::new();
    for phrase in &claims.all {
        for_it.push(found(phrase)?);
    }
    if !claims.one_of.is_empty() {
        let titles = claims.one_of.iter().filter_map(found);
        for_it.push(
            titles.reduce(|best, next| if next.letters > best.letters { next } else { best })?,
        );
    }
    if !claims.any.is_empty() {
        let any: Vec<Seen> = claims.any.iter().filter_map(found).collect();
        if any.len() < claims.at_least {
            return None;
        }
        for_it.extend(any);
    }
    // Asked late: most pages are not the model's, and what it asks for says so sooner.
    if claims.none.iter().any(|phrase| found(phrase).is_some()) {
        return None;
    }
    for_it.extend(claims.speaks_for.iter().filter_map(found));
    let against = claims.against.iter().filter_map(found).collect();
    let letters = (letters(for_it) - letters(against)).max(0.0);
    Some(1.0 - 0.5_f32.powf(letters / HALF_SURE_LETTERS))
}

/// A phrase that stands on a page.
struct Seen {
    /// Its letters, fewer if it was read badly.
    letters: f32,
    /// Where it stands in rows; nowhere if it is broken over lines.
    places: Vec<WordRange>,
}

fn seen(text: &str, zone: Option<&Zone>, sheet: &Sheet) -> Option<Seen> {
    let found = sheet.matches(text, Through::Rows);
    let rows = || found.iter().filter(|matched| is_in_rows(matched, zone, sheet));
    let score = match rows().map(|matched| matched.score).reduce(f32::max) {
        Some(score) => score,
        None => in_blocks(text, zone, sheet)?,
    };
    let best = rows().filter(|matched| matched.score >= score);
    let places = best.map(|matched| WordRange::through(matched.first, matched.last)).collect();
    Some(Seen { letters: score * sheet.phrase(text).len() as f32, places })
}

/// Adds up the letters of phrases, those that say most first, each at a place of its own.
fn letters(mut seen: Vec<Seen>) -> f32 {
    seen.sort_by(|a, b| b.letters.total_cmp(&a.letters));
    let mut taken: Vec<WordRange> = Vec::new();
    let mut sum = 0.0;
    for phrase in seen {
        let is_free =
            |place: &&WordRange| taken.iter().all(|other| place.within(*other).is_empty());
        match phrase.places.iter().find(is_free).copied() {
            Some(place) => taken.push(place),
            None if !phrase.places.is_empty() => continue,
            None => {}
        }
        sum += phrase.letters;
    }
    sum
}

/// Returns the score of a phrase's best match on the page (0–1), in its rows or in the
/// recognizer's blocks: a phrase that is broken over two lines of a column is together in one of
/// them.
pub(super) fn best(text: &str, zone: Option<&Zone>, sheet: &Sheet) -> Option<f32> {
    let rows = sheet.matches(text, Through::Rows);
    let rows = rows.iter().filter(|matched| is_in_rows(matched, zone, sheet));
    let best = rows.map(|matched| matched.score).reduce(f32::max);
    best.or_else(|| in_blocks(text, zone, sheet))
}

fn is_in_rows(matched: &Match, zone: Option<&Zone>, sheet: &Sheet) -> bool {
    let words = &sheet.layout.words;
    is_inside(&words[matched.first].bounds, zone, sheet)
        && is_inside(&words[matched.last].bounds, zone, sheet)
}

fn in_blocks(text: &str, zone: Option<&Zone>, sheet: &Sheet) -> Option<f32> {
    let found = sheet.matches(text, Through::Blocks);
    let inside = found.iter().filter(|matched| {
        let words = sheet.text.words().skip(matched.first);
        let mut words = words.take(matched.last + 1 - matched.first);
        zone.is_none() || words.all(|word| is_inside(&word.bounds, zone, sheet))
    });
    inside.map(|matched| matched.score).reduce(f32::max)
}

fn is_inside(bounds: &PixelBox, zone: Option<&Zone>, sheet: &Sheet) -> bool {
    zone.is_none_or(|zone| sheet.layout.in_zone(bounds, zone))
}
