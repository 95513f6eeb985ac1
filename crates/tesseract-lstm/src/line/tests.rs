#![expect(clippy::float_cmp, reason = "bits are what is tested")]

use super::*;

/// A picture of 36 px height, each row of it `row`.
fn rows(row: &[u8]) -> GrayImage {
    GrayImage::from_raw(u32::try_from(row.len()).unwrap(), 36, row.repeat(36)).unwrap()
}

#[test]
fn black_is_in_the_lower_quarter_of_minima_and_white_in_the_upper_of_maxima() {
    // Minima 20, 40; maxima 200, 220. A quarter of two is below one, so one: the first bin is taken whole,
    // and the result counts the bins visited: 21. Three quarters: 1.5 of 2: half of the bin of 220: 220.5.
    let (black, contrast) = black_and_contrast(&rows(&[100, 20, 200, 40, 220, 100]));
    assert_eq!(black, 21.0);
    assert_eq!(contrast, (220.5 - 21.0) / 2.0);
}

#[test]
fn a_line_without_extremes_goes_from_black_to_white() {
    // A single 0 among the minima, a single 255 among the maxima.
    assert_eq!(black_and_contrast(&rows(&[9, 9, 9, 9])), (1.0, 127.5));
}

#[test]
fn contrast_is_one_where_white_is_not_above_black() {
    // One step down: its first pixel is a minimum, its last a maximum, both in the bin of 200.
    assert_eq!(black_and_contrast(&rows(&[250, 200, 200, 150])), (201.0, 1.0));
}

#[test]
fn levels_go_from_minus_127_to_127() {
    let line = LineInput::of(&rows(&[9, 9, 9, 9]), 36).unwrap();
    // (value - 1) / 127.5 - 1, times 128: 0 → -129 (cut), 1 → -128 (cut), 128 → -0.502, 129 → 0.502,
    // 255 → 127.
    let levels = [0, 1, 128, 129, 255].map(|gray| line.level(gray));
    assert_eq!(levels, [-127, -127, -1, 1, 127]);
}

#[test]
fn the_negative_measures_its_own_contrast() {
    let line = LineInput::of(&rows(&[200, 200, 20, 200, 200]), 36).unwrap();
    let negative = line.inverted();
    assert_eq!(negative.rows().next(), Some(&[55, 55, 235, 55, 55][..]));
    assert_eq!((negative.width(), negative.height()), (5, 36));
    // Two minima of 55 and a quarter of them, at least one: half of the bin, 55.5; one maximum of 235: 236.
    // So the middle is 145.75 and half the distance 90.25: 128 × (100 - 145.75) / 90.25 = -64.9.
    assert_eq!([55, 100, 235].map(|gray| negative.level(gray)), [-127, -65, 127]);
}

#[test]
fn refuses_what_holds_no_character() {
    for (width, height) in [(0, 0), (0, 36), (5, 0), (2, 36), (1, 18), (5, 90)] {
        assert_eq!(LineInput::of(&GrayImage::new(width, height), 36), None, "{width} × {height}");
    }
    assert!(LineInput::of(&GrayImage::new(3, 36), 36).is_some());
    // 36/90 × 7 = 2.8 px, rounded to 3.
    assert!(LineInput::of(&GrayImage::new(7, 90), 36).is_some());
}

#[test]
fn refuses_lines_too_wide_for_the_memory() {
    // Scaled from 1 to 36 px height the line is 36 times as wide.
    assert!(LineInput::of(&GrayImage::new(1_820, 1), 36).is_some());
    assert_eq!(LineInput::of(&GrayImage::new(1_821, 1), 36), None);
    assert_eq!(LineInput::of(&GrayImage::new(32_767, 3), 36), None);
}
