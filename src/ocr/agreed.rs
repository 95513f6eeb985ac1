//! Lines whose reading was too unsure to be text are tried again: damaged print reads alike from other pictures of the
//! same ink, strokes and dirt read as something else each time.
//!
//! So a line whose second reading is quite another one is given up.
//!
//! Called when it is known which readings are kept; what is won this way stays doubtful.

use image::GrayImage;
use tesseract_lstm::LineText;

use super::variants::VARIANTS;

/// A line says so many letters and digits at least, …
const MIN_LETTERS: usize = 2;
/// … among so many signs: fewer agree by chance.
const MIN_SIGNS: usize = 3;
/// So many readings of a line must say the same, …
const ENOUGH: usize = 2;
/// … and of one with figures: damage turns a figure into another as plain as itself, and no word tells.
const ENOUGH_FIGURES: usize = 3;
/// How sure words are that two readings share although none was sure of them.
const CONFIDENCE: std::ops::RangeInclusive<f32> = 40.0..=55.0;

/// Returns for each line what enough readings of it say alike, the first one and those of further pictures; `None`
/// where they differ. `texts` are the first readings of `pictures`, and `read` reads such pictures.
pub(super) fn find(
    texts: &[LineText],
    pictures: &[GrayImage],
    mut read: impl FnMut(&[GrayImage]) -> Vec<LineText>,
) -> Vec<Option<LineText>> {
    let mut readings: Vec<Vec<LineText>> = texts.iter().map(|text| vec![text.clone()]).collect();
    let mut found: Vec<Option<LineText>> = vec![None; texts.len()];
    let mut open: Vec<usize> = (0..texts.len()).collect();
    for variant in VARIANTS {
        let others: Vec<GrayImage> = open.iter().map(|&line| variant.of(&pictures[line])).collect();
        for (&line, text) in open.iter().zip(read(&others)) {
            let text = variant.in_original(text);
            found[line] = agreed(&readings[line], &text);
            readings[line].push(text);
        }
        open.retain(|&line| {
            found[line].is_none() && are_alike(&readings[line][0], &readings[line][1])
        });
    }
    found
}

/// Returns the last reading of a line, as sure as such readings are, if enough of those before say the same.
fn agreed(before: &[LineText], last: &LineText) -> Option<LineText> {
    let said = said(last);
    let letters = said.chars().filter(|sign| sign.is_alphanumeric()).count();
    if letters < MIN_LETTERS || said.chars().count() < MIN_SIGNS {
        return None;
    }
    let has_figures = said.chars().any(|sign| sign.is_ascii_digit());
    let enough = if has_figures { ENOUGH_FIGURES } else { ENOUGH };
    let alike = 1 + before.iter().filter(|other| self::said(other) == said).count();
    (alike >= enough).then(|| {
        let mut text = last.clone();
        for word in &mut text.words {
            word.confidence = word.confidence.clamp(*CONFIDENCE.start(), *CONFIDENCE.end());
        }
        text
    })
}

/// Tells whether two readings have half of their signs in common, in any order: strokes and dirt have not.
fn are_alike(one: &LineText, other: &LineText) -> bool {
    let (one, mut other) = (said(one), said(other));
    let most = one.chars().count().max(other.chars().count());
    let shared = one.chars().filter(|&sign| {
        let place = other.find(sign);
        place.map(|place| other.remove(place)).is_some()
    });
    2 * shared.count() >= most
}

/// Returns what a line says; where its gaps are does not count.
fn said(text: &LineText) -> String {
    text.words.iter().map(|word| word.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use tesseract_lstm::LineWord;

    use super::*;

    fn text(words: &[&str]) -> LineText {
        let word = |(place, text): (usize, &&str)| LineWord {
            text: (*text).to_owned(),
            confidence: 23.0,
            left: 100 * place as u32,
            right: 100 * place as u32 + 90,
            characters: Vec::new(),
        };
        LineText { words: words.iter().enumerate().map(word).collect() }
    }

    /// Reads one line whose further readings are `others`; returns what it says and how often it was read.
    fn check(first: &str, others: [&str; 3], expected: Option<&str>, times: usize) {
        let mut count = 0;
        let found = find(&[text(&[first])], &[GrayImage::new(200, 36)], |pictures| {
            let reading = text(&[others[count.min(2)]]);
            count += usize::from(!pictures.is_empty());
            vec![reading; pictures.len()]
        });
        assert_eq!((found[0].as_ref().map(said).as_deref(), count), (expected, times), "{first}");
    }

    #[test]
    fn what_two_readings_say_alike_is_text_though_none_is_sure() {
        check("Subtotal", ["Subtotal", "", ""], Some("Subtotal"), 1);
        check("Totai:", ["Total:", "Total:", ""], Some("Total:"), 2);
        check("Totai:", ["Total:", "lotal:", "Total:"], Some("Total:"), 3);
    }

    #[test]
    fn figures_are_believed_from_three_readings_on() {
        check("37.80", ["37.80", "57.80", "87.80"], None, 3);
        check("235.85", ["235.85", "235.85", ""], Some("235.85"), 2);
    }

    #[test]
    fn strokes_read_as_something_else_each_time() {
        check("WHAM", ["WHAN", "STAAL", "HMA"], None, 3);
        check("WHAM", ["STEEL", "WHAM", "WHAM"], None, 1);
    }

    #[test]
    fn few_signs_agree_by_chance() {
        check("||", ["||", "||", "||"], None, 3);
        check("%", ["%", "%", "%"], None, 3);
        check("-o-", ["-o-", "-o-", "-o-"], None, 3);
    }

    #[test]
    fn words_that_agree_are_kept_and_stay_doubtful() {
        let found = find(&[text(&["Amount($)"])], &[GrayImage::new(200, 36)], |pictures| {
            vec![text(&["Amount", "($)"]); pictures.len()]
        });
        let words = &found[0].as_ref().unwrap().words;
        assert_eq!(words.len(), 2);
        assert!(words.iter().all(|word| (word.confidence - 40.0).abs() < 0.1));
    }
}
