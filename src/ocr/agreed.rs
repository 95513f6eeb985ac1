//! Lines whose reading was too unsure to be text are tried again: damaged print reads alike from other pictures of the
//! same ink, strokes and dirt read as something else each time.
//!
//! Called when it is known which readings are kept; what is won this way stays doubtful.

use image::GrayImage;
use tesseract_lstm::LineText;

use super::variants::VARIANTS;

/// A line says so many letters and digits at least, …
const MIN_LETTERS: usize = 2;
/// … among so many signs: fewer agree by chance.
const MIN_SIGNS: usize = 3;
/// How sure words are that two readings share although none was sure of them.
const CONFIDENCE: std::ops::RangeInclusive<f32> = 40.0..=55.0;

/// Returns for each line what two readings of it say alike, the first one or those of further pictures; `None` where
/// all differ. `texts` are the first readings of `pictures`, and `read` reads such pictures.
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
        open.retain(|&line| found[line].is_none());
    }
    found
}

/// Returns the last reading of a line, as sure as two readings are, if one of those before says the same.
fn agreed(before: &[LineText], last: &LineText) -> Option<LineText> {
    let said = said(last);
    let letters = said.chars().filter(|sign| sign.is_alphanumeric()).count();
    if letters < MIN_LETTERS || said.chars().count() < MIN_SIGNS {
        return None;
    }
    before.iter().any(|other| self::said(other) == said).then(|| {
        let mut text = last.clone();
        for word in &mut text.words {
            word.confidence = word.confidence.clamp(*CONFIDENCE.start(), *CONFIDENCE.end());
        }
        text
    })
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
        check("235.85", ["235.85", "", ""], Some("235.85"), 1);
        check("Totai:", ["Total:", "Total:", ""], Some("Total:"), 2);
        check("Totai:", ["Total:", "lotal:", "Total:"], Some("Total:"), 3);
    }

    #[test]
    fn strokes_read_as_something_else_each_time() {
        check("WHAM", ["WHAN", "STAAL", "HMA"], None, 3);
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
        assert!(words.iter().all(|word| word.confidence == 40.0));
    }
}
