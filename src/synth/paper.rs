//! A page of a log on ruled paper, as words with boxes.

use fastrand::Rng;

use super::entry::in_hours;
use super::log::{LogLine, Page};
use super::misread;
use crate::document::{DpiSource, Line, Mark, PageFacts, PageText, PixelBox, Word};

/// US letter at 300 dpi.
const DPI: f32 = 300.0;
const WIDTH: u32 = 2550;
const HEIGHT: u32 = 3300;
/// A character of typewriter print of 12 to the inch.
const PITCH: u32 = 25;
const CAPITALS: u32 = 30;
/// From one line of print to the next.
const LEADING: u32 = 40;
/// An entry has room for two lines.
const ROW: u32 = 2 * LEADING + 6;
const TABLE_TOP: u32 = 520;
/// Left edges of the columns, and the right edge of the last one.
const EDGES: [u32; 5] = [130, 420, 640, 2080, 2420];
/// From a column's rule to its text.
const INDENT: u32 = 18;
const HEADS: [&str; 4] = ["Date", "Tach Time", "Description of Work Performed", "Certificate No."];

/// Writes a page and reads it with mistakes.
pub(super) fn text(page: &Page, share: f64, random: &mut Rng) -> PageText {
    let mut sheet = Sheet { lines: Vec::new(), share, random };
    sheet.write("AIRCRAFT LOG", (1000, 150));
    sheet.write(&format!("Registration {}", page.registration), (140, 300));
    sheet.write(&format!("Serial No. {}", page.serial_number), (900, 300));
    sheet.write(&format!("Total Time {}", in_hours(page.total_time())), (1700, 300));
    for (head, edge) in HEADS.iter().zip(EDGES) {
        sheet.write(head, (edge + INDENT, TABLE_TOP - ROW + 20));
    }
    for (index, line) in page.lines.iter().enumerate() {
        sheet.entry(line, TABLE_TOP + index as u32 * ROW + 12);
    }
    let ink = sheet.lines.iter().map(|line| line.words.len()).sum::<usize>() as f32 * 0.0004;
    PageText {
        width: WIDTH,
        height: HEIGHT,
        dpi: DPI,
        lines: sheet.lines,
        marks: rules(page.lines.len() as u32),
        facts: PageFacts {
            width: WIDTH,
            height: HEIGHT,
            dpi: DPI,
            dpi_source: DpiSource::Declared,
            x_height: Some(22.0),
            ink,
            contrast: 200.0,
            scale: 1.0,
            ..PageFacts::default()
        },
    }
}

struct Sheet<'r> {
    lines: Vec<Line>,
    /// Share of characters that are misread.
    share: f64,
    random: &'r mut Rng,
}

impl Sheet<'_> {
    fn entry(&mut self, line: &LogLine, top: u32) {
        let at = |column: usize, top: u32| (EDGES[column] + INDENT, top);
        self.write(&line.date.strftime("%m/%d/%Y").to_string(), at(0, top));
        self.write(&in_hours(line.hours), at(1, top));
        let room = ((EDGES[3] - EDGES[2] - INDENT) / PITCH) as usize;
        let mut parts = folded(line.description, room).into_iter();
        self.write(parts.next().unwrap_or_default(), at(2, top));
        self.write(&line.certificate, at(3, top));
        for (index, part) in parts.enumerate() {
            self.write(part, at(2, top + (index as u32 + 1) * LEADING));
        }
    }

    /// Writes a line of text whose capitals begin at `(left, top)`.
    fn write(&mut self, text: &str, (left, top): (u32, u32)) {
        let mut x = left;
        let mut words = Vec::new();
        for text in text.split(' ') {
            let width = text.chars().count() as u32 * PITCH;
            let bounds = PixelBox { left: x, top, right: x + width - 5, bottom: top + CAPITALS };
            x += width + PITCH;
            let (text, confidence) = misread::word(text, self.share, self.random);
            words.push(Word { text, bounds, confidence, doubts: Vec::new() });
        }
        let block = self.lines.len() as u16;
        self.lines.push(Line { block, paragraph: 0, words });
    }
}

/// Divides a text at spaces into lines of at most so many characters.
fn folded(text: &str, room: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > room {
        let Some(end) = rest[..=room].rfind(' ') else { break };
        parts.push(&rest[..end]);
        rest = &rest[end + 1..];
    }
    parts.push(rest);
    parts
}

/// Returns the rules of the table's head, its rows and its columns.
fn rules(rows: u32) -> Vec<Mark> {
    const THICKNESS: u32 = 3;
    let (left, right) = (EDGES[0], EDGES[EDGES.len() - 1]);
    let bottom = TABLE_TOP + rows * ROW;
    let across = (0..=rows + 1).map(|row| {
        let top = TABLE_TOP - ROW + row * ROW;
        Mark::HorizontalRule(PixelBox { left, top, right, bottom: top + THICKNESS })
    });
    let down = EDGES.map(|edge| {
        let top = TABLE_TOP - ROW;
        Mark::VerticalRule(PixelBox { left: edge, top, right: edge + THICKNESS, bottom })
    });
    across.chain(down).collect()
}
