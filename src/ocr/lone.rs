//! The few letters on a page that has nothing else: a page number, a `Yes`, a letter on a divider. The network has
//! seen lines, and what it says of a letter or two hangs on the paper around them; so they are cut out tightly with
//! several margins, and what most of these pictures say, and say surely, is text.
//!
//! Called for pages of which nothing else was read. Dirt reads as something else with each margin.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use tesseract_lstm::LineText;

/// Margins around the ink in heights of it.
const MARGINS: [f32; 3] = [0.1, 0.2, 0.35];
/// Pictures are also made wider by this factor, and soft by so many heights.
const WIDER: f32 = 1.15;
const SOFT: f32 = 0.02;
/// Pictures that are made for each line.
const PICTURES: usize = 3 * MARGINS.len();
/// So many of them must say the same, …
const AGREED: usize = 5;
/// … with this mean confidence. Of 60 pages with a short word in twelve fonts all are read so, seven of which have
/// no words otherwise; of 40 shapes of dirt those that have the form of a letter: two As, an x, a z.
const SURE: f32 = 60.0;
/// If so many say the same, that is as sure as a page with nothing else must be to hold text.
const MOST_AGREED: usize = 7;
const AGREED_SURE: f32 = 82.0;
/// A line of its own has at most so many letters: more read well by themselves.
const MOST_LETTERS: usize = 6;

/// Returns for each picture of a line what it says, or `None` if that is not sure. `read` reads such pictures.
pub(super) fn find(
    lines: &[GrayImage],
    read: impl FnOnce(&[GrayImage]) -> Vec<LineText>,
) -> Vec<Option<LineText>> {
    let (pictures, cuts): (Vec<GrayImage>, Vec<Cut>) = lines.iter().flat_map(pictures).unzip();
    let texts: Vec<LineText> =
        read(&pictures).into_iter().zip(&cuts).map(|(text, cut)| cut.in_line(text)).collect();
    texts.chunks(PICTURES).map(agreed).collect()
}

/// How a picture was cut out of a line.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// Where the ink begins in the line, in pixels.
    left: u32,
    /// Pixels of paper before it in the picture.
    margin: u32,
    /// How much wider the picture is.
    stretch: f32,
}

impl Cut {
    /// Returns a text with its places in the line.
    fn in_line(self, mut text: LineText) -> LineText {
        let back = |at: &mut u32| {
            *at = ((*at as f32 / self.stretch) as u32 + self.left).saturating_sub(self.margin);
        };
        for word in &mut text.words {
            back(&mut word.left);
            back(&mut word.right);
            for character in &mut word.characters {
                back(&mut character.left);
                back(&mut character.right);
            }
        }
        text
    }
}

/// Returns the pictures of a line; they are empty if it has no ink.
fn pictures(line: &GrayImage) -> Vec<(GrayImage, Cut)> {
    let Some((left, top, right, bottom)) = ink(line) else {
        return vec![(GrayImage::new(0, 0), Cut { left: 0, margin: 0, stretch: 1.0 }); PICTURES];
    };
    let (width, height) = (right - left, bottom - top);
    let letters = imageops::crop_imm(line, left, top, width, height).to_image();
    let paper = Luma([line.as_raw().iter().copied().max().unwrap_or(u8::MAX)]);
    let ways = |share: f32| {
        let margin = ((share * height as f32) as u32).max(1);
        let mut plain = GrayImage::from_pixel(width + 2 * margin, height + 2 * margin, paper);
        imageops::replace(&mut plain, &letters, i64::from(margin), i64::from(margin));
        let wide = (plain.width() as f32 * WIDER) as u32;
        let wider = imageops::resize(&plain, wide, plain.height(), FilterType::Triangle);
        let soft = imageops::blur(&plain, (SOFT * height as f32).max(0.6));
        let cut = |stretch: f32| Cut { left, margin, stretch };
        [(plain, cut(1.0)), (wider, cut(WIDER)), (soft, cut(1.0))]
    };
    MARGINS.into_iter().flat_map(ways).collect()
}

/// Returns left, top, right and bottom of what is darker than the middle of a picture's levels.
fn ink(line: &GrayImage) -> Option<(u32, u32, u32, u32)> {
    let levels = || line.as_raw().iter().copied();
    let middle = levels().min()?.midpoint(levels().max()?);
    let mut found: Option<(u32, u32, u32, u32)> = None;
    for (x, y, _) in line.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < middle) {
        let (left, top, right, bottom) = found.unwrap_or((x, y, x + 1, y + 1));
        found = Some((left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)));
    }
    found
}

/// Returns what most texts of a line say.
fn agreed(texts: &[LineText]) -> Option<LineText> {
    let said: Vec<String> = texts.iter().map(said).collect();
    let count = |text: &str| said.iter().filter(|other| other.eq_ignore_ascii_case(text)).count();
    let best = said.iter().max_by_key(|text| count(text))?;
    let letters = best.chars().filter(|sign| sign.is_alphanumeric()).count();
    let alike: Vec<&LineText> = texts
        .iter()
        .zip(&said)
        .filter(|(_, said)| said.eq_ignore_ascii_case(best))
        .map(|(text, _)| text)
        .collect();
    let sure = alike.iter().map(|text| confidence(text)).sum::<f32>() / alike.len().max(1) as f32;
    if !(1..=MOST_LETTERS).contains(&letters) || alike.len() < AGREED || sure < SURE {
        return None;
    }
    // Of those that agree the one that knows most gaps, then the surest.
    let order = |text: &&&LineText| (text.words.len(), confidence(text) as u32);
    let mut text = (*alike.iter().max_by_key(order)?).clone();
    for word in &mut text.words {
        word.text = single(&word.text);
        word.confidence = if alike.len() >= MOST_AGREED { sure.max(AGREED_SURE) } else { sure };
    }
    Some(text)
}

/// Returns the least confidence of a text's words.
fn confidence(text: &LineText) -> f32 {
    text.words.iter().map(|word| word.confidence).reduce(f32::min).unwrap_or(0.0)
}

/// Returns the signs of a text without gaps.
fn said(text: &LineText) -> String {
    text.words.iter().map(|word| single(&word.text)).collect()
}

/// Returns the capital of a letter that was read as capital and small letter at once: `xX`.
fn single(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    match letters[..] {
        [a, b] if a != b && a.eq_ignore_ascii_case(&b) => a.to_ascii_uppercase().to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tesseract_lstm::LineWord;

    use super::*;

    fn text(words: &str, confidence: f32) -> LineText {
        let word = |text: &str| LineWord {
            text: text.to_owned(),
            confidence,
            left: 3,
            right: 9,
            characters: Vec::new(),
        };
        LineText { words: words.split(' ').map(word).collect() }
    }

    /// What is found of a line if the pictures read so.
    fn check(readings: [(&str, f32); PICTURES], expected: Option<&str>) {
        let line = GrayImage::from_fn(40, 20, |x, y| {
            Luma([if (10..20).contains(&x) && (5..15).contains(&y) { 10 } else { 250 }])
        });
        let found = find(&[line], |pictures| {
            assert_eq!(pictures.len(), PICTURES);
            readings.iter().map(|(words, confidence)| text(words, *confidence)).collect()
        });
        let said = found[0].as_ref().map(|text| {
            text.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(said.as_deref(), expected);
    }

    #[test]
    fn what_most_margins_say_surely_is_text() {
        let (b4, gap, other) = (("B4", 80.0), ("B 4", 91.0), ("Ra4", 46.0));
        check([b4, b4, gap, other, b4, other, b4, b4, other], Some("B 4"));
        check([("7", 70.0); PICTURES], Some("7"));
    }

    #[test]
    fn what_changes_with_the_margin_or_is_not_sure_is_dirt() {
        let (a, b, c) = (("ee", 50.0), ("se", 70.0), ("Be", 65.0));
        check([a, b, c, a, b, c, a, b, c], None);
        check([("Cc", 50.0); PICTURES], None);
        check([("~", 90.0); PICTURES], None);
    }

    #[test]
    fn a_letter_that_is_read_twice_is_one() {
        let (twice, once) = (("xX", 75.0), ("x", 90.0));
        check([twice, twice, twice, twice, once, twice, once, twice, once], Some("X"));
    }

    #[test]
    fn pictures_have_the_ink_alone_with_margins() {
        let mut line = GrayImage::from_pixel(100, 60, Luma([240]));
        (20..40).for_each(|y| (30..40).for_each(|x| line.put_pixel(x, y, Luma([20]))));
        let pictures = pictures(&line);
        let sizes: Vec<(u32, u32)> = pictures.iter().map(|(it, _)| it.dimensions()).collect();
        assert_eq!(sizes[..3], [(14, 24), (16, 24), (14, 24)]);
        assert_eq!(sizes[6], (24, 34));
        assert_eq!(pictures[0].0.get_pixel(2, 2).0, [20]);
        assert_eq!(pictures[0].0.get_pixel(1, 1).0, [240]);
        // The ink begins two pixels from the left edge of the picture, at 30 in the line.
        let text = pictures[0].1.in_line(text("7", 90.0));
        assert_eq!((text.words[0].left, text.words[0].right), (31, 37));
    }
}
