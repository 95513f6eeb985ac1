//! Reads pages that hold little: one line in any direction, a single word, figures as large as a hand.
//!
//! Letters so few tell neither direction nor size for sure. Where the first reading gives hardly a word,
//! the page is read in the other directions and sizes, too, and what reads clearly better is kept. Such
//! pages hold little ink, so that this costs little; full pages never come here.

use super::certainty::{characters, mean_confidence};
use super::{gaps, upright};
use crate::document::{Failure, Line, PixelBox, RightAngle, Word};
use crate::images::PreparedPage;
use crate::ocr::{Reading, Recognizer};
use crate::prepare::{self, CloserLook};

/// Characters of a page that need no closer look.
const ENOUGH: f32 = 150.0;
/// A page with more letters is no sparse one, however badly it reads.
const MOST_LETTERS: usize = 400;
/// Words from this confidence on are read.
const READ: f32 = 60.0;
/// So many sure characters speak for a direction …
const SURE_CHARACTERS: f32 = 6.0;
/// … if words are read with this mean confidence.
const SURE_CONFIDENCE: f32 = 85.0;
/// A page with more shapes shows how tall its text is.
const FEW_SHAPES: usize = 12;
/// On pages with more characters the recognizer tells words apart.
const FEW_CHARACTERS: f32 = 20.0;
/// Another direction must be better by this factor and so many characters.
const MARGIN: (f32, f32) = (1.25, 1.0);
/// A page without certain text is blank unless so many characters are read for each of its letters.
const READABLE_SHARE: f32 = 0.3;
/// … or, if they are few, with this mean confidence: folds and specks read as scraps.
const DOUBTFUL_CONFIDENCE: f32 = 80.0;

/// Returns the page as it reads best, with its words. `page.facts.blank` is set where a doubtful page turns out
/// to hold no word.
pub(super) fn recognize(
    engine: &mut impl Recognizer,
    page: PreparedPage,
    may_turn: bool,
) -> Result<(PreparedPage, Reading), Failure> {
    let (mut page, mut reading) = if may_turn {
        upright::recognize(engine, page)?
    } else {
        let reading = engine.recognize(&page)?;
        (page, reading)
    };
    if Sense::of(&reading.lines).characters >= ENOUGH {
        return Ok((page, reading));
    }
    let look = prepare::look_closer(&page);
    if look.letters > MOST_LETTERS {
        return Ok((page, reading));
    }
    if !look.large.is_empty() {
        add_large(engine, &page, &look, &mut reading)?;
    }
    let mut best = Sense::of(&reading.lines);
    if may_turn && !best.is_sure() {
        let here = best;
        let mut chosen = None;
        for turn in [RightAngle::Quarter, RightAngle::ThreeQuarters, RightAngle::Half] {
            let turned = upright::turned(&page, turn);
            let mut other = engine.recognize(&turned)?;
            if !look.large.is_empty() {
                add_large(engine, &turned, &prepare::look_closer(&turned), &mut other)?;
            }
            let sense = Sense::of_turned(&other.lines, here);
            if sense.worth > best.worth && sense.is_better_than(here) {
                best = sense;
                chosen = Some((turned, other));
            }
        }
        if let Some(better) = chosen {
            (page, reading) = better;
        }
    }
    if best.characters < 1.0 {
        read_few(engine, &page, &look, &mut reading)?;
        best = Sense::of(&reading.lines);
    }
    if best.characters <= FEW_CHARACTERS {
        gaps::split_words(&mut reading.lines, &prepare::look_closer(&page).shapes);
    }
    let letters = look.letters as f32;
    let is_read = best.characters >= (READABLE_SHARE * letters).max(1.0)
        && (best.characters >= SURE_CHARACTERS || best.confidence >= DOUBTFUL_CONFIDENCE);
    page.facts.blank = !look.is_text && !is_read;
    Ok((page, reading))
}

/// Reads large letters from smaller pictures of the page, and puts their lines into the reading.
fn add_large(
    engine: &mut impl Recognizer,
    page: &PreparedPage,
    look: &CloserLook,
    reading: &mut Reading,
) -> Result<(), Failure> {
    for scale in prepare::reading_scales(&look.large) {
        for mut line in read_resized(engine, page, scale)?.lines {
            let is_large = |word: &Word| {
                word.confidence >= READ
                    && look.large.iter().any(|shape| word.bounds.holds_center_of(shape))
            };
            line.words.retain(is_large);
            insert(reading, line);
        }
    }
    Ok(())
}

/// Reads the page in another size.
fn read_resized(
    engine: &mut impl Recognizer,
    page: &PreparedPage,
    scale: f32,
) -> Result<Reading, Failure> {
    let other = prepare::resized(page, scale);
    let mut reading = engine.recognize(&other.page)?;
    for word in reading.lines.iter_mut().flat_map(|line| &mut line.words) {
        word.bounds = other.back(&word.bounds);
    }
    let by_area = 1.0 / (scale * scale);
    let back = |ink: u64| (ink as f32 * by_area) as u64;
    reading.account.read = back(reading.account.read);
    for area in &mut reading.account.unread {
        (area.bounds, area.ink) = (other.back(&area.bounds), back(area.ink));
    }
    reading.notes.push(format!("resized({scale:.2})"));
    Ok(reading)
}

/// Reads a page of a few shapes in other sizes if it gave no word: lone letters don't show how tall text is.
fn read_few(
    engine: &mut impl Recognizer,
    page: &PreparedPage,
    look: &CloserLook,
    reading: &mut Reading,
) -> Result<(), Failure> {
    if look.shapes.len() > FEW_SHAPES {
        return Ok(());
    }
    let mut best = Sense::of(&reading.lines);
    for scale in prepare::reading_scales(&look.shapes) {
        for scale in [scale, 0.6 * scale] {
            if best.characters < 1.0 {
                let other = read_resized(engine, page, scale)?;
                let sense = Sense::of(&other.lines);
                if sense.worth > best.worth {
                    (*reading, best) = (other, sense);
                }
            }
        }
    }
    Ok(())
}

/// Puts a line where it stands, and takes out what was read in its place, unless that was surer.
fn insert(reading: &mut Reading, line: Line) {
    let Some(bounds) = bounds_of(&line) else { return };
    let replaced = || {
        let words = reading.lines.iter().flat_map(|line| &line.words);
        words.filter(|word| bounds.holds_center_of(&word.bounds))
    };
    if worth_of(replaced()) >= worth_of(line.words.iter()) {
        return;
    }
    for other in &mut reading.lines {
        other.words.retain(|word| !bounds.holds_center_of(&word.bounds));
    }
    reading.lines.retain(|other| !other.words.is_empty());
    reading.account.unread.retain(|area| !bounds.holds_center_of(&area.bounds));
    let below = |other: &Line| bounds_of(other).is_some_and(|other| other.top >= bounds.bottom);
    let place = reading.lines.iter().position(below).unwrap_or(reading.lines.len());
    let block = reading.lines.iter().map(|line| line.block.saturating_add(1)).max().unwrap_or(0);
    reading.lines.insert(place, Line { block, paragraph: 0, words: line.words });
    reading.notes.push("large_letters".to_owned());
}

fn bounds_of(line: &Line) -> Option<PixelBox> {
    line.words.iter().map(|word| word.bounds).reduce(|all, each| all.union(&each))
}

/// How much sense a reading makes.
#[derive(Debug, Clone, Copy)]
struct Sense {
    /// Letters and digits of words that are read.
    characters: f32,
    /// Mean confidence of words that run from left to right.
    confidence: f32,
    /// Letters and digits weighed by how sure they are; those of turned words count half.
    worth: f32,
}

impl Sense {
    fn of(lines: &[Line]) -> Self {
        let words = || lines.iter().flat_map(|line| &line.words);
        Self {
            characters: words().filter(|word| word.confidence >= READ).map(characters).sum(),
            confidence: mean_confidence(words().filter(|word| !is_turned(word))),
            worth: worth_of(words()),
        }
    }

    /// The sense of a reading in another direction than one that makes sense `here`: beside text, bars are its dashes
    /// that lie on their side.
    fn of_turned(lines: &[Line], here: Self) -> Self {
        let sense = Self::of(lines);
        let bars = if here.characters < 1.0 { 0.0 } else { worth_of(bars(lines)) };
        Self { worth: sense.worth - bars, ..sense }
    }

    fn is_better_than(&self, other: Self) -> bool {
        self.worth > MARGIN.0 * other.worth + MARGIN.1
    }

    fn is_sure(&self) -> bool {
        self.worth >= SURE_CHARACTERS
            && self.confidence >= SURE_CONFIDENCE
            && self.worth > 0.6 * self.characters
    }
}

fn worth_of<'w>(words: impl Iterator<Item = &'w Word>) -> f32 {
    let worth = |word: &Word| {
        let weight = if is_turned(word) { 0.5 } else { 1.0 };
        characters(word) * weight * (word.confidence / 50.0 - 1.0).clamp(0.0, 1.0)
    };
    words.map(worth).sum()
}

/// Returns the words that are one bar, as a dash reads that lies on its side.
fn bars(lines: &[Line]) -> impl Iterator<Item = &Word> {
    let words = lines.iter().flat_map(|line| &line.words);
    words.filter(|word| matches!(word.text.as_str(), "1" | "I" | "l" | "|"))
}

fn is_turned(word: &Word) -> bool {
    let (width, height) = (word.bounds.width(), word.bounds.height());
    word.text.chars().count() >= 3 && 2 * height > 3 * width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word {
            text: text.to_owned(),
            bounds: PixelBox::default(),
            confidence: 90.0,
            doubts: Vec::new(),
        }
    }

    fn line(texts: &[&str]) -> Line {
        Line { block: 0, paragraph: 0, words: texts.iter().map(|text| word(text)).collect() }
    }

    #[test]
    fn dashes_on_their_side_speak_for_no_direction() {
        let number = Sense::of(&[line(&["36"])]);
        let turned = [line(&["1"]), line(&["(2)"]), line(&["ON", "1"])];
        assert!(Sense::of(&turned).is_better_than(number), "with the dashes");
        assert!(!Sense::of_turned(&turned, number).is_better_than(number));
        // Where nothing is read otherwise, bars are figures.
        let nothing = Sense::of(&[]);
        assert!(Sense::of_turned(&[line(&["1", "1"])], nothing).is_better_than(nothing));
        // And more than bars is better than a scrap.
        let scrap = Sense::of(&[line(&["I"])]);
        assert!(Sense::of_turned(&[line(&["Volume"])], scrap).is_better_than(scrap));
    }
}
