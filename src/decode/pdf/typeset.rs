//! Sets the text of a form field as a viewer would: how large it is and where its letters stand.

use hayro::kurbo::{Point, Rect};

/// Space between a field's edge and its text, in points.
const PADDING: f64 = 2.0;
/// Sizes that a viewer chooses, in points, and the share of a field's height that a line gets.
const CHOSEN_SIZES: std::ops::RangeInclusive<f64> = 4.0..=24.0;
const USUAL_SIZE: f64 = 12.0;
const LINE_SHARE: f64 = 0.7;
/// Distance of baselines, and height of capitals, as shares of the font size.
const LEADING: f64 = 1.15;
const CAPITALS: f64 = 0.72;
const ASCENT: f64 = 0.93;
/// Text that is wider than its field by this share does not fit: widths are those of Helvetica.
const FITS: f64 = 1.1;

/// Where a text is set, in points.
pub(super) struct Field {
    pub(super) bounds: Rect,
    /// `None` if it is chosen so that the text fits.
    pub(super) size: Option<f64>,
    /// 0 left, 1 in the middle, 2 right.
    pub(super) alignment: u32,
    pub(super) is_multiline: bool,
    /// Number of cells of the same width that letters are set into.
    pub(super) cells: Option<usize>,
}

/// A letter, and where its baseline starts.
pub(super) struct Letter {
    pub(super) text: char,
    pub(super) origin: Point,
    pub(super) advance: f64,
}

/// A text that was set.
pub(super) struct Set {
    pub(super) letters: Vec<Letter>,
    pub(super) size: f64,
    /// It does not fit into its field.
    pub(super) is_too_long: bool,
}

/// Sets a text into a field.
pub(super) fn set(text: &str, field: &Field) -> Set {
    let room = (field.bounds.width() - 2.0 * PADDING).max(1.0);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = if field.is_multiline {
        text.split('\n').map(str::to_owned).collect()
    } else {
        vec![text.split_whitespace().collect::<Vec<_>>().join(" ")]
    };
    let longest = lines.iter().map(|line| width(line)).fold(0.01, f64::max);
    let size = field.size.unwrap_or_else(|| {
        let by_height = LINE_SHARE * field.bounds.height() / lines.len() as f64;
        let wanted = if field.is_multiline { USUAL_SIZE.min(by_height) } else { by_height };
        let by_width = if field.is_multiline { wanted } else { room / longest };
        wanted.min(by_width).clamp(*CHOSEN_SIZES.start(), *CHOSEN_SIZES.end())
    });
    let lines: Vec<String> = if field.is_multiline {
        lines.iter().flat_map(|line| wrapped(line, room / size)).collect()
    } else {
        lines
    };
    let mut letters = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let baseline = if field.is_multiline {
            field.bounds.y0 + PADDING + size * (ASCENT + LEADING * number as f64)
        } else {
            field.bounds.center().y + size * CAPITALS / 2.0
        };
        match field.cells.filter(|cells| *cells > 0) {
            Some(cells) => set_in_cells(line, field, (cells, baseline), &mut letters),
            None => set_line(line, field, (size, baseline), &mut letters),
        }
    }
    let too_wide = lines.iter().any(|line| width(line) * size > FITS * (room + 2.0 * PADDING));
    let last = letters.last().map_or(0.0, |letter: &Letter| letter.origin.y);
    let too_high = last > field.bounds.y1 + size * 0.3;
    let is_too_long = field.cells.is_none() && (too_wide || too_high);
    Set { letters, size, is_too_long }
}

fn set_line(line: &str, field: &Field, (size, baseline): (f64, f64), letters: &mut Vec<Letter>) {
    let spare = field.bounds.width() - width(line) * size;
    let mut x = match field.alignment {
        1 => field.bounds.x0 + spare / 2.0,
        2 => field.bounds.x1 - PADDING - width(line) * size,
        _ => field.bounds.x0 + PADDING,
    };
    for text in line.chars() {
        let advance = advance(text) * size;
        letters.push(Letter { text, origin: Point::new(x, baseline), advance });
        x += advance;
    }
}

/// Letters in cells fill them, so that they stay one word.
fn set_in_cells(
    line: &str,
    field: &Field,
    (cells, baseline): (usize, f64),
    letters: &mut Vec<Letter>,
) {
    let advance = field.bounds.width() / cells as f64;
    let count = line.chars().count().min(cells);
    let first = match field.alignment {
        1 => (cells - count) / 2,
        2 => cells - count,
        _ => 0,
    };
    for (number, text) in line.chars().enumerate() {
        let x = field.bounds.x0 + advance * (first + number) as f64;
        letters.push(Letter { text, origin: Point::new(x, baseline), advance });
    }
}

/// Breaks a line at spaces so that each part is at most `room` font sizes wide.
fn wrapped(line: &str, room: f64) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split_whitespace() {
        let Some(last) = parts.last_mut() else { break };
        if last.is_empty() {
            last.push_str(word);
        } else if width(last) + advance(' ') + width(word) <= room {
            last.push(' ');
            last.push_str(word);
        } else {
            parts.push(word.to_owned());
        }
    }
    parts
}

fn width(line: &str) -> f64 {
    line.chars().map(advance).sum()
}

/// Returns about the width that a letter has in Helvetica, in font sizes.
fn advance(one: char) -> f64 {
    match one {
        'i' | 'j' | 'l' | '\'' | '|' => 0.22,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 't' | 'I' | '/' | '\\' | '[' | ']' => 0.28,
        'r' | '(' | ')' | '-' | '"' | '`' => 0.34,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        'm' | 'M' => 0.83,
        'W' | '@' | '%' => 0.95,
        'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 0.72,
        'G' | 'O' | 'Q' => 0.78,
        one if one.is_uppercase() => 0.65,
        one if one.is_alphabetic() && !one.is_lowercase() => 1.0,
        _ => 0.556,
    }
}
