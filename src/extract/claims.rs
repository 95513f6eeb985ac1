//! Which models claim a page: phrases that must, may, should not and must not stand on it.

use super::phrase::{Match, Phrase, Reach};
use super::sheet::Sheet;
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
    if claims.none.iter().any(|phrase| found(phrase).is_some()) {
        return None;
    }
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
    for_it.extend(claims.speaks_for.iter().filter_map(found));
    let against = claims.against.iter().filter_map(found).collect();
    let letters = (letters(for_it) - letters(against)).max(0.0);
    Some(1.0 - 0.5_f32.powf(letters / HALF_SURE_LETTERS))
}

/// A phrase that stands on a page.
struct Seen {
    /// Its letters, fewer if it was read badly.
    letters: f32,
    /// Where it stands in rows: first and last word; nowhere if it is broken over lines.
    places: Vec<(usize, usize)>,
}

fn seen(text: &str, zone: Option<&Zone>, sheet: &Sheet) -> Option<Seen> {
    let phrase = Phrase::new(text);
    let rows = in_rows(&phrase, zone, sheet);
    let score = match rows.iter().map(|matched| matched.score).reduce(f32::max) {
        Some(score) => score,
        None => in_blocks(&phrase, zone, sheet)?,
    };
    let best = rows.iter().filter(|matched| matched.score >= score);
    let places = best.map(|matched| (matched.first, matched.last)).collect();
    Some(Seen { letters: score * phrase.len() as f32, places })
}

/// Adds up the letters of phrases, those that say most first, each at a place of its own.
fn letters(mut seen: Vec<Seen>) -> f32 {
    seen.sort_by(|a, b| b.letters.total_cmp(&a.letters));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut sum = 0.0;
    for phrase in seen {
        let is_free = |place: &&(usize, usize)| {
            taken.iter().all(|other| place.1 < other.0 || other.1 < place.0)
        };
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
pub(super) fn best(phrase: &Phrase, zone: Option<&Zone>, sheet: &Sheet) -> Option<f32> {
    let rows = in_rows(phrase, zone, sheet);
    let best = rows.into_iter().map(|matched| matched.score).reduce(f32::max);
    best.or_else(|| in_blocks(phrase, zone, sheet))
}

fn in_rows(phrase: &Phrase, zone: Option<&Zone>, sheet: &Sheet) -> Vec<Match> {
    let words = &sheet.layout.words;
    let mut found = phrase.find_all(&sheet.letters, Reach::Page);
    found.retain(|matched| {
        is_inside(&words[matched.first].bounds, zone, sheet)
            && is_inside(&words[matched.last].bounds, zone, sheet)
    });
    found
}

fn in_blocks(phrase: &Phrase, zone: Option<&Zone>, sheet: &Sheet) -> Option<f32> {
    let found = phrase.find_all(sheet.blocks(), Reach::Page).into_iter().filter(|matched| {
        let words = sheet.text.words().skip(matched.first);
        let mut words = words.take(matched.last + 1 - matched.first);
        zone.is_none() || words.all(|word| is_inside(&word.bounds, zone, sheet))
    });
    found.map(|matched| matched.score).reduce(f32::max)
}

fn is_inside(bounds: &PixelBox, zone: Option<&Zone>, sheet: &Sheet) -> bool {
    zone.is_none_or(|zone| sheet.layout.in_zone(bounds, zone))
}
