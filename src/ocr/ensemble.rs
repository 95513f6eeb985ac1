//! Lines that were read with doubt are read again, by a second network or from other pictures of the same ink, and their
//! words are settled by what the readings share (after Fiscus, 1997: ROVER).
//!
//! Each doubtful line is read in one way after another until two of its readings say the same. Words that were sure stay
//! as they are.

use image::GrayImage;
use tesseract_lstm::{Alphabet, LineText, LineWord};

use super::languages::LineReaders;
use super::lengths::{lengths, within_share};
use super::variants::VARIANTS;
use crate::document::compares_with;

/// A line with a word below this confidence is read again. With 80, more is read, and no more fields of receipts are right.
const DOUBTFUL: f32 = 65.0;
/// Of a page so much is read again at most, as a share of the length of its lines. With 0.25, no more fields are right.
const BUDGET: f32 = 0.15;
/// The same by the second network. With 0.15 and that of `swe`, no more fields are right.
const BUDGET_OF_SECOND: f32 = 0.08;
/// Words from this confidence on stay.
const SURE: f32 = 90.0;
/// How sure a word is at most that two or three readings share and the first one has not, …
const OUTVOTED: [f32; 2] = [55.0, 72.0];
/// … and at least, if so many share it, from the first one alone to all four.
const AGREED: [f32; 4] = [0.0, 0.0, 70.0, 86.0];
/// Words are at the same place if they share this much of the narrower one.
const SAME_PLACE: f32 = 0.5;

/// Reads doubtful lines again, by the second network or from other pictures, and settles their words. `pictures` are
/// those that `texts` were read from.
pub(super) fn settle(readers: &mut LineReaders, texts: &mut [LineText], pictures: &[GrayImage]) {
    let budget = if readers.has_second() { BUDGET_OF_SECOND } else { BUDGET };
    let lines = doubtful(texts, pictures, budget);
    let of_doubtful: Vec<&GrayImage> = lines.iter().map(|&line| &pictures[line]).collect();
    match readers.read_otherwise(&of_doubtful) {
        Some(others) => settle_by_second(texts, &lines, &others),
        None => settle_by_variants((texts, lines), pictures, |pictures| {
            readers.read_again(pictures, &Alphabet::All)
        }),
    }
}

/// Settles the open ones of lines by other pictures of them, which `read` reads.
fn settle_by_variants(
    (texts, mut open): (&mut [LineText], Vec<usize>),
    pictures: &[GrayImage],
    mut read: impl FnMut(&[GrayImage]) -> Vec<LineText>,
) {
    let mut readings: Vec<Vec<LineText>> = vec![Vec::new(); texts.len()];
    for variant in VARIANTS {
        let drawn: Vec<GrayImage> = open.iter().map(|&line| variant.of(&pictures[line])).collect();
        for (&line, text) in open.iter().zip(read(&drawn)) {
            readings[line].push(variant.in_original(text));
        }
        open.retain(|&line| !is_settled(&texts[line], &readings[line]));
    }
    for (text, others) in texts.iter_mut().zip(&readings).filter(|(_, others)| !others.is_empty()) {
        *text = settled(text, others);
    }
}

/// Settles the words of lines of which the second network has other readings: the surer one of the two counts.
fn settle_by_second(texts: &mut [LineText], lines: &[usize], others: &[LineText]) {
    for (&line, other) in lines.iter().zip(others) {
        let words = slots(&[&texts[line], other]).into_iter().flat_map(surer).collect();
        texts[line] = LineText { words };
    }
}

/// Returns the surer of two readings of a slot.
fn surer(mut slot: Slot) -> Vec<LineWord> {
    let [own, other] = [0, 1].map(|reading| &slot.words[reading]);
    let is_other_surer = least_confidence(other) > least_confidence(own)
        && least_confidence(own) < SURE
        && compares_with(&said(own), &said(other))
        && said(own) != said(other);
    let mut words = std::mem::take(&mut slot.words[usize::from(is_other_surer)]);
    for word in words.iter_mut().filter(|_| is_other_surer) {
        word.confidence = word.confidence.min(OUTVOTED[0]);
    }
    words
}

/// Returns how sure the least sure word is; no words are not sure at all.
fn least_confidence(words: &[LineWord]) -> f32 {
    words.iter().map(|word| word.confidence).min_by(f32::total_cmp).unwrap_or(0.0)
}

/// Returns the lines to be read again: of the doubtful ones those that read best, up to a share of the length of all.
/// What reads worst is mostly no print.
fn doubtful(texts: &[LineText], pictures: &[GrayImage], budget: f32) -> Vec<usize> {
    let doubtful = texts.iter().enumerate().filter(|(_, text)| is_doubtful(text));
    let ranked = doubtful.map(|(line, text)| (-mean_confidence(text), line)).collect();
    within_share(budget, ranked, &lengths(pictures))
}

fn mean_confidence(text: &LineText) -> f32 {
    let sum: f32 = text.words.iter().map(|word| word.confidence).sum();
    sum / text.words.len().max(1) as f32
}

fn is_doubtful(text: &LineText) -> bool {
    text.words.iter().any(|word| {
        word.confidence < DOUBTFUL && word.text.chars().filter(|c| c.is_alphanumeric()).count() >= 2
    })
}

/// Tells whether the last of the other readings says what the first one or another says.
fn is_settled(first: &LineText, others: &[LineText]) -> bool {
    let [before @ .., last] = others else { return false };
    std::iter::once(first).chain(before).any(|other| said(&other.words) == said(&last.words))
}

/// Words of several readings at one place of the line; the first reading comes first, and each may have none.
pub(super) struct Slot {
    left: u32,
    right: u32,
    pub words: Vec<Vec<LineWord>>,
}

fn settled(first: &LineText, others: &[LineText]) -> LineText {
    let readings: Vec<&LineText> = std::iter::once(first).chain(others).collect();
    let words = slots(&readings).into_iter().flat_map(choose).collect();
    LineText { words }
}

/// Puts the words of all readings into slots, from left to right: words that share a place are in one.
pub(super) fn slots(readings: &[&LineText]) -> Vec<Slot> {
    let mut all: Vec<(usize, &LineWord)> = Vec::new();
    for (reading, text) in readings.iter().enumerate() {
        all.extend(text.words.iter().map(|word| (reading, word)));
    }
    all.sort_by_key(|(reading, word)| (word.left, *reading));
    let mut slots: Vec<Slot> = Vec::new();
    for (reading, word) in all {
        let is_here = slots.last().is_some_and(|slot| {
            let shared = slot.right.min(word.right).saturating_sub(slot.left.max(word.left));
            let narrower = (slot.right - slot.left).min(word.right.saturating_sub(word.left));
            shared as f32 > SAME_PLACE * narrower as f32
        });
        if !is_here {
            let words = vec![Vec::new(); readings.len()];
            slots.push(Slot { left: word.left, right: word.right, words });
        }
        if let Some(slot) = slots.last_mut() {
            slot.right = slot.right.max(word.right);
            slot.words[reading].push(word.clone());
        }
    }
    slots
}

/// Returns the words of the slot that most readings share; the first reading's where none has more for it.
fn choose(mut slot: Slot) -> Vec<LineWord> {
    let count =
        |words: &[LineWord]| slot.words.iter().filter(|other| said(other) == said(words)).count();
    let own = count(&slot.words[0]);
    let is_sure =
        !slot.words[0].is_empty() && slot.words[0].iter().all(|word| word.confidence >= SURE);
    let best = (1..slot.words.len())
        .max_by_key(|&reading| (count(&slot.words[reading]), slot.words.len() - reading));
    let outvoting = best.filter(|&reading| !is_sure && count(&slot.words[reading]) > own);
    let (reading, range) = if let Some(reading) = outvoting {
        let is_shared_by_all = count(&slot.words[reading]) == VARIANTS.len();
        (reading, 0.0..=OUTVOTED[usize::from(is_shared_by_all)])
    } else {
        (0, AGREED[own.min(AGREED.len()) - 1]..=100.0)
    };
    let mut words = std::mem::take(&mut slot.words[reading]);
    for word in &mut words {
        word.confidence = word.confidence.clamp(*range.start(), *range.end());
    }
    words
}

fn said(words: &[LineWord]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of 100 px, each with its confidence.
    fn text(words: &[(&str, f32)]) -> LineText {
        let word = |(place, (text, confidence)): (usize, &(&str, f32))| LineWord {
            text: (*text).to_owned(),
            confidence: *confidence,
            left: 100 * place as u32,
            right: 100 * place as u32 + 90,
            characters: Vec::new(),
        };
        LineText { words: words.iter().enumerate().map(word).collect() }
    }

    fn texts(line: &LineText) -> Vec<&str> {
        line.words.iter().map(|word| word.text.as_str()).collect()
    }

    /// Settles one line, whose further readings are given.
    fn settle_one(first: LineText, others: &[LineText]) -> (LineText, usize) {
        let mut lines = [first, text(&[("sure", 97.0); 9])];
        let pictures = [GrayImage::new(400, 36), GrayImage::new(4000, 36)];
        let mut count = 0;
        let open = doubtful(&lines, &pictures, BUDGET);
        settle_by_variants((&mut lines, open), &pictures, |pictures| {
            let readings = others[count..count + pictures.len()].to_vec();
            count += pictures.len();
            readings
        });
        let [first, _] = lines;
        (first, count)
    }

    #[test]
    fn two_readings_that_agree_outvote_the_first() {
        let first = text(&[("T0tal", 50.0), ("12.30", 95.0)]);
        let other = text(&[("Total", 60.0), ("12.30", 95.0)]);
        let (line, count) = settle_one(first, &[other.clone(), other.clone(), other]);
        assert_eq!((texts(&line), count), (vec!["Total", "12.30"], 2));
        assert!(line.words[0].confidence <= 72.0, "a word that was outvoted is not sure");
    }

    #[test]
    fn a_second_reading_that_says_the_same_settles_a_line() {
        let first = text(&[("Sdn", 60.0), ("Bhd", 95.0)]);
        let (line, count) = settle_one(first.clone(), &[first.clone(), first.clone(), first]);
        assert_eq!((texts(&line), count), (vec!["Sdn", "Bhd"], 1));
    }

    #[test]
    fn a_sure_word_stays_whatever_others_say() {
        let first = text(&[("Sdn", 60.0), ("1,234.50", 95.0)]);
        let other = text(&[("San", 60.0), ("34.50", 95.0)]);
        let (line, _) = settle_one(first, &[other.clone(), other.clone(), other]);
        assert_eq!(texts(&line)[1], "1,234.50");
    }

    #[test]
    fn the_surer_one_of_two_networks_counts() {
        let mut texts = [text(&[("TKANO", 60.0), ("SDN", 95.0), ("BHD", 70.0), ("Cafe", 60.0)])];
        let other = text(&[("IKANO", 80.0), ("SON", 97.0), ("BND", 50.0), ("Café", 80.0)]);
        settle_by_second(&mut texts, &[0], &[other]);
        assert_eq!(self::texts(&texts[0]), ["IKANO", "SDN", "BHD", "Cafe"]);
        assert!(texts[0].words[0].confidence <= 55.0, "a word that two networks read differently");
    }

    #[test]
    fn words_that_were_joined_share_a_place() {
        let first = text(&[("TaxInvoice", 50.0)]);
        let mut other = text(&[("Tax", 80.0), ("Invoice", 80.0)]);
        (other.words[0].right, other.words[1].left, other.words[1].right) = (28, 32, 88);
        let (line, _) = settle_one(first, &[other.clone(), other.clone(), other]);
        assert_eq!(texts(&line), ["Tax", "Invoice"]);
    }
}
