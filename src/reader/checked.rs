//! The border: what a reader's answer must be before anybody looks at it. A document may have taken the child over,
//! so that it answers anything.
//!
//! What breaks the protocol (other answers than asked for, more pages than the limit, tables whose rows differ, absurd
//! lengths) costs the reader. What is only sloppy is mended: boxes are cut to the page, numbers to their range, and
//! places outside of a word are none.

use super::protocol::{Request, Response};
use super::{OpenedDocument, PageContent, PageReading};
use crate::decode::Limits;
use crate::document::{
    CellGrid, Failure, Line, Look, Mark, PageFacts, PageText, PixelBox, Recipe, RegionSeen, Seen,
    Word,
};

/// Longest text of a word, a code, a step or a message in bytes.
const LONGEST_TEXT: usize = 1 << 16;
/// Words of a page, or parts of a table.
const MOST_WORDS: usize = 1 << 20;
/// Steps of a recipe.
const MOST_STEPS: usize = 1 << 16;
/// A page is drawn larger than its image by this factor at most.
const LARGEST_SCALE: u32 = 16;

/// What is wrong with an answer.
pub(super) type Wrong = &'static str;

/// What answers are held against.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub limits: Limits,
    /// Width and height of the page text that was read last, in pixels.
    pub page: Option<(u32, u32)>,
}

/// Returns an answer that may be used. All answers come through here.
pub(super) fn checked(
    request: &Request,
    response: Response,
    bounds: &Bounds,
) -> Result<Response, Wrong> {
    match (request, response) {
        (Request::Configure(_), Response::Ready(sandbox)) => Ok(Response::Ready(sandbox)),
        (Request::Configure(_), Response::Unable(problem)) => {
            Ok(Response::Unable(shortened(problem)))
        }
        (Request::Open { .. }, Response::Opened(opened)) => {
            document(opened, &bounds.limits).map(Response::Opened)
        }
        (Request::ReadPage(_), Response::Page(reading)) => {
            page_reading(*reading, &bounds.limits).map(|reading| Response::Page(Box::new(reading)))
        }
        (Request::LookAgain { looks, .. }, Response::Seen(seen)) => {
            all_seen(looks, seen, bounds.page).map(Response::Seen)
        }
        (
            Request::Open { .. } | Request::ReadPage(_) | Request::LookAgain { .. },
            Response::Failed(failure),
        ) => {
            let message = shortened(failure.message);
            Ok(Response::Failed(Failure { message, ..failure }))
        }
        _ => Err("it is none to what was asked"),
    }
}

fn document(opened: OpenedDocument, limits: &Limits) -> Result<OpenedDocument, Wrong> {
    match opened.page_count {
        0 => Err("a document without pages"),
        count if count > limits.max_pages => Err("more pages than the limit"),
        _ => Ok(opened),
    }
}

fn page_reading(reading: PageReading, limits: &Limits) -> Result<PageReading, Wrong> {
    let recipe = checked_recipe(reading.recipe)?;
    let content = match reading.content {
        PageContent::Text(text) => PageContent::Text(Box::new(page_text(*text, limits)?)),
        PageContent::Blank(facts) => PageContent::Blank(page_facts(facts)),
    };
    Ok(PageReading { content, recipe })
}

fn checked_recipe(recipe: Recipe) -> Result<Recipe, Wrong> {
    let named = [&recipe.engine, &recipe.languages, &recipe.layout, &recipe.sandbox];
    let is_short = |text: &String| text.len() <= LONGEST_TEXT;
    if recipe.steps.len() > MOST_STEPS || !named.into_iter().chain(&recipe.steps).all(is_short) {
        return Err("a recipe longer than the limit");
    }
    Ok(recipe)
}

fn page_text(mut text: PageText, limits: &Limits) -> Result<PageText, Wrong> {
    let largest = limits.max_side.saturating_mul(LARGEST_SCALE);
    if text.width > largest || text.height > largest {
        return Err("a page larger than the limit");
    }
    if text.marks.len() > MOST_WORDS {
        return Err("more marks than the limit");
    }
    let size = (text.width, text.height);
    text.dpi = finite(text.dpi).max(0.0);
    text.lines = checked_lines(text.lines, size)?;
    text.marks = text
        .marks
        .iter()
        .map(|mark| checked_mark(mark, size))
        .collect::<Result<Vec<Mark>, Wrong>>()?;
    text.facts = page_facts(text.facts);
    Ok(text)
}

fn checked_lines(lines: Vec<Line>, size: (u32, u32)) -> Result<Vec<Line>, Wrong> {
    let mut lines = lines;
    if lines.iter().map(|line| line.words.len()).sum::<usize>() > MOST_WORDS {
        return Err("more words than the limit");
    }
    for line in &mut lines {
        line.words.retain(|word| !word.text.is_empty());
        for word in &mut line.words {
            check_lengths(word)?;
            mend(word, size);
        }
    }
    lines.retain(|line| !line.words.is_empty());
    Ok(lines)
}

fn check_lengths(word: &Word) -> Result<(), Wrong> {
    let others = word.doubts.iter().flat_map(|doubt| &doubt.alternatives);
    let mut texts = others.map(|other| &other.text).chain([&word.text]);
    if texts.any(|text| text.len() > LONGEST_TEXT) {
        return Err("a word longer than the limit");
    }
    Ok(())
}

fn mend(word: &mut Word, size: (u32, u32)) {
    word.bounds = inside(&word.bounds, size);
    word.confidence = percent(word.confidence);
    let text = &word.text;
    // `get` says whether both ends are there and between characters.
    word.doubts.retain(|doubt| {
        doubt.start < doubt.end
            && text.get(usize::from(doubt.start)..usize::from(doubt.end)).is_some()
    });
    for alternative in word.doubts.iter_mut().flat_map(|doubt| &mut doubt.alternatives) {
        alternative.confidence = percent(alternative.confidence);
    }
}

fn checked_mark(mark: &Mark, size: (u32, u32)) -> Result<Mark, Wrong> {
    match mark {
        Mark::Cells(grid) => check_grid(grid)?,
        Mark::Barcode(code) if code.text.len() > LONGEST_TEXT => {
            return Err("a barcode longer than the limit");
        }
        _ => {}
    }
    let mark = mark.map_boxes(|bounds| inside(bounds, size));
    Ok(match mark {
        Mark::TickBox(mut tick) => {
            tick.ink = share(tick.ink);
            Mark::TickBox(tick)
        }
        other => other,
    })
}

/// Each row of a table has all of its cells.
fn check_grid(grid: &CellGrid) -> Result<(), Wrong> {
    let columns = usize::from(grid.columns);
    if columns == 0 || !grid.cells.len().is_multiple_of(columns) || grid.cells.len() > MOST_WORDS {
        return Err("a table whose rows differ");
    }
    Ok(())
}

fn all_seen(looks: &[Look], seen: Vec<Seen>, page: Option<(u32, u32)>) -> Result<Vec<Seen>, Wrong> {
    if seen.len() != looks.len() {
        return Err("not one for each look");
    }
    let Some(size) = page else { return Err("looks at a page that was not read") };
    let one = |(look, seen): (&Look, Seen)| match (look, seen) {
        (_, Seen::Nothing) => Ok(Seen::Nothing),
        (Look::Region(_), Seen::Region(seen)) => {
            let checked = |lines| checked_lines(lines, size);
            let variants = seen.variants.into_iter().map(checked).collect::<Result<_, Wrong>>()?;
            let second = seen.second.map(checked).transpose()?;
            Ok(Seen::Region(RegionSeen { variants, second }))
        }
        (Look::Table(_), Seen::Table(mut table)) => {
            check_grid(&table.grid)?;
            for cell in &mut table.grid.cells {
                *cell = inside(cell, size);
            }
            table.lines = checked_lines(table.lines, size)?;
            Ok(Seen::Table(table))
        }
        (Look::Region(_), Seen::Table(_)) | (Look::Table(_), Seen::Region(_)) => {
            Err("another kind of look than was asked for")
        }
    };
    looks.iter().zip(seen).map(one).collect()
}

/// Numbers that cannot be are 0: they are shown and stored, and what divides by them asks for 0.
fn page_facts(mut facts: PageFacts) -> PageFacts {
    for number in [
        &mut facts.dpi,
        &mut facts.skew_degrees,
        &mut facts.contrast,
        &mut facts.unevenness,
        &mut facts.scale,
    ] {
        *number = finite(*number);
    }
    facts.ink = share(facts.ink);
    facts.unread = share(facts.unread);
    facts.x_height = facts.x_height.filter(|height| height.is_finite());
    let mut noted = Vec::new();
    facts.issues.retain(|issue| {
        let is_new = !noted.contains(issue);
        noted.extend(is_new.then_some(*issue));
        is_new
    });
    facts
}

/// Returns the part of a box that lies on a page.
fn inside(bounds: &PixelBox, (width, height): (u32, u32)) -> PixelBox {
    let (left, top) = (bounds.left.min(width), bounds.top.min(height));
    PixelBox {
        left,
        top,
        right: bounds.right.clamp(left, width),
        bottom: bounds.bottom.clamp(top, height),
    }
}

fn finite(number: f32) -> f32 {
    if number.is_finite() { number } else { 0.0 }
}

fn percent(number: f32) -> f32 {
    finite(number).clamp(0.0, 100.0)
}

fn share(number: f32) -> f32 {
    finite(number).clamp(0.0, 1.0)
}

/// Returns a text that is no longer than the limit.
fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    text
}

#[cfg(test)]
mod tests;
