//! Reads each region of a page by itself: its columns and headings are its own, and slips on one glass
//! seldom lie alike. Where one lies askew or on its head, its pixels are straightened in their place, so that
//! all boxes stay those of one page.

use image::{GrayImage, Luma, imageops};

use crate::document::{
    Failure, Line, Mark, PageIssue, PageText, PixelBox, Recipe, RightAngle, Word,
};
use crate::images::{PageImage, PagePixels, Pixels, PreparedPage};
use crate::ocr::{Account, Recognizer};
use crate::prepare::{self, Choice, PrepareOptions};
use crate::reader::upright;

/// Words below this confidence do not speak for a reading.
const READ_CONFIDENCE: f32 = 60.0;
/// What is read of a region by itself may miss so much of what was read of the page: its words are in
/// better order.
const WORTH_SHARE: f32 = 0.97;
/// Words of fewer signs outside of all others are the edge of the paper, where the ground is dark.
const SIGNS: usize = 3;
/// The paper of a region is lighter than this share of its pixels.
const PAPER_SHARE: f32 = 0.7;

/// A region that was read by itself, in pixels of the page.
struct Apart {
    /// Whether its pixels lie in another way now.
    is_straightened: bool,
    /// The languages that it was read in, joined by `+`.
    languages: String,
    lines: Vec<Line>,
    marks: Vec<Mark>,
    account: Account,
    pixels: GrayImage,
    /// Where the top left corner of `pixels` comes to lie on the page.
    corner: (i64, i64),
}

/// Reads the regions of a page by themselves; what reads no worse replaces words, marks and pixels of the
/// page. The recipe says whether any was straightened, and which languages they are in.
pub(in crate::reader) fn read_regions(
    engine: &mut impl Recognizer,
    page: &mut PreparedPage,
    text: &mut PageText,
    recipe: &mut Recipe,
    options: &PrepareOptions,
) -> Result<(), Failure> {
    let regions: Vec<PixelBox> = text.regions().collect();
    let (all, mut replaced, mut count) = (regions.len(), 0_usize, 0_usize);
    let mut account = Account::default();
    for region in regions {
        let Some(apart) = read(engine, page, region, options)? else { continue };
        let known = worth(text.lines.iter().filter(|line| is_in(&region, line)));
        let found = worth(apart.lines.iter());
        if (found as f32) < WORTH_SHARE * known as f32 || apart.is_straightened && found <= known {
            continue;
        }
        replace(text, region, &apart);
        replaced += 1;
        recipe.add_languages(&apart.languages);
        account.read += apart.account.read;
        account.unread.extend_from_slice(&apart.account.unread);
        if apart.is_straightened {
            paste(page, region, &apart);
            count += 1;
        }
    }
    if replaced == all {
        text.facts.unread = account.unread_share();
    }
    text.facts.issues.retain(|issue| *issue != PageIssue::Unread);
    if text.unread().next().is_some() {
        text.facts.issues.push(PageIssue::Unread);
    }
    recipe.steps.extend((count > 0).then(|| format!("straightened({count})")));
    Ok(())
}

/// Prepares a region by itself and reads it; `None` if there is nothing to read.
fn read(
    engine: &mut impl Recognizer,
    page: &PreparedPage,
    region: PixelBox,
    options: &PrepareOptions,
) -> Result<Option<Apart>, Failure> {
    let image = PageImage {
        pixels: match page.pixels.cropped(region) {
            PagePixels::Bilevel(mask) => Pixels::Bilevel(mask),
            PagePixels::Gray(gray) => Pixels::Gray(gray),
        },
        declared_dpi: None,
    };
    let options = PrepareOptions {
        forced_dpi: Some(page.dpi),
        forced_rotation: None,
        scale: Choice::Never,
        ..*options
    };
    let part = prepare::prepare(image, &options)?;
    if part.facts.blank {
        return Ok(None);
    }
    let (part, reading) = upright::recognize(engine, part)?;
    let is_straightened = part.facts.rotation != RightAngle::None || part.facts.skew_degrees != 0.0;
    let (width, height) = part.pixels.dimensions();
    let centered =
        |start: u32, end: u32, size: u32| (i64::from(start) + i64::from(end) - i64::from(size)) / 2;
    let corner =
        (centered(region.left, region.right, width), centered(region.top, region.bottom, height));
    let size = page.pixels.dimensions();
    let moved = |bounds: &PixelBox| moved(bounds, corner, size);
    let lines = reading.lines.into_iter().map(|line| Line {
        words: line
            .words
            .into_iter()
            .map(|word| Word { bounds: moved(&word.bounds), ..word })
            .collect(),
        ..line
    });
    let mut account = reading.account;
    let mut lines: Vec<Line> = lines.collect();
    if page.steps.iter().any(|step| step.starts_with("background")) {
        lines = without_edges(&lines);
        // So are areas of ink there, which are what such signs were read of.
        let inside = words_box(&lines).unwrap_or_default();
        account.unread.retain(|area| inside.holds_center_of(&moved(&area.bounds)));
    }
    Ok(Some(Apart {
        is_straightened,
        languages: reading.languages,
        lines,
        marks: part
            .marks
            .iter()
            .map(|mark| mark.map_boxes(moved))
            .chain(account.unread.iter().map(|area| Mark::Unread(moved(&area.bounds))))
            .collect(),
        account,
        pixels: part.pixels.gray().into_owned(),
        corner,
    }))
}

/// Returns lines without the single signs that stand outside of all words.
fn without_edges(lines: &[Line]) -> Vec<Line> {
    let Some(inside) = words_box(lines) else { return lines.to_vec() };
    let kept = lines.iter().map(|line| Line {
        words: line
            .words
            .iter()
            .filter(|word| is_word(word) || inside.holds_center_of(&word.bounds))
            .cloned()
            .collect(),
        ..*line
    });
    kept.filter(|line| !line.words.is_empty()).collect()
}

/// Returns the box of all words that are more than a sign or two.
fn words_box(lines: &[Line]) -> Option<PixelBox> {
    let words = lines.iter().flat_map(|line| &line.words).filter(|word| is_word(word));
    words.map(|word| word.bounds).reduce(|all, each| all.union(&each))
}

fn is_word(word: &Word) -> bool {
    word.text.chars().filter(|c| c.is_alphanumeric()).count() >= SIGNS
}

/// Returns a box moved to where its region lies, cut at the edges of the page.
fn moved(bounds: &PixelBox, (right, down): (i64, i64), (width, height): (u32, u32)) -> PixelBox {
    let along = |at: u32, by: i64, size: u32| {
        u32::try_from((i64::from(at) + by).clamp(0, i64::from(size))).unwrap_or(size)
    };
    PixelBox {
        left: along(bounds.left, right, width),
        top: along(bounds.top, down, height),
        right: along(bounds.right, right, width),
        bottom: along(bounds.bottom, down, height),
    }
}

fn replace(text: &mut PageText, region: PixelBox, apart: &Apart) {
    let at = text.lines.iter().position(|line| is_in(&region, line)).unwrap_or(text.lines.len());
    text.lines.retain(|line| !is_in(&region, line));
    let before = text.lines[..at].to_vec();
    let after = text.lines[at..].to_vec();
    text.lines = before;
    super::append(&mut text.lines, apart.lines.clone());
    super::append(&mut text.lines, after);
    text.marks.retain(|mark| is_of_page(mark, &region));
    text.marks.extend(apart.marks.iter().cloned());
}

/// Tells whether a mark stays when a region is replaced.
fn is_of_page(mark: &Mark, region: &PixelBox) -> bool {
    match mark {
        Mark::HorizontalRule(bounds) | Mark::VerticalRule(bounds) | Mark::Unread(bounds) => {
            !region.holds_center_of(bounds)
        }
        Mark::TickBox(tick) => !region.holds_center_of(&tick.bounds),
        Mark::Leader(_)
        | Mark::Picture(_)
        | Mark::Struck(_)
        | Mark::Barcode(_)
        | Mark::Cells(_)
        | Mark::Region(_) => true,
    }
}

/// Puts the straightened pixels in their place.
fn paste(page: &mut PreparedPage, region: PixelBox, apart: &Apart) {
    let mut gray = page.pixels.gray().into_owned();
    let paper = Luma([paper_of(&apart.pixels)]);
    for y in region.top..region.bottom.min(gray.height()) {
        for x in region.left..region.right.min(gray.width()) {
            gray.put_pixel(x, y, paper);
        }
    }
    imageops::overlay(&mut gray, &apart.pixels, apart.corner.0, apart.corner.1);
    // What the straightened part covers beyond its region belongs to others.
    restore(&mut gray, page, region);
    page.pixels = PagePixels::Gray(gray);
}

fn restore(gray: &mut GrayImage, page: &PreparedPage, region: PixelBox) {
    let before = page.pixels.gray();
    for (x, y, pixel) in gray.enumerate_pixels_mut() {
        let is_inside =
            (region.left..region.right).contains(&x) && (region.top..region.bottom).contains(&y);
        if !is_inside {
            *pixel = *before.get_pixel(x, y);
        }
    }
}

fn paper_of(pixels: &GrayImage) -> u8 {
    let mut counts = [0_usize; 256];
    for &value in pixels.as_raw() {
        counts[usize::from(value)] += 1;
    }
    let wanted = (pixels.as_raw().len() as f32 * PAPER_SHARE) as usize;
    let mut seen = 0;
    let level = counts.iter().position(|count| {
        seen += count;
        seen > wanted
    });
    level.and_then(|level| u8::try_from(level).ok()).unwrap_or(u8::MAX)
}

fn is_in(region: &PixelBox, line: &Line) -> bool {
    line.words.first().is_some_and(|word| region.holds_center_of(&word.bounds))
}

/// Returns how many letters and digits were read with some confidence.
fn worth<'l>(lines: impl Iterator<Item = &'l Line>) -> usize {
    lines
        .flat_map(|line| &line.words)
        .filter(|word| word.confidence >= READ_CONFIDENCE)
        .map(|word| word.text.chars().filter(|c| c.is_alphanumeric()).count())
        .sum()
}
