//! Several documents on one scan: receipts side by side on the glass, cards on a sheet, slips in a photo.
//!
//! Works on the words of a page, whoever read them: white that runs through the whole page parts it, if both
//! sides look like documents of their own (`evidence`). Then each side is a region, and no line runs over
//! two of them. A spread of a book, a form with two blocks, or a table stays one page. The session calls
//! [`divide`] once a page, and `reread` where there is a picture.

mod captions;
mod cut;
mod evidence;
mod reread;
mod side;
#[cfg(test)]
mod tests;

use crate::document::{Line, Mark, PageIssue, PageText, PixelBox, Word};

pub(super) use reread::read_regions;

/// A page is divided, and its regions read, so many times at most.
pub(super) const ROUNDS: usize = 2;
/// Two words share this share of the smaller height if they stand on one row.
const ROW_OVERLAP: f32 = 0.5;

/// Finds the documents on a page, and puts its lines in their order; returns what was done as a step of the
/// recipe, nothing if no more were found than are known already. Where it cannot be told whether there are several, the page stays one and its facts say so.
pub(super) fn divide(text: &mut PageText) -> Option<String> {
    let found = cut::regions(text);
    let is_news = found.is_unsure && !text.facts.issues.contains(&PageIssue::SeveralDocuments);
    if is_news {
        text.facts.issues.push(PageIssue::SeveralDocuments);
    }
    let known = text.regions().count().max(1);
    if found.boxes.len() <= known {
        return (is_news && known == 1).then(|| "regions(unsure)".to_owned());
    }
    text.marks.retain(|mark| !matches!(mark, Mark::Region(_)));
    text.lines = by_region(&text.lines, &found.areas);
    text.marks.extend(found.boxes.iter().copied().map(Mark::Region));
    Some(format!("regions({})", found.boxes.len()))
}

/// Returns the lines of one region after the other; a line over several of them is divided.
fn by_region(lines: &[Line], areas: &[PixelBox]) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::with_capacity(lines.len());
    for area in areas {
        let inside = lines.iter().filter_map(|line| {
            let words: Vec<Word> = line
                .words
                .iter()
                .filter(|word| area.holds_center_of(&word.bounds))
                .cloned()
                .collect();
            (!words.is_empty()).then_some(Line { words, ..*line })
        });
        append(&mut all, together(inside));
    }
    all
}

/// Adds the lines of a region as blocks of their own.
fn append(all: &mut Vec<Line>, lines: Vec<Line>) {
    let mut block = all.last().map_or(0, |line| line.block.saturating_add(1));
    let mut before = None;
    for line in lines {
        if before.is_some_and(|old| old != line.block) {
            block = block.saturating_add(1);
        }
        before = Some(line.block);
        all.push(Line { block, ..line });
    }
}

/// Joins lines that follow each other and stand beside each other: the words of other regions between
/// them have torn them apart.
fn together(lines: impl Iterator<Item = Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        match joined.last_mut().filter(|last| are_beside(last, &line)) {
            Some(last) => {
                last.words.extend(line.words);
                last.words.sort_by_key(|word| word.bounds.left);
            }
            None => joined.push(line),
        }
    }
    joined
}

fn are_beside(a: &Line, b: &Line) -> bool {
    let (Some(a), Some(b)) = (bounds_of(&a.words), bounds_of(&b.words)) else { return false };
    let shared = a.bottom.min(b.bottom).saturating_sub(a.top.max(b.top)) as f32;
    (a.right <= b.left || b.right <= a.left)
        && shared >= ROW_OVERLAP * a.height().min(b.height()).max(1) as f32
}

fn bounds_of(words: &[Word]) -> Option<PixelBox> {
    words.iter().map(|word| word.bounds).reduce(|all, bounds| all.union(&bounds))
}
