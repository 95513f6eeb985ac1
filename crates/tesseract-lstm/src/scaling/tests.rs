use super::*;

fn gray(width: u32, rows: &[u8]) -> GrayImage {
    GrayImage::from_raw(width, u32::try_from(rows.len()).unwrap() / width, rows.to_vec()).unwrap()
}

#[test]
fn keeps_a_picture_that_has_the_height_already() {
    let picture = gray(2, &[1, 2, 3, 4]);
    assert_eq!(scale(&picture, factor(36, 36)), picture);
}

#[test]
fn sides_are_rounded_half_up() {
    // 36/48 = 0.75: 75 × 0.75 = 56.25, 74 × 0.75 = 55.5.
    assert_eq!(scaled_side(75, factor(48, 36)), 56);
    assert_eq!(scaled_side(74, factor(48, 36)), 56);
    assert_eq!(scaled_side(48, factor(48, 36)), 36);
}

#[test]
fn halves_by_the_mean_of_four_rounded_down() {
    // (10 + 11 + 12 + 14) / 4 = 11.75; the third column is dropped.
    assert_eq!(halved(&gray(3, &[10, 11, 99, 12, 14, 99])), gray(1, &[11]));
}

#[test]
fn quarters_by_halving_twice() {
    // The halves are 1, 0, 0, 0; in one step the mean would be 1/4 as well, but rounded from 7/16.
    let mut rows = [0; 16];
    rows[0] = 7;
    assert_eq!(halved(&halved(&gray(4, &rows))), gray(1, &[0]));
    rows[1] = 255;
    rows[4] = 255;
    // (7 + 255 + 255) / 4 = 129, 129 / 4 = 32.
    assert_eq!(halved(&halved(&gray(4, &rows))), gray(1, &[32]));
}

#[test]
fn doubles_by_the_means_of_neighbors() {
    let doubled = multiplied(&gray(2, &[10, 21, 30, 43]), 2);
    let expected = [
        10, 15, 21, 21, // (10 + 21) / 2 = 15.5
        20, 26, 32, 32, // (10 + 30) / 2, (10 + 21 + 30 + 43) / 4 = 26, (21 + 43) / 2
        30, 36, 43, 43, // (30 + 43) / 2 = 36.5
        30, 36, 43, 43,
    ];
    assert_eq!(doubled, gray(4, &expected));
}

#[test]
fn quadruples_along_straight_lines() {
    let row = multiplied(&gray(2, &[0, 10, 0, 10]), 4);
    // A quarter of the way each: 0, 2.5, 5, 7.5, then the last pixel repeated.
    assert_eq!(row.as_raw()[..8], [0, 2, 5, 7, 10, 10, 10, 10]);
}

#[test]
fn averages_by_the_area_that_a_pixel_covers() {
    // Five columns to two: 40/16 of a pixel each, so 1, 1 and 1/2 for the first. The second would need the
    // pixel behind the last and takes the one at its start, as Leptonica does. Three rows to one: the row
    // behind the last is needed as well, so the first row's pixels are taken.
    let source = gray(5, &[10, 20, 30, 40, 50, 10, 20, 30, 40, 50, 0, 0, 0, 0, 0]);
    assert_eq!(averaged(&source, 0.4), gray(2, &[10, 30]));
    // With rows enough: sum of (16 × 10 + 16 × 20 + 8 × 30) × (16 + 16 + 8) over 40 × 40, plus 128.
    let tall = gray(5, &[10, 20, 30, 40, 50].repeat(5));
    assert_eq!(averaged(&tall, 0.4).as_raw()[0], 18);
}

#[test]
fn interpolates_between_the_two_pixels_around() {
    // Four columns to three: 64/3 sixteenths each: 0, 21 (1 + 5/16), 42 (2 + 10/16).
    let source = gray(4, &[0, 16, 32, 48].repeat(4));
    assert_eq!(interpolated(&source, 0.75), gray(3, &[0, 21, 42].repeat(3)));
}

#[test]
fn sharpening_raises_a_dot_and_keeps_flat_places_and_the_edge() {
    let flat = gray(5, &[100; 25]);
    assert_eq!(sharpened(&flat, SHARPEN_AVERAGED), flat);

    let mut rows = [100; 25];
    rows[12] = 190;
    let sharp = sharpened(&gray(5, &rows), SHARPEN_AVERAGED);
    // The mean around is 110: 190 + 0.2 × 80 = 206; beside the dot 100 - 0.2 × 10 = 98.
    let expected = [
        [100, 100, 100, 100, 100],
        [100, 98, 98, 98, 100],
        [100, 98, 206, 98, 100],
        [100, 98, 98, 98, 100],
        [100, 100, 100, 100, 100],
    ];
    assert_eq!(sharp, gray(5, expected.as_flattened()));
}

#[test]
fn pictures_of_one_pixel_have_a_size_at_every_height() {
    for height in (1..200).chain([1801, 32_767]) {
        let scaled = scale(&gray(1, &vec![77; height as usize]), factor(height, 36));
        assert_eq!(scaled.height(), 36, "from {height} px");
        assert!(scaled.pixels().all(|pixel| pixel.0[0] == 77), "from {height} px");
    }
}
