//! Drawn tables: digits of 5 × 7 blocks, on paper that is curved, tilted, grainy and darker to one side.

use image::{GrayImage, Luma};
use tesseract_lstm::{LineCharacter, LineText, LineWord};

use super::classifier::CLASSES;
use super::linear::{Cholesky, Curve};
use super::*;
use crate::document::{PageFacts, PixelBox, TableSeen, Word};
use crate::images::{BitMask, OrientationSureness, PagePixels};

/// Rows of the digits from the top, the leftmost block in the highest of five bits.
const GLYPHS: [[u8; 7]; 10] = [
    [14, 17, 17, 17, 17, 17, 14],
    [4, 12, 4, 4, 4, 4, 14],
    [14, 17, 1, 6, 8, 16, 31],
    [14, 17, 1, 6, 1, 17, 14],
    [2, 6, 10, 18, 31, 2, 2],
    [31, 16, 30, 1, 1, 17, 14],
    [6, 8, 16, 30, 17, 17, 14],
    [31, 1, 2, 4, 4, 8, 8],
    [14, 17, 17, 14, 17, 17, 14],
    [14, 17, 17, 15, 1, 2, 12],
];
const GLYPH: (f32, f32) = (15.0, 25.0);
const PITCH: f32 = 18.0;
const POINT_GAP: f32 = 9.0;
const ROW_PITCH: f32 = 38.0;
const MARGIN: (f32, f32) = (160.0, 120.0);

/// A table to be drawn: cells of one shape, each row with its number before it.
#[derive(Clone)]
struct Drawn {
    shape: &'static str,
    rows: usize,
    columns: usize,
    /// Row, column and digit that is blotted.
    blot: Option<(usize, usize, usize)>,
}

const LEDGER: Drawn = Drawn { shape: "9.999", rows: 24, columns: 8, blot: None };

impl Drawn {
    fn digits(&self) -> usize {
        self.shape.bytes().filter(|byte| *byte == b'9').count()
    }

    fn value(&self, row: usize, column: usize) -> Vec<u8> {
        let number = row * 3137 + column * 1_313 + row * column * 177 + 4_096;
        (0..self.digits()).map(|at| (number / 7_usize.pow(at as u32) % 10) as u8).collect()
    }

    fn text(&self, row: usize, column: usize) -> String {
        CellShape::parse(self.shape).unwrap().text(&self.value(row, column)).0
    }

    fn cell_width(&self) -> f32 {
        let point = if self.shape.contains('.') { POINT_GAP } else { 0.0 };
        PITCH * self.digits() as f32 + point + 26.0
    }

    fn size(&self) -> (u32, u32) {
        let width = 2.0 * MARGIN.0 + self.cell_width() * self.columns as f32;
        (width as u32, (2.0 * MARGIN.1 + ROW_PITCH * self.rows as f32) as u32)
    }

    /// Returns the boxes of glyphs and what they are; `None` is a blot, 10 a point.
    fn marks(&self) -> Vec<([f32; 4], Option<usize>)> {
        let mut marks = Vec::new();
        for row in 0..self.rows {
            let top = MARGIN.1 + ROW_PITCH * row as f32;
            let number = (row + 1).to_string();
            for (at, digit) in number.bytes().rev().enumerate() {
                let left = MARGIN.0 - 50.0 - PITCH * at as f32;
                marks.push((glyph(left, top), Some(usize::from(digit - b'0'))));
            }
            for column in 0..self.columns {
                let mut left = MARGIN.0 + self.cell_width() * column as f32;
                let mut slot = 0;
                let values = self.value(row, column);
                for sign in self.shape.bytes() {
                    if sign == b'.' {
                        marks.push(([left + 1.0, top + 10.0, left + 6.0, top + 15.0], Some(10)));
                        left += POINT_GAP;
                        continue;
                    }
                    let is_blot = self.blot == Some((row, column, slot));
                    let what = (!is_blot).then_some(usize::from(values[slot]));
                    marks.push((glyph(left, top), what));
                    left += PITCH;
                    slot += 1;
                }
            }
        }
        marks
    }

    /// Draws the table twice as large and flat, then bends it to the page.
    fn page(&self) -> PreparedPage {
        let (width, height) = self.size();
        let mut flat = GrayImage::new(2 * width, 2 * height);
        for ([left, top, right, bottom], what) in self.marks() {
            for y in (2.0 * top) as u32..(2.0 * bottom) as u32 {
                for x in (2.0 * left) as u32..(2.0 * right) as u32 {
                    let (u, v) = (x as f32 / 2.0 - left, y as f32 / 2.0 - top);
                    let is_ink = what.is_none_or(|digit| digit == 10 || is_inked(digit, u, v));
                    flat.put_pixel(x, y, Luma([if is_ink { 255 } else { 0 }]));
                }
            }
        }
        for column in 0..=self.columns {
            let x = (2.0 * (MARGIN.0 - 14.0 + self.cell_width() * column as f32)) as u32;
            for y in 160..2 * height - 160 {
                (x..x + 4).for_each(|x| flat.put_pixel(x, y, Luma([255])));
            }
        }
        let gray = GrayImage::from_fn(width, height, |x, y| {
            let share = x as f32 / width as f32;
            let down = 14.0 * (share * std::f32::consts::PI).sin() + 0.012 * x as f32;
            let across = 0.01 * y as f32;
            let (from_x, from_y) = (2.0 * (x as f32 - across), 2.0 * (y as f32 - down));
            let at = |dx: f32, dy: f32| {
                let (x, y) = ((from_x + dx).max(0.0) as u32, (from_y + dy).max(0.0) as u32);
                flat.get_pixel_checked(x, y).map_or(0.0, |level| f32::from(level.0[0]))
            };
            let ink = (at(0.0, 0.0) + at(1.0, 0.0) + at(0.0, 1.0) + at(1.0, 1.0)) / 1020.0;
            let grain = f32::from((x * 7919 + y * 104_729 + x * y * 31) as u8 % 24);
            let paper = 225.0 - 70.0 * (1.0 - share);
            Luma([(paper * (1.0 - 0.75 * ink) + grain - 12.0) as u8])
        });
        prepared(PagePixels::Gray(gray))
    }

    fn look(&self) -> TableLook {
        TableLook { zone: None, columns: self.columns as u16, shape: self.shape.to_owned() }
    }

    /// Reads the drawn table; the recognizer parts the line at white columns, knows what stands there,
    /// and errs now and then, each time elsewhere.
    fn read(&self, page: &PreparedPage) -> Option<TableSeen> {
        let cells = (0..self.rows).flat_map(|row| (0..self.columns).map(move |c| (row, c)));
        let digits: Vec<u8> = cells.flat_map(|(row, column)| self.value(row, column)).collect();
        let mut error_every = [17, 13].into_iter().cycle();
        let mut read = |lines: &[GrayImage]| {
            let each = error_every.next().unwrap_or(1);
            let per_line = digits.len() / lines.len().max(1);
            let expected = digits.chunks(per_line.max(1)).enumerate();
            let texts = lines.iter().zip(expected).map(|(line, (index, digits))| {
                let spans = inked_spans(line);
                let is_parted = spans.len() == digits.len();
                let characters = spans.iter().zip(digits).enumerate().filter(|_| is_parted);
                let characters = characters.map(|(at, (&(left, right), &digit))| {
                    let is_wrong = (index * per_line + at) % each == each - 1;
                    let digit = (digit + u8::from(is_wrong)) % 10;
                    character(&digit.to_string(), left, right)
                });
                let characters: Vec<LineCharacter> = characters.collect();
                let text: String = characters.iter().map(|c| c.text.as_str()).collect();
                let (left, right) = (0, line.width());
                LineText {
                    words: vec![LineWord { text, confidence: 90.0, left, right, characters }],
                }
            });
            Ok(texts.collect())
        };
        read_table(page, &mut read, &self.look()).unwrap()
    }
}

fn glyph(left: f32, top: f32) -> [f32; 4] {
    [left, top, left + GLYPH.0, top + GLYPH.1]
}

fn is_inked(digit: usize, u: f32, v: f32) -> bool {
    let (column, row) = ((u * 5.0 / GLYPH.0) as usize, (v * 7.0 / GLYPH.1) as usize);
    GLYPHS[digit][row.min(6)] >> (4 - column.min(4)) & 1 == 1
}

fn character(text: &str, left: u32, right: u32) -> LineCharacter {
    LineCharacter { text: text.to_owned(), left, right, confidence: 90.0, alternatives: Vec::new() }
}

/// Returns the runs of columns with ink.
fn inked_spans(line: &GrayImage) -> Vec<(u32, u32)> {
    let is_inked = |x: u32| (0..line.height()).any(|y| line.get_pixel(x, y).0[0] < 130);
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for x in (0..line.width()).filter(|&x| is_inked(x)) {
        match spans.last_mut() {
            Some(last) if last.1 == x => last.1 = x + 1,
            _ => spans.push((x, x + 1)),
        }
    }
    spans.retain(|(left, right)| right - left > 2);
    spans
}

fn prepared(pixels: PagePixels) -> PreparedPage {
    PreparedPage {
        pixels,
        overlay: None,
        dpi: 300.0,
        facts: PageFacts { x_height: Some(25.0), scale: 1.0, ..PageFacts::default() },
        orientation: OrientationSureness::Sure,
        marks: Vec::new(),
        steps: Vec::new(),
    }
}

/// Returns the word that stands in a cell of the grid.
fn word_at(seen: &TableSeen, row: usize, column: usize) -> Option<&Word> {
    let bounds = seen.grid.cells[row * usize::from(seen.grid.columns) + column];
    let middle = |from: u32, to: u32| u32::midpoint(from, to);
    let is_in = |word: &PixelBox| {
        (bounds.left..bounds.right).contains(&middle(word.left, word.right))
            && (bounds.top..bounds.bottom).contains(&middle(word.top, word.bottom))
    };
    seen.lines.iter().flat_map(|line| &line.words).find(|word| is_in(&word.bounds))
}

/// Returns the cells whose text is not what was drawn.
fn misread(drawn: &Drawn, seen: &TableSeen) -> Vec<(usize, usize)> {
    assert_eq!(usize::from(seen.grid.columns), drawn.columns + 1);
    assert_eq!(seen.grid.cells.len(), drawn.rows * (drawn.columns + 1));
    let cells = (0..drawn.rows).flat_map(|row| (0..drawn.columns).map(move |c| (row, c)));
    let is_wrong = |&(row, column): &(usize, usize)| {
        let word = word_at(seen, row, column + 1);
        word.is_none_or(|word| word.text != drawn.text(row, column))
    };
    cells.filter(is_wrong).collect()
}

#[test]
fn reads_every_cell_of_a_curved_and_tilted_table() {
    let seen = LEDGER.read(&LEDGER.page()).unwrap();
    assert_eq!(misread(&LEDGER, &seen), []);
    let heads: Vec<(usize, &str)> =
        (0..24).filter_map(|row| Some((row + 1, word_at(&seen, row, 0)?.text.as_str()))).collect();
    assert!(heads.len() >= 16, "{heads:?}");
    assert!(heads.iter().all(|(number, text)| number.to_string() == *text), "{heads:?}");
}

#[test]
fn marks_a_blotted_digit_as_doubtful_and_no_other() {
    let blotted = Drawn { blot: Some((10, 3, 2)), ..LEDGER };
    let seen = blotted.read(&blotted.page()).unwrap();
    let word = word_at(&seen, 10, 4).unwrap();
    assert!(word.confidence < 50.0, "{word:?}");
    let [doubt] = &word.doubts[..] else { panic!("{word:?}") };
    assert_eq!((doubt.start, doubt.end), (3, 4));
    assert_eq!(doubt.alternatives.len(), 9);
    for (row, column) in [(9, 4), (11, 4), (10, 3), (10, 5)] {
        assert!(word_at(&seen, row, column).unwrap().confidence > 90.0);
    }
}

#[test]
fn reads_bilevel_tables_without_points() {
    let drawn = Drawn { shape: "999", rows: 20, columns: 6, blot: None };
    let PagePixels::Gray(gray) = drawn.page().pixels else { panic!("it is drawn in gray") };
    let page = prepared(PagePixels::Bilevel(BitMask::dark(&gray, 130)));
    assert_eq!(misread(&drawn, &drawn.read(&page).unwrap()), []);
}

#[test]
fn small_tables_are_read_by_the_recognizer_alone() {
    let drawn = Drawn { shape: "9.99", rows: 6, columns: 4, blot: None };
    let seen = drawn.read(&drawn.page()).unwrap();
    let wrong = misread(&drawn, &seen);
    for (row, column) in &wrong {
        let word = word_at(&seen, *row, column + 1).unwrap();
        assert!(word.confidence < 80.0, "{word:?}");
    }
    assert!(wrong.len() <= 12, "{wrong:?}");
}

#[test]
fn finds_no_table_where_there_is_none() {
    let page = LEDGER.page();
    let wider = Drawn { columns: 30, ..LEDGER };
    assert!(wider.read(&page).is_none());
    let strange = TableLook { shape: "9,9x".to_owned(), ..LEDGER.look() };
    assert!(read_table(&page, &mut |_| Ok(Vec::new()), &strange).unwrap().is_none());
    let empty = prepared(PagePixels::Gray(GrayImage::from_pixel(900, 900, Luma([240]))));
    assert!(LEDGER.read(&empty).is_none());
}

#[test]
fn curves_follow_points_and_leave_out_what_lies_off() {
    let parabola = |x: f32| 3.0 + 0.02 * x - 0.001 * x * x;
    let mut points: Vec<(f32, f32)> = (0..40).map(|x| (x as f32, parabola(x as f32))).collect();
    points.push((17.0, 90.0));
    let curve = Curve::fit(&points, 2).unwrap();
    for x in [0.0, 17.0, 39.0] {
        assert!((curve.at(x) - parabola(x)).abs() < 0.05, "{x}: {}", curve.at(x));
    }
    assert!(Curve::fit(&points[..1], 2).is_none());
}

#[test]
fn whitened_vectors_have_their_mahalanobis_length() {
    // The inverse of 4 2; 2 3 is 3/8 -1/4; -1/4 1/2: the square length of (2, 1) is 1.
    let factor = Cholesky::of(vec![4.0, 2.0, 2.0, 3.0], 2).unwrap();
    let mut vector = [2.0, 1.0];
    factor.whiten(&mut vector);
    let length: f32 = vector.iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-5);
    assert!(Cholesky::of(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
}

#[test]
fn a_digit_that_looks_like_none_is_anything() {
    let vote = |digit| Some(Vote { digit, confidence: 95.0 });
    let mut distances = [9.0; CLASSES];
    distances[7] = 0.2;
    let sure = Opinion { distances, neighbors: None };
    assert!(posterior(Some(&sure), [vote(7), vote(7)])[7] > 0.99);
    let damaged = Opinion { distances: distances.map(|distance| distance + 3.0), neighbors: None };
    assert!(posterior(Some(&damaged), [vote(7), vote(7)])[7] < 0.3);
    assert!(posterior(None, [vote(7), vote(7)])[7] > 0.9);
    assert!((posterior(None, [None, None])[3] - 0.1).abs() < 1e-6);
}
