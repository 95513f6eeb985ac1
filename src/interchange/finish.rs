//! The border: a page as a file has it → a page that all the other rooms may rely on. Boxes lie on the page, words have
//! no white space, confidences are 0–100, lines have words.

use super::absent::{ABSENT_CONFIDENCE, extent, guessed_dpi, stated_dpi};
use super::broken::Broken;
use super::imported::ImportedPage;
use super::language;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, Scale};
use super::turn::{turned_size, upright};
use crate::document::{DpiSource, Line, Mark, PageFacts, PageText, PixelBox, TickBox, Word};

/// Longest side of a page in pixels. A0 at 1200 dpi has 56,173.
const MAX_SIDE: f64 = 200_000.0;
/// Words of a page.
const MOST_WORDS: usize = 1 << 20;
/// Longest text of a word in bytes.
const LONGEST_WORD: usize = 1 << 16;
/// Share of dark pixels inside of boxes that are, or are not, ticked: far from where extraction draws the line.
const TICKED_INK: f32 = 0.5;

/// Checks a page.
pub(super) fn finish(page: RawPage) -> Result<ImportedPage, Broken> {
    let mut page = page;
    let mut steps = std::mem::take(&mut page.steps);
    if page.lines.iter().map(|line| line.words.len()).sum::<usize>() > MOST_WORDS {
        return Err(Broken::too_large(format!("more than {MOST_WORDS} words on the page")));
    }
    let declared = size_of(&page, &mut steps)?;
    let turn = upright(&mut page, declared);
    let size = turned_size(declared, turn);
    let (dpi, dpi_source) = match stated_dpi(&page) {
        Some(dpi) => (dpi, DpiSource::Declared),
        None => (guessed_dpi(&page, declared), DpiSource::Guessed),
    };
    let mut border = Border { size, scale: scale_of(&page), cut: 0, unsure: 0 };
    let lines = lines(&page.lines, &mut border)?;
    let marks = page.marks.iter().map(|mark| border.mark(mark)).collect();
    steps.extend(border.steps());
    let facts = PageFacts {
        width: declared.0 as u32,
        height: declared.1 as u32,
        dpi: dpi as f32,
        dpi_source,
        rotation: turn,
        scale: 1.0,
        ..PageFacts::default()
    };
    let (width, height) = (size.0 as u32, size.1 as u32);
    let text = PageText { width, height, dpi: dpi as f32, lines, marks, facts };
    let languages = language::names(&page.languages);
    Ok(ImportedPage { text, engine: page.engine, languages, steps })
}

/// Returns width and height in whole pixels, both at least 1.
fn size_of(page: &RawPage, steps: &mut Vec<String>) -> Result<(f64, f64), Broken> {
    let stated =
        page.width.zip(page.height).filter(|(width, height)| *width >= 1.0 && *height >= 1.0);
    let (width, height) = stated.unwrap_or_else(|| {
        steps.push("page_size_absent".to_owned());
        extent(page)
    });
    if !(width <= MAX_SIDE && height <= MAX_SIDE) {
        return Err(Broken::too_large(format!(
            "a page of {width:.0} × {height:.0}, the limit is {MAX_SIDE:.0} a side"
        )));
    }
    Ok((width.round(), height.round()))
}

/// Finds what confidences are out of: that of the format, unless those of the page show that its writer thought otherwise.
fn scale_of(page: &RawPage) -> Scale {
    let all = || {
        let words = page.lines.iter().flat_map(|line| &line.words).map(|word| word.confidence);
        words.chain(page.lines.iter().map(|line| line.confidence)).flatten()
    };
    match page.scale {
        Scale::Share if all().any(|confidence| confidence > 1.0) => Scale::Percent,
        Scale::Percent
            if all().all(|confidence| confidence <= 1.0)
                && all().any(|confidence| confidence > 0.0 && confidence < 1.0) =>
        {
            Scale::Share
        }
        stated => stated,
    }
}

/// Returns the lines that have words.
fn lines(raw: &[RawLine], border: &mut Border) -> Result<Vec<Line>, Broken> {
    let mut lines = Vec::with_capacity(raw.len());
    for line in raw {
        let words = border.words(line)?;
        if words.is_empty() {
            continue;
        }
        lines.push(Line {
            block: u16::try_from(line.block).unwrap_or(u16::MAX),
            paragraph: u16::try_from(line.paragraph).unwrap_or(u16::MAX),
            words,
        });
    }
    Ok(lines)
}

/// What boxes and confidences are held against, and what was mended.
struct Border {
    /// Of the upright page, in whole pixels.
    size: (f64, f64),
    scale: Scale,
    /// Boxes that were cut to the page.
    cut: usize,
    /// Words without a confidence.
    unsure: usize,
}

impl Border {
    fn words(&mut self, line: &RawLine) -> Result<Vec<Word>, Broken> {
        let whole;
        let raw = if line.words.is_empty() && !line.text.trim().is_empty() {
            let (text, bounds) = (line.text.clone(), line.bounds);
            whole = [RawWord { text, bounds, confidence: line.confidence }];
            &whole[..]
        } else {
            &line.words[..]
        };
        let characters = |word: &RawWord| word.text.chars().count() + 1;
        let all = raw.iter().map(characters).sum::<usize>().saturating_sub(1).max(1) as f64;
        let mut words = Vec::with_capacity(raw.len());
        let mut at = 0;
        for word in raw {
            let from = at;
            at += characters(word);
            if word.text.trim().is_empty() {
                continue;
            }
            let share = || (from as f64 / all, ((at - 1) as f64 / all).min(1.0));
            let bounds = word.bounds.or_else(|| {
                let (from, to) = share();
                line.bounds.map(|line| line.in_order().slice(from, to))
            });
            let Some(bounds) = bounds else {
                return Err(Broken::corrupt(format!(
                    "the word `{}` has no box, nor has its line",
                    shortened(&word.text)
                )));
            };
            let confidence = self.confidence(word.confidence.or(line.confidence));
            self.parts(word, bounds, confidence, &mut words)?;
        }
        Ok(words)
    }

    /// Adds a word, or the words that white space parts in it; each gets its share of the box by its characters.
    fn parts(
        &mut self,
        word: &RawWord,
        bounds: RawBox,
        confidence: f32,
        words: &mut Vec<Word>,
    ) -> Result<(), Broken> {
        if word.text.len() > LONGEST_WORD {
            return Err(Broken::too_large(format!("a word of more than {LONGEST_WORD} bytes")));
        }
        let bounds = bounds.in_order();
        if !word.text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let bounds = self.inside(&bounds);
            words.push(Word { text: word.text.clone(), bounds, confidence, doubts: Vec::new() });
            return Ok(());
        }
        let text = word.text.trim();
        let all = text.chars().count().max(1) as f64;
        let mut at = 0;
        for part in text.split(char::is_whitespace) {
            let from = at;
            let characters = part.chars().count();
            at += characters + 1;
            let cleaned: String = part.chars().filter(|c| !c.is_control()).collect();
            if !cleaned.is_empty() {
                let part = bounds.slice(from as f64 / all, (from + characters) as f64 / all);
                let bounds = self.inside(&part);
                words.push(Word { text: cleaned, bounds, confidence, doubts: Vec::new() });
            }
        }
        Ok(())
    }

    fn confidence(&mut self, stated: Option<f64>) -> f32 {
        let stated = stated.filter(|confidence| confidence.is_finite() && *confidence >= 0.0);
        let Some(stated) = stated else {
            self.unsure += 1;
            return ABSENT_CONFIDENCE;
        };
        let percent = match self.scale {
            Scale::Percent => stated,
            Scale::Share => stated * 100.0,
        };
        percent.min(100.0) as f32
    }

    /// Returns the part of a box that lies on the page, at least a pixel of it.
    fn inside(&mut self, bounds: &RawBox) -> PixelBox {
        let RawBox { left, top, right, bottom } = *bounds;
        let (width, height) = self.size;
        // Half a pixel is what rounding does.
        let is_inside = left > -0.5 && top > -0.5 && right < width + 0.5 && bottom < height + 0.5;
        self.cut += usize::from(!is_inside);
        let span = |from: f64, to: f64, end: f64| {
            let from = from.round().clamp(0.0, end - 1.0);
            (from as u32, to.round().clamp(from + 1.0, end) as u32)
        };
        let ((left, right), (top, bottom)) = (span(left, right, width), span(top, bottom, height));
        PixelBox { left, top, right, bottom }
    }

    fn mark(&mut self, mark: &RawMark) -> Mark {
        match mark {
            RawMark::Rule(bounds) => {
                let bounds = self.inside(&bounds.in_order());
                if bounds.width() >= bounds.height() {
                    Mark::HorizontalRule(bounds)
                } else {
                    Mark::VerticalRule(bounds)
                }
            }
            RawMark::Picture(bounds) => Mark::Picture(self.inside(&bounds.in_order())),
            RawMark::TickBox { bounds, is_ticked } => Mark::TickBox(TickBox {
                bounds: self.inside(&bounds.in_order()),
                ink: if *is_ticked { TICKED_INK } else { 0.0 },
            }),
        }
    }

    fn steps(&self) -> impl Iterator<Item = String> {
        let cut = (self.cut > 0).then(|| format!("boxes_cut_to_page:{}", self.cut));
        let unsure = (self.unsure > 0).then(|| format!("confidence_absent:{}", self.unsure));
        cut.into_iter().chain(unsure)
    }
}

/// Returns the start of a text, for a message.
fn shortened(text: &str) -> String {
    text.trim().chars().take(30).collect()
}
