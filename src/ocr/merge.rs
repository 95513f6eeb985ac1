//! Puts lines that were found later in their places among those of a page.

use crate::document::{Line, PixelBox, Word};

/// Words stand in one line if they share so much of the lower one's height.
const SAME_LINE: f32 = 0.5;
/// Words of a line stand no further apart than so many of its heights.
const REACH: f32 = 12.0;
/// A word that lies on others by this share of its box says the same again.
const COVERED: f32 = 0.3;
/// Ink over print says nothing that the page has read if that is lower by this factor.
const OVER_PRINT: f32 = 1.6;

/// Returns the box around a line's words.
fn bounds(line: &Line) -> PixelBox {
    let mut boxes = line.words.iter().map(|word| word.bounds);
    let first = boxes.next().unwrap_or_default();
    boxes.fold(first, |all, each| all.union(&each))
}

fn shared(a: (u32, u32), b: (u32, u32)) -> u32 {
    a.1.min(b.1).saturating_sub(a.0.max(b.0))
}

/// Tells whether words of the lines cover a part of the box.
pub(super) fn covers(lines: &[Line], place: &PixelBox) -> bool {
    covered_share(lines, place) > COVERED
}

/// Returns the share of a box that words of the lines cover.
pub(super) fn covered_share(lines: &[Line], place: &PixelBox) -> f32 {
    share_under(lines.iter().flat_map(|line| &line.words), place)
}

fn share_under<'w>(words: impl Iterator<Item = &'w Word>, place: &PixelBox) -> f32 {
    let area = u64::from(place.width()) * u64::from(place.height());
    let covered: u64 = words
        .map(|word| {
            let across = shared((word.bounds.left, word.bounds.right), (place.left, place.right));
            let down = shared((word.bounds.top, word.bounds.bottom), (place.top, place.bottom));
            u64::from(across) * u64::from(down)
        })
        .sum();
    covered as f32 / area.max(1) as f32
}

/// Adds lines to a page. Of words that lie on each other those with more letters stay.
pub(super) fn add(lines: &mut Vec<Line>, found: Vec<Line>) {
    let block = next_block(lines);
    for mut line in found {
        line.words.retain(|word| !covers(lines, &word.bounds) || replaces(lines, word));
        for word in &line.words {
            take_off(lines, &word.bounds);
        }
        insert(lines, Line { block, paragraph: 0, ..line });
    }
    lines.retain(|line| !line.words.is_empty());
}

/// Adds lines of ink that lies over the page's. Both are there: nothing is taken off the page, and only words of the
/// height of what was read in their place say the same again.
pub(super) fn add_over(lines: &mut Vec<Line>, found: Vec<Line>) {
    let block = next_block(lines);
    for mut line in found {
        line.words.retain(|word| {
            let print = lines.iter().flat_map(|line| &line.words);
            let same = print.filter(|print| {
                OVER_PRINT * print.bounds.height() as f32 > word.bounds.height() as f32
            });
            share_under(same, &word.bounds) <= COVERED
        });
        insert(lines, Line { block, paragraph: 0, ..line });
    }
}

fn next_block(lines: &[Line]) -> u16 {
    lines.iter().map(|line| line.block).max().map_or(0, |last| last.saturating_add(1))
}

/// Puts a line in its place: words that stand beside those of a line go into it; other lines go before the first one
/// that lies lower in the same columns.
fn insert(lines: &mut Vec<Line>, mut line: Line) {
    if line.words.is_empty() {
        return;
    }
    let own = bounds(&line);
    if let Some(beside) = lines.iter_mut().find(|other| stands_beside(&bounds(other), &own)) {
        beside.words.append(&mut line.words);
        beside.words.sort_by_key(|word| word.bounds.left);
        return;
    }
    let is_lower = |other: &Line| {
        let other = bounds(other);
        other.top >= own.bottom.saturating_sub(own.height() / 2)
            && shared((own.left, own.right), (other.left, other.right)) > 0
    };
    // Without a line beneath it comes after the last one above.
    let at = lines.iter().position(is_lower).unwrap_or_else(|| {
        lines.iter().rposition(|other| bounds(other).top <= own.top).map_or(0, |last| last + 1)
    });
    lines.insert(at, line);
}

fn letters(text: &str) -> usize {
    text.chars().filter(|character| character.is_alphanumeric()).count()
}

/// Tells whether a word says more than the words that it lies on, and those are parts of it.
fn replaces(lines: &[Line], word: &Word) -> bool {
    let under =
        || lines.iter().flat_map(|line| &line.words).filter(|other| meets(other, &word.bounds));
    under().all(|other| word.bounds.holds_center_of(&other.bounds))
        && under().map(|other| letters(&other.text)).sum::<usize>() < letters(&word.text)
}

fn meets(word: &Word, place: &PixelBox) -> bool {
    shared((word.bounds.left, word.bounds.right), (place.left, place.right)) > 0
        && shared((word.bounds.top, word.bounds.bottom), (place.top, place.bottom)) > 0
}

/// Takes off the words whose middle lies in a place.
fn take_off(lines: &mut [Line], place: &PixelBox) {
    for line in lines {
        line.words.retain(|other| !place.holds_center_of(&other.bounds));
    }
}

fn stands_beside(line: &PixelBox, own: &PixelBox) -> bool {
    let height = line.height().min(own.height()) as f32;
    let gap = own.left.max(line.left).saturating_sub(own.right.min(line.right));
    let overlap = shared((line.left, line.right), (own.left, own.right));
    shared((line.top, line.bottom), (own.top, own.bottom)) as f32 >= SAME_LINE * height
        && overlap < own.width() / 2
        && gap as f32 <= REACH * line.height().max(own.height()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(top: u32, words: &[(u32, &str)]) -> Line {
        let word = |&(left, text): &(u32, &str)| Word {
            text: text.to_owned(),
            bounds: PixelBox { left, top, right: left + 12 * text.len() as u32, bottom: top + 20 },
            confidence: 90.0,
            doubts: Vec::new(),
        };
        Line { block: 0, paragraph: 0, words: words.iter().map(word).collect() }
    }

    fn texts(lines: &[Line]) -> Vec<String> {
        let text = |line: &Line| {
            line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        lines.iter().map(text).collect()
    }

    #[test]
    fn a_line_goes_between_those_above_and_below_it() {
        let mut lines = vec![line(0, &[(0, "Report")]), line(100, &[(0, "Total")])];
        add(&mut lines, vec![line(50, &[(0, "faint")]), line(150, &[(0, "last")])]);
        assert_eq!(texts(&lines), ["Report", "faint", "Total", "last"]);
    }

    #[test]
    fn a_word_beside_a_line_goes_into_it() {
        let mut lines = vec![line(0, &[(200, "KB-3107")]), line(60, &[(0, "Total")])];
        add(&mut lines, vec![line(4, &[(20, "Order"), (90, "no")])]);
        assert_eq!(texts(&lines), ["Order no KB-3107", "Total"]);
    }

    #[test]
    fn what_is_read_already_is_not_read_twice() {
        let mut lines = vec![line(0, &[(0, "Total")])];
        add(&mut lines, vec![line(2, &[(3, "Total")])]);
        assert_eq!(texts(&lines), ["Total"]);
    }

    #[test]
    fn a_stamp_takes_nothing_off_the_print_beneath() {
        let mut lines = vec![line(100, &[(0, "Net"), (200, "111.82")])];
        let mut stamp = line(80, &[(150, "RECEIVED")]);
        stamp.words[0].bounds.bottom = 150;
        add_over(&mut lines, vec![stamp, line(102, &[(202, "111.82")])]);
        assert_eq!(texts(&lines), ["RECEIVED", "Net 111.82"]);
    }

    #[test]
    fn a_whole_word_takes_the_place_of_its_end() {
        let mut lines = vec![line(0, &[(96, "nce"), (200, "KB-3107")])];
        add(&mut lines, vec![line(0, &[(20, "reference")])]);
        assert_eq!(texts(&lines), ["reference KB-3107"]);
    }
}
