//! Puts together what is known exactly of a page and what was recognized of its pictures.
//!
//! Exact words win over recognized ones at the same place. The session calls it; knows no engines.

use std::collections::HashMap;

use super::certainty::mean_confidence;
use crate::document::{Line, PageIssue, PageText, PixelBox, Word};

/// Words of a picture that are read with less confidence on the average are none: it is a photo.
const READ_CONFIDENCE: f32 = 60.0;
/// Lines of such a picture with less confidence are scraps.
const LINE_CONFIDENCE: f32 = 45.0;
/// Recognized words this much of which lies on an exact one are the same, 0–1.
const SAME_PLACE: f32 = 0.35;
/// Words stand on one line if they share this part of the smaller height.
const SAME_LINE: f32 = 0.5;
/// They belong to it if they are so near, in heights.
const LINE_GAP: f32 = 3.0;
/// A layer of fewer words is not judged.
const MIN_LAYER: usize = 8;
/// Share of a layer's words that the picture shows.
const MIN_AGREEMENT: f32 = 0.5;

/// Returns the lines of a picture if they are text, without scraps.
pub(super) fn text_of_picture(lines: Vec<Line>) -> Vec<Line> {
    if mean_confidence(lines.iter().flat_map(|line| &line.words)) < READ_CONFIDENCE {
        return Vec::new();
    }
    let is_text = |line: &Line| mean_confidence(line.words.iter()) >= LINE_CONFIDENCE;
    lines.into_iter().filter(is_text).collect()
}

/// Adds the lines of a picture to a page of exact words, which win where both stand.
pub(super) fn add_picture(page: &mut PageText, lines: Vec<Line>) {
    let lines = without(lines, &places(&page.lines));
    let Some(area) = lines.iter().filter_map(bounds).reduce(|all, line| all.union(&line)) else {
        return;
    };
    // A picture is read in one go, behind what stands above it.
    let is_above = |line: &Line| bounds(line).is_some_and(|line| middle(&line) <= area.top);
    let at = page.lines.iter().rposition(is_above).map_or(0, |index| index + 1);
    let first = next_block(&page.lines);
    let lines = lines.into_iter().map(|line| in_block(line, first));
    page.lines.splice(at..at, lines.collect::<Vec<_>>());
}

/// Puts exact lines onto a page that was recognized, in the place of the words that stand there.
pub(super) fn put_exact(page: &mut PageText, exact: Vec<Line>) {
    let read = without(std::mem::take(&mut page.lines), &places(&exact));
    let words = |lines: &[Line]| lines.iter().map(|line| line.words.len()).sum::<usize>();
    // The smaller part is put into the order of the larger one.
    let (mut base, rest) = if words(&read) > words(&exact) {
        (read, exact)
    } else {
        // What is left of a ground is mostly its pattern.
        (exact, text_of_picture(read))
    };
    let first = next_block(&base);
    for line in rest {
        insert(&mut base, in_block(line, first));
    }
    page.lines = base;
}

fn places(lines: &[Line]) -> Vec<PixelBox> {
    lines.iter().flat_map(|line| &line.words).map(|word| word.bounds).collect()
}

/// Returns lines without the words that lie on one of the boxes.
fn without(mut lines: Vec<Line>, boxes: &[PixelBox]) -> Vec<Line> {
    let is_on = |word: &Word| boxes.iter().any(|other| share_of(&word.bounds, other) >= SAME_PLACE);
    for line in &mut lines {
        line.words.retain(|word| !is_on(word));
    }
    lines.retain(|line| !line.words.is_empty());
    lines
}

fn next_block(lines: &[Line]) -> u16 {
    lines.iter().map(|line| line.block).max().map_or(0, |last| last.saturating_add(1))
}

fn in_block(line: Line, first: u16) -> Line {
    Line { block: line.block.saturating_add(first), ..line }
}

fn middle(bounds: &PixelBox) -> u32 {
    u32::midpoint(bounds.top, bounds.bottom)
}

/// Puts a line to the line that it continues, or behind the last one above it.
fn insert(lines: &mut Vec<Line>, line: Line) {
    let Some(bounds) = bounds(&line) else { return };
    let continued = lines
        .iter_mut()
        .find(|other| self::bounds(other).is_some_and(|other| is_beside(&bounds, &other)));
    if let Some(continued) = continued {
        continued.words.extend(line.words);
        continued.words.sort_by_key(|word| word.bounds.left);
        return;
    }
    // Lines that were put in together stay together.
    let is_above =
        |other: &Line| self::bounds(other).is_some_and(|other| middle(&other) <= middle(&bounds));
    let with_it = lines.iter().rposition(|other| other.block == line.block && is_above(other));
    let at = with_it.or_else(|| lines.iter().rposition(is_above)).map_or(0, |index| index + 1);
    lines.insert(at, line);
}

fn bounds(line: &Line) -> Option<PixelBox> {
    line.words.iter().map(|word| word.bounds).reduce(|all, word| all.union(&word))
}

fn is_beside(one: &PixelBox, other: &PixelBox) -> bool {
    let shared = one.bottom.min(other.bottom).saturating_sub(one.top.max(other.top)) as f32;
    let height = one.height().min(other.height()).max(1) as f32;
    let gap = if one.left < other.left {
        i64::from(other.left) - i64::from(one.right)
    } else {
        i64::from(one.left) - i64::from(other.right)
    };
    shared >= SAME_LINE * height && gap >= 0 && gap as f32 <= LINE_GAP * height
}

/// Returns the share of the smaller box that lies in the other one.
fn share_of(one: &PixelBox, other: &PixelBox) -> f32 {
    let width = one.right.min(other.right).saturating_sub(one.left.max(other.left));
    let height = one.bottom.min(other.bottom).saturating_sub(one.top.max(other.top));
    let area = |bounds: &PixelBox| bounds.width() as f32 * bounds.height() as f32;
    width as f32 * height as f32 / area(one).min(area(other)).max(1.0)
}

/// Returns the lines with all boxes changed.
pub(super) fn moved(lines: Vec<Line>, change: impl Fn(&PixelBox) -> PixelBox) -> Vec<Line> {
    let mut lines = lines;
    for word in lines.iter_mut().flat_map(|line| &mut line.words) {
        word.bounds = change(&word.bounds);
    }
    lines
}

/// Notes it if an invisible text layer does not say what the picture of the page shows.
pub(super) fn check_layer(page: &mut PageText, layer: &PageText) {
    let key = |word: &Word| -> Option<String> {
        let letters: String = word.text.chars().filter(|one| one.is_alphanumeric()).collect();
        (letters.chars().count() >= 3).then(|| letters.to_lowercase())
    };
    let mut read: HashMap<String, usize> = HashMap::new();
    for word in page.words().filter_map(key) {
        *read.entry(word).or_default() += 1;
    }
    let (mut all, mut agreeing) = (0_usize, 0_usize);
    for word in layer.words().filter_map(key) {
        all += 1;
        if let Some(left) = read.get_mut(&word).filter(|left| **left > 0) {
            *left -= 1;
            agreeing += 1;
        }
    }
    let is_read = mean_confidence(page.words()) >= READ_CONFIDENCE;
    if all >= MIN_LAYER && is_read && (agreeing as f32) < MIN_AGREEMENT * all as f32 {
        note(page, PageIssue::TextLayer);
    }
}

/// Adds an issue to a page, once.
pub(super) fn note(page: &mut PageText, issue: PageIssue) {
    if !page.facts.issues.contains(&issue) {
        page.facts.issues.push(issue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PageFacts;

    fn word(text: &str, left: u32, top: u32, confidence: f32) -> Word {
        let bounds = PixelBox { left, top, right: left + 10 * text.len() as u32, bottom: top + 20 };
        Word { text: text.to_owned(), bounds, confidence, doubts: Vec::new() }
    }

    fn line(words: Vec<Word>) -> Line {
        Line { block: 0, paragraph: 0, words }
    }

    fn page(lines: Vec<Line>) -> PageText {
        let facts = PageFacts::default();
        PageText { width: 1000, height: 1000, dpi: 100.0, lines, marks: Vec::new(), facts }
    }

    fn text(page: &PageText) -> Vec<String> {
        let words = page.lines.iter().map(|line| {
            let words: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
            words.join(" ")
        });
        words.collect()
    }

    #[test]
    fn exact_words_drive_out_recognized_ones() {
        let mut page = page(vec![
            line(vec![word("Arnount", 0, 0, 80.0), word("due", 100, 0, 90.0)]),
            line(vec![word("below", 0, 40, 90.0)]),
        ]);
        put_exact(&mut page, vec![line(vec![word("Amount", 2, 1, 100.0)])]);
        assert_eq!(text(&page), ["Amount due", "below"]);
    }

    #[test]
    fn recognized_words_give_way_to_exact_ones() {
        let exact = (0..3).map(|row| line(vec![word("exact", 0, 100 * row, 100.0)]));
        let mut page = page(exact.collect());
        let read = vec![
            line(vec![word("exacl", 1, 101, 70.0)]),
            line(vec![word("47.28", 300, 140, 90.0)]),
            line(vec![word("total", 300, 170, 90.0)]),
        ];
        add_picture(&mut page, read);
        assert_eq!(text(&page), ["exact", "exact", "47.28", "total", "exact"]);
    }

    #[test]
    fn what_is_hardly_read_in_a_photo_is_no_text() {
        let photo = vec![line(vec![word("wvjl", 0, 0, 31.0), word("ae", 60, 0, 70.0)])];
        assert_eq!(text_of_picture(photo), []);
        let slip = vec![line(vec![word("total", 0, 0, 92.0)]), line(vec![word("'l", 0, 40, 20.0)])];
        assert_eq!(text_of_picture(slip).len(), 1);
    }

    #[test]
    fn notes_a_layer_that_says_something_else() {
        let words = |text: &str| {
            let words = text.split(' ').enumerate();
            line(words.map(|(at, text)| word(text, 100 * at as u32, 0, 90.0)).collect())
        };
        let shown = "the board met again and heard about the northern quay";
        let mut shows = page(vec![words(shown)]);
        check_layer(&mut shows, &page(vec![words(shown)]));
        assert_eq!(shows.facts.issues, []);
        let other = "xvq board fjkw qqwz pluv rrst mnbv zzxc northern quay";
        check_layer(&mut shows, &page(vec![words(other)]));
        assert_eq!(shows.facts.issues, [PageIssue::TextLayer]);
    }
}
