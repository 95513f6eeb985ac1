//! Drawn pages: a letter is an H of 12 × 20 pixels, letters follow every 16 pixels, words after 12 more.

use image::{GrayImage, Luma};

use super::found::SegmentKind;
use super::*;
use crate::document::{PixelBox, RightAngle};
use crate::images::BitMask;

const LETTER_WIDTH: usize = 12;
const LETTER_HEIGHT: usize = 20;
const PITCH: usize = 16;
const SPACE: usize = 12;

struct Drawing(BitMask);

impl Drawing {
    fn new(width: usize, height: usize) -> Self {
        Self(BitMask::empty(width, height))
    }

    fn fill(&mut self, (left, top): (usize, usize), (right, bottom): (usize, usize)) {
        (top..bottom).for_each(|y| self.0.set(y, left, right));
    }

    fn letter(&mut self, left: usize, top: usize) {
        self.fill((left, top), (left + 4, top + LETTER_HEIGHT));
        self.fill((left + 8, top), (left + LETTER_WIDTH, top + LETTER_HEIGHT));
        self.fill((left + 4, top + 8), (left + 8, top + 12));
    }

    /// Draws words of so many letters; returns where they end.
    fn line(&mut self, left: usize, top: usize, words: &[usize]) -> usize {
        let mut x = left;
        for &letters in words {
            for _ in 0..letters {
                self.letter(x, top);
                x += PITCH;
            }
            x += SPACE;
        }
        x - SPACE - (PITCH - LETTER_WIDTH)
    }

    /// Draws lines of the same words, 40 pixels apart.
    fn paragraph(&mut self, left: usize, top: usize, lines: usize, words: &[usize]) {
        for line in 0..lines {
            self.line(left, top + 40 * line, words);
        }
    }

    fn pixels(self) -> PagePixels {
        PagePixels::Bilevel(self.0)
    }

    fn gray(&self, level: impl Fn(u32, u32, bool) -> u8) -> GrayImage {
        GrayImage::from_fn(self.0.width as u32, self.0.height as u32, |x, y| {
            Luma([level(x, y, self.0.get(x as usize, y as usize))])
        })
    }
}

fn layout(pixels: &PagePixels) -> Layout {
    analyze(&Ground { pixels, marks: &[], dpi: 200.0 })
}

/// Left, top, right, bottom of the segments in reading order.
fn boxes(layout: &Layout) -> Vec<[u32; 4]> {
    let flat = |segment: &Segment| {
        let PixelBox { left, top, right, bottom } = segment.bounds;
        [left, top, right, bottom]
    };
    layout.segments.iter().map(flat).collect()
}

fn crop(pixels: &PagePixels, layout: &Layout, segment: &Segment) -> GrayImage {
    layout.crop(&Ground { pixels, marks: &[], dpi: 200.0 }, segment)
}

/// Number of dark pixels in each row that has some.
fn dark_rows(image: &GrayImage) -> Vec<usize> {
    let dark = |row: &[u8]| row.iter().filter(|&&level| level < 128).count();
    let rows = image.as_raw().chunks(image.width() as usize).map(dark);
    rows.filter(|&count| count > 0).collect()
}

#[test]
fn finds_the_lines_of_a_page_from_top_to_bottom() {
    let mut page = Drawing::new(1000, 800);
    page.line(100, 300, &[6, 4]);
    page.line(100, 100, &[5, 3, 7]);
    page.line(100, 140, &[8]);
    let layout = layout(&page.pixels());
    assert_eq!(boxes(&layout), [[100, 100, 360, 120], [100, 140, 224, 160], [100, 300, 268, 320]]);
    assert_eq!(layout.segments.iter().map(|each| each.line).collect::<Vec<_>>(), [0, 1, 2]);
    // The third line stands apart.
    assert_eq!(layout.segments.iter().map(|each| each.paragraph).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(layout.doubts, []);
}

#[test]
fn print_beside_large_handwriting_is_a_line_of_its_own() {
    let mut page = Drawing::new(1000, 400);
    page.paragraph(100, 60, 6, &[6, 4, 5]);
    // Two figures of three times the height, a word's gap behind the second line.
    for left in [375, 425] {
        page.fill((left, 72), (left + 9, 130));
        page.fill((left + 27, 72), (left + 36, 130));
        page.fill((left + 9, 98), (left + 27, 103));
    }
    let layout = layout(&page.pixels());
    let second: Vec<_> =
        boxes(&layout).into_iter().filter(|found| found[1] < 120 && found[3] > 110).collect();
    assert_eq!(second, [[100, 100, 360, 120], [375, 72, 461, 130]]);
}

#[test]
fn cuts_a_line_at_a_wide_gap_and_keeps_its_number() {
    let mut page = Drawing::new(1000, 400);
    page.line(100, 100, &[6, 4]);
    page.line(600, 100, &[5]);
    page.line(100, 140, &[6, 4]);
    let layout = layout(&page.pixels());
    assert_eq!(boxes(&layout), [[100, 100, 268, 120], [600, 100, 676, 120], [100, 140, 268, 160]]);
    assert_eq!(layout.segments.iter().map(|each| each.line).collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn reads_columns_of_prose_one_after_the_other() {
    let mut page = Drawing::new(1200, 800);
    page.line(300, 40, &[9, 9, 9]);
    page.paragraph(100, 140, 6, &[6, 5, 7, 6]);
    page.paragraph(650, 140, 6, &[6, 5, 7, 6]);
    let lefts: Vec<u32> =
        layout(&page.pixels()).segments.iter().map(|segment| segment.bounds.left).collect();
    assert_eq!(lefts, [300, 100, 100, 100, 100, 100, 100, 650, 650, 650, 650, 650, 650]);
}

#[test]
fn cuts_columns_apart_that_stand_close() {
    let mut page = Drawing::new(1200, 800);
    page.paragraph(100, 140, 6, &[6, 5, 7, 6]);
    // The first column ends at 516: 30 pixels of white are less than a wide space.
    page.paragraph(546, 140, 6, &[6, 5, 7, 6]);
    let found = layout(&page.pixels());
    assert_eq!(found.segments.len(), 12);
    let lefts: Vec<u32> = found.segments.iter().map(|segment| segment.bounds.left).collect();
    assert_eq!(lefts, [100, 100, 100, 100, 100, 100, 546, 546, 546, 546, 546, 546]);
}

#[test]
fn reads_a_ruled_table_cell_by_cell_and_never_across_a_rule() {
    let mut page = Drawing::new(1200, 900);
    for x in [100, 290, 600, 1000] {
        page.fill((x, 100), (x + 3, 703));
    }
    for y in [100, 220, 340, 460, 580, 700] {
        page.fill((100, y), (1003, y + 3));
    }
    // The first column's text almost touches the rule; the second cell has two lines.
    page.line(120, 130, &[10]);
    page.line(296, 130, &[8]);
    page.line(296, 170, &[6]);
    page.line(620, 130, &[4]);
    page.line(120, 250, &[3]);
    let layout = layout(&page.pixels());
    assert_eq!(
        boxes(&layout),
        [
            [120, 130, 276, 150],
            [296, 130, 420, 150],
            [296, 170, 388, 190],
            [620, 130, 680, 150],
            [120, 250, 164, 270],
        ]
    );
    assert!(layout.segments.iter().all(|segment| segment.kind == SegmentKind::Cell));
}

#[test]
fn draws_a_line_without_the_rule_under_it_and_its_neighbors() {
    let mut page = Drawing::new(1000, 800);
    page.line(100, 100, &[8, 8]);
    page.fill((90, 122), (500, 125));
    page.line(100, 128, &[8, 8]);
    let pixels = page.pixels();
    let layout = layout(&pixels);
    assert_eq!(layout.segments.len(), 2);
    for segment in &layout.segments {
        let image = crop(&pixels, &layout, segment);
        assert_eq!(dark_rows(&image).len(), LETTER_HEIGHT);
        assert_eq!(dark_rows(&image)[0], 16 * 8);
    }
}

#[test]
fn follows_lines_that_are_not_quite_level() {
    let mut page = Drawing::new(1600, 800);
    // One pixel down every 120: slope 0.0083.
    for line in 0..4 {
        for letter in (0..60).filter(|letter| letter % 7 != 6) {
            let x = 100 + PITCH * letter;
            page.letter(x, 100 + 60 * line + x / 120);
        }
    }
    let pixels = page.pixels();
    let layout = layout(&pixels);
    assert_eq!(layout.segments.len(), 4);
    assert_eq!(layout.doubts, []);
    let image = crop(&pixels, &layout, &layout.segments[0]);
    let rows = dark_rows(&image).len();
    assert!((20..=22).contains(&rows), "{rows} rows are dark");
}

#[test]
fn finds_words_again_by_their_place_in_the_crop() {
    let mut page = Drawing::new(1000, 400);
    page.line(100, 100, &[3, 4]);
    let layout = layout(&page.pixels());
    let segment = &layout.segments[0];
    let margin = (segment.bounds.left - segment.frame.left as u32, 100);
    // The second word begins 60 pixels after the first.
    let found = layout.word_box(segment, (margin.0 + 58, margin.0 + 130));
    assert_eq!(found, PixelBox { left: 160, top: 100, right: 220, bottom: 120 });
}

#[test]
fn finds_text_that_runs_up_the_page() {
    let mut page = Drawing::new(1000, 900);
    page.paragraph(100, 100, 4, &[8, 8, 8]);
    // An H turned by a quarter, nine times.
    for letter in 0..9 {
        let top = 300 + PITCH * letter;
        page.fill((800, top), (820, top + 4));
        page.fill((800, top + 8), (820, top + 12));
        page.fill((808, top + 4), (812, top + 8));
    }
    let pixels = page.pixels();
    let layout = layout(&pixels);
    let segment = layout.segments.last().unwrap();
    assert_eq!(segment.bounds, PixelBox { left: 800, top: 300, right: 820, bottom: 440 });
    assert_ne!(segment.turn, RightAngle::None);
    let image = crop(&pixels, &layout, segment);
    assert_eq!(dark_rows(&image).len(), LETTER_HEIGHT);
    assert_eq!(dark_rows(&image)[0], 9 * 8);
    let back = segment.reversed().unwrap();
    assert_ne!(back.turn, segment.turn);
    let whole = layout.word_box(&back, (0, 200));
    assert_eq!(whole, segment.bounds);
}

#[test]
fn reads_light_text_on_a_black_bar() {
    let mut page = Drawing::new(1000, 600);
    page.paragraph(100, 200, 4, &[8, 8, 8]);
    let mut bar = Drawing::new(1000, 600);
    bar.line(150, 110, &[6, 6]);
    page.fill((100, 100), (500, 140));
    (0..600).for_each(|y| bar.0.runs(y, |left, right| page.0.clear(y, left, right)));
    let gray = PagePixels::Gray(page.gray(|_, _, is_ink| if is_ink { 40 } else { 220 }));
    let pixels = page.pixels();
    for pixels in [pixels, gray] {
        let layout = layout(&pixels);
        let segment = &layout.segments[0];
        assert_eq!(segment.bounds, PixelBox { left: 150, top: 110, right: 350, bottom: 130 });
        assert_eq!(dark_rows(&crop(&pixels, &layout, segment))[0], 12 * 8);
    }
}

#[test]
fn reads_gray_pages_in_uneven_light() {
    let mut page = Drawing::new(1000, 800);
    page.paragraph(100, 100, 10, &[8, 8, 8, 8]);
    // The ink of the bright side is as light as the paper of the dark one.
    let level = |x: u32, _, is_ink: bool| (120 + x / 10) as u8 - if is_ink { 70 } else { 0 };
    let layout = layout(&PagePixels::Gray(page.gray(level)));
    assert_eq!(layout.segments.len(), 10);
    assert_eq!(boxes(&layout)[0], [100, 100, 644, 120]);
}

#[test]
fn gives_dots_and_commas_to_the_line_they_stand_at() {
    let mut page = Drawing::new(1000, 400);
    let end = page.line(100, 100, &[6, 6]);
    page.fill((end + 4, 116), (end + 8, 120));
    page.fill((end + 14, 100), (end + 17, 107));
    let layout = layout(&page.pixels());
    assert_eq!(boxes(&layout), [[100, 100, end as u32 + 17, 120]]);
}

#[test]
fn gives_up_on_noise() {
    let mut page = Drawing::new(1600, 1600);
    let mut state = 1_u32;
    for y in 0..1600 {
        for x in 0..1600 {
            // The generator of the C standard's example.
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            if (state >> 16).is_multiple_of(8) {
                page.0.set(y, x, x + 1);
            }
        }
    }
    let layout = layout(&page.pixels());
    assert_eq!(layout.doubts, [Doubt::Noise]);
    assert_eq!(layout.segments, []);
}

#[test]
fn finds_nothing_on_an_empty_page() {
    for pixels in [
        PagePixels::Bilevel(BitMask::empty(500, 500)),
        PagePixels::Gray(GrayImage::from_pixel(500, 500, Luma([250]))),
        PagePixels::Bilevel(BitMask::empty(0, 0)),
        PagePixels::Gray(GrayImage::from_pixel(1, 1, Luma([255]))),
    ] {
        let layout = layout(&pixels);
        assert_eq!((layout.segments.len(), layout.doubts.len()), (0, 0));
    }
}

#[test]
fn drops_short_readings_that_are_unsure_or_among_strokes() {
    let mut page = Drawing::new(1000, 800);
    page.line(100, 100, &[8, 8]);
    page.line(100, 400, &[2]);
    page.line(300, 420, &[2]);
    page.line(200, 460, &[2]);
    page.line(340, 470, &[2]);
    let layout = layout(&page.pixels());
    assert_eq!(layout.segments.len(), 5);
    let sure = Reading { length: 16, letters: 16, confidence: 95.0 };
    let good = Reading { length: 2, letters: 2, confidence: 80.0 };
    let bad = Reading { length: 2, letters: 2, confidence: 30.0 };
    assert_eq!(layout.kept(&[sure, good, bad, good, good]), [true, true, false, true, true]);
    assert_eq!(layout.kept(&[sure, good, bad, bad, bad]), [true, false, false, false, false]);
}

#[test]
fn what_repeats_one_shape_is_text_only_if_it_reads_surely() {
    let doubtful = Reading { length: 30, letters: 30, confidence: 50.0 };
    let sure = Reading { confidence: 80.0, ..doubtful };
    let mut page = Drawing::new(1000, 400);
    page.line(100, 100, &[30]);
    let alike = layout(&page.pixels());
    assert_eq!((alike.kept(&[doubtful]), alike.kept(&[sure])), (vec![false], vec![true]));
    let mut page = Drawing::new(1000, 400);
    let end = page.line(100, 100, &[22]);
    for letter in 0..8 {
        // An I.
        page.fill((end + 4 + 16 * letter, 100), (end + 8 + 16 * letter, 120));
    }
    assert_eq!(layout(&page.pixels()).kept(&[doubtful]), [true]);
}

#[test]
fn doubts_a_page_where_most_is_no_text() {
    let text = Reading { length: 30, letters: 28, confidence: 90.0 };
    let unsure = Reading { length: 30, letters: 28, confidence: 40.0 };
    let lost = Reading { length: 45, letters: 10, confidence: 5.0 };
    assert_eq!(doubt_of(&[text, text], &[true, false]), None);
    assert_eq!(doubt_of(&[text, lost], &[true, false]), Some(Doubt::Unreadable));
    assert_eq!(doubt_of(&[unsure], &[true]), Some(Doubt::Unreadable));
    assert_eq!(doubt_of(&[], &[]), None);
}

/// Boxes of 48 × 50 pixels in a row, with a letter in each but the empty ones.
fn boxed(page: &mut Drawing, left: usize, top: usize, letters: &[bool]) {
    let right = left + 48 * letters.len();
    page.fill((left, top), (right + 3, top + 3));
    page.fill((left, top + 47), (right + 3, top + 50));
    for (index, is_used) in letters.iter().enumerate() {
        page.fill((left + 48 * index, top), (left + 48 * index + 3, top + 50));
        if *is_used {
            page.letter(left + 48 * index + 18, top + 15);
        }
    }
    page.fill((right, top), (right + 3, top + 50));
}

#[test]
fn letters_in_boxes_are_read_as_one_line_without_the_boxes() {
    let mut page = Drawing::new(1000, 900);
    page.paragraph(100, 300, 6, &[8, 8, 8]);
    boxed(&mut page, 300, 100, &[true; 6]);
    let gray = PagePixels::Gray(page.gray(|_, _, is_ink| if is_ink { 40 } else { 220 }));
    let pixels = page.pixels();
    for pixels in [pixels, gray] {
        let layout = layout(&pixels);
        let segment = &layout.segments[0];
        assert_eq!(segment.bounds, PixelBox { left: 318, top: 115, right: 570, bottom: 135 });
        let image = crop(&pixels, &layout, segment);
        // Six letters of 12 pixels, brought together.
        assert!((72..130).contains(&image.width()), "{}", image.width());
        assert_eq!(dark_rows(&image), [vec![6 * 8; 8], vec![6 * 12; 4], vec![6 * 8; 8]].concat());
        let all = layout.word_box(segment, (0, image.width()));
        assert_eq!(all, segment.bounds);
    }
}

#[test]
fn dots_between_caption_and_value_are_a_leader() {
    let mut page = Drawing::new(1000, 900);
    page.paragraph(100, 300, 6, &[8, 8, 8]);
    let end = page.line(100, 100, &[8]);
    for dot in 0..30 {
        let left = end + 20 + 12 * dot;
        page.fill((left, 116), (left + 4, 120));
    }
    page.line(end + 400, 100, &[4]);
    let layout = layout(&page.pixels());
    let bounds = PixelBox { left: 244, top: 116, right: 596, bottom: 120 };
    assert_eq!(layout.leaders, [bounds]);
    let [caption, value] = [&layout.segments[0], &layout.segments[1]];
    assert_eq!((caption.bounds.right, value.bounds.left), (224, 624));
    assert_eq!(caption.line, value.line);
}

#[test]
fn words_that_are_struck_out_are_drawn_without_the_line() {
    let mut page = Drawing::new(1000, 900);
    page.paragraph(100, 300, 6, &[8, 8, 8]);
    page.line(100, 100, &[8]);
    let clean = Drawing(page.0.clone());
    page.fill((94, 112), (232, 115));
    let pixels = page.pixels();
    let layout = layout(&pixels);
    let word = PixelBox { left: 100, top: 100, right: 224, bottom: 120 };
    assert_eq!(layout.struck(&[word]), [word]);
    assert_eq!(layout.segments[0].bounds, word);
    let expected = self::layout(&clean.pixels());
    assert_eq!(layout.segments.len(), expected.segments.len());
    assert_eq!(dark_rows(&crop(&pixels, &layout, &layout.segments[0])).len(), LETTER_HEIGHT);
}
