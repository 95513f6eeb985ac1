mod rules;

use image::{GrayImage, Luma, RgbImage};
use proptest::prelude::*;

use super::{Aim, Choice, PrepareOptions, prepare};
use crate::document::{DpiSource, Mark, RightAngle};
use crate::images::{BitMask, OrientationSureness, PageImage, PagePixels, Pixels, PreparedPage};

/// Nine rows: two for ascenders, five of x-height, two for descenders.
const GLYPHS: [(char, [&str; 9]); 10] = [
    ('n', ["", "", "###.", "#..#", "#..#", "#..#", "#..#", "", ""]),
    ('o', ["", "", ".##.", "#..#", "#..#", "#..#", ".##.", "", ""]),
    ('e', ["", "", ".##.", "#..#", "####", "#...", ".###", "", ""]),
    ('a', ["", "", "###.", "...#", ".###", "#..#", ".###", "", ""]),
    ('h', ["#...", "#...", "###.", "#..#", "#..#", "#..#", "#..#", "", ""]),
    ('d', ["...#", "...#", ".###", "#..#", "#..#", "#..#", ".###", "", ""]),
    ('l', ["#", "#", "#", "#", "#", "#", "#", "", ""]),
    ('i', ["#", "", "#", "#", "#", "#", "#", "", ""]),
    ('p', ["", "", "###.", "#..#", "#..#", "#..#", "###.", "#...", "#..."]),
    ('.', ["", "", "", "", "", "", "#", "", ""]),
];
const SENTENCE: &str = "no old hand held an apple in the land. a deep plan led all along and on.";
const INK: Luma<u8> = Luma([0]);

fn white(width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([255]))
}

fn fill(image: &mut GrayImage, left: u32, top: u32, width: u32, height: u32) {
    for y in top..(top + height).min(image.height()) {
        for x in left..(left + width).min(image.width()) {
            image.put_pixel(x, y, INK);
        }
    }
}

/// Draws a line of text with its ascender line at `top`; a dot of the font is `unit` pixels wide.
fn write_line(image: &mut GrayImage, text: &str, left: u32, top: u32, unit: u32) {
    let mut x = left;
    for letter in text.chars() {
        let Some((_, rows)) = GLYPHS.iter().find(|(name, _)| *name == letter) else {
            x += 4 * unit;
            continue;
        };
        for (row, dots) in rows.iter().enumerate() {
            for (column, _) in dots.char_indices().filter(|&(_, dot)| dot == '#') {
                fill(image, x + column as u32 * unit, top + row as u32 * unit, unit, unit);
            }
        }
        x += (rows.iter().map(|row| row.len()).max().unwrap_or(0) as u32 + 1) * unit;
    }
}

/// A page of 1240 × 1754 pixels (A4 at 150 dpi) with 40 lines whose x-height is 5 · `unit`.
fn text_page(unit: u32) -> GrayImage {
    let mut image = white(1240, 1754);
    for line in 0..40 {
        // Lines begin at different letters, or columns of equal letters would stand below each other.
        let text: String = SENTENCE.chars().cycle().skip(line as usize * 7).take(60).collect();
        write_line(&mut image, &text, 100, 100 + line * 13 * unit, unit);
    }
    image
}

/// Rotates counter-clockwise around the middle, by looking up the nearest pixel.
fn skewed(image: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (image.width() as f32 / 2.0, image.height() as f32 / 2.0);
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
        let (from_x, from_y) = (middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos);
        let inside = from_x >= 0.0 && from_y >= 0.0;
        let pixel = inside.then(|| image.get_pixel_checked(from_x as u32, from_y as u32)).flatten();
        *pixel.unwrap_or(&Luma([255]))
    })
}

fn bilevel(image: &GrayImage) -> PageImage {
    PageImage { pixels: Pixels::Bilevel(BitMask::dark(image, 127)), declared_dpi: None }
}

fn gray(image: GrayImage) -> PageImage {
    PageImage { pixels: Pixels::Gray(image), declared_dpi: None }
}

fn image_of(page: &PreparedPage) -> GrayImage {
    page.pixels.gray().into_owned()
}

fn is_bilevel(page: &PreparedPage) -> bool {
    matches!(page.pixels, PagePixels::Bilevel(_))
}

fn prepared(page: PageImage) -> PreparedPage {
    prepare(page, &PrepareOptions::default()).unwrap()
}

fn random(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state >> 8
}

#[test]
fn leaves_a_clean_straight_page_as_it_is() {
    let page = text_page(3);
    let result = prepared(bilevel(&page));
    assert_eq!(result.steps, Vec::<String>::new());
    assert!(image_of(&result) == page);
    assert!(is_bilevel(&result));
    assert_eq!(result.orientation, OrientationSureness::Sure);
    assert_eq!(result.facts.x_height, Some(15.0));
}

#[test]
fn measures_skew_within_three_tenths_of_a_degree() {
    let page = text_page(3);
    for degrees in [-15.0, -9.3, -4.0, -1.5, -0.6, 0.6, 1.0, 2.7, 6.0, 12.1, 15.0] {
        let result = prepared(bilevel(&skewed(&page, degrees)));
        let found = result.facts.skew_degrees;
        assert!((found - degrees).abs() <= 0.3, "{degrees} was measured as {found}");
        let again = prepared(gray(image_of(&result)));
        assert!(
            again.facts.skew_degrees.abs() <= 0.3,
            "{degrees} left {}",
            again.facts.skew_degrees
        );
    }
}

#[test]
fn levels_lines_of_any_slant() {
    let page = text_page(2);
    for degrees in [18.0, -24.0, 33.0, -41.0] {
        let wide = white(1900, 1900);
        let mut sheet = wide.clone();
        image::imageops::replace(&mut sheet, &page, 330, 73);
        let result = prepared(gray(skewed(&sheet, degrees)));
        let found = result.facts.skew_degrees;
        assert!((found - degrees).abs() <= 0.3, "{degrees} was measured as {found}");
    }
}

#[test]
fn takes_no_diagonal_of_a_table_for_its_lines() {
    let mut page = white(1900, 1900);
    for row in 0..25 {
        for column in 0..5 {
            write_line(&mut page, "hello", 400 + column * 275, 400 + row * 55, 3);
        }
    }
    let result = prepared(gray(skewed(&page, 19.0)));
    let found = result.facts.skew_degrees;
    assert!((found - 19.0).abs() <= 0.3, "19 was measured as {found}");
    assert_eq!(prepared(gray(page)).steps, Vec::<String>::new());
}

#[test]
fn finds_letters_on_a_strip_of_any_length() {
    let mut strip = white(600, 14_000);
    for line in 0..500 {
        write_line(&mut strip, "old hand and apple", 40, 60 + line * 27, 2);
    }
    let result = prepared(bilevel(&strip));
    assert!(!result.facts.blank);
    // x-height or that of ascenders: there are as many of both.
    assert!(result.facts.x_height.is_some_and(|height| (10.0..=14.0).contains(&height)));
}

#[test]
fn leaves_a_skew_that_does_not_matter() {
    let page = skewed(&text_page(3), 0.2);
    assert!(image_of(&prepared(bilevel(&page))) == page);
}

#[test]
fn turns_pages_that_lie_on_their_side() {
    let page = text_page(3);
    for (turned, back) in [
        (image::imageops::rotate270(&page), RightAngle::Quarter),
        (image::imageops::rotate90(&page), RightAngle::ThreeQuarters),
        (image::imageops::rotate180(&page), RightAngle::Half),
    ] {
        let result = prepared(bilevel(&turned));
        assert_eq!(result.facts.rotation, back);
        assert_eq!(result.orientation, OrientationSureness::Sure);
        assert!(image_of(&result) == page);
    }
}

#[test]
fn does_not_turn_a_page_of_capitals_and_says_that_it_is_not_sure() {
    let mut page = white(1240, 1754);
    for line in 0..40 {
        write_line(&mut page, "non eon ooo nae neo noon aeon one", 100, 100 + line * 39, 3);
    }
    let result = prepared(bilevel(&image::imageops::rotate180(&page)));
    assert_eq!(result.facts.rotation, RightAngle::None);
    assert_eq!(result.orientation, OrientationSureness::HalfTurnPossible);
}

#[test]
fn obeys_a_forced_rotation() {
    let page = text_page(3);
    let options =
        PrepareOptions { forced_rotation: Some(RightAngle::Half), ..PrepareOptions::default() };
    let result = prepare(bilevel(&page), &options).unwrap();
    assert!(image_of(&result) == image::imageops::rotate180(&page));
}

#[test]
fn calls_pages_without_text_blank() {
    assert!(prepared(bilevel(&white(1240, 1754))).facts.blank);

    let mut punched = white(1240, 1754);
    for (x, y) in [(60, 400), (60, 1300)] {
        for (dx, dy) in (0..40_u32).flat_map(|dy| (0..40_u32).map(move |dx| (dx, dy))) {
            if dx.abs_diff(20).pow(2) + dy.abs_diff(20).pow(2) < 400 {
                punched.put_pixel(x + dx, y + dy, INK);
            }
        }
    }
    fill(&mut punched, 0, 0, 30, 1754);
    let mut state = 7;
    for _ in 0..300 {
        let (x, y) = (random(&mut state) % 1238, random(&mut state) % 1752);
        fill(&mut punched, x, y, 2, 2);
    }
    assert!(prepared(bilevel(&punched)).facts.blank);

    let mut shine = GrayImage::from_pixel(1240, 1754, Luma([230]));
    for (through, clean) in shine.pixels_mut().zip(text_page(3).pixels()) {
        through.0 = [if clean.0[0] == 0 { 212 } else { 230 }];
    }
    assert!(prepared(gray(shine)).facts.blank);
}

#[test]
fn does_not_call_one_short_word_blank() {
    for (left, top, unit) in [(600, 800, 2), (100, 100, 3), (500, 1500, 8)] {
        let mut page = white(1240, 1754);
        write_line(&mut page, "held", left, top, unit);
        assert!(!prepared(bilevel(&page)).facts.blank, "{unit}");
    }
}

#[test]
fn does_not_call_faint_text_beside_a_black_corner_blank() {
    let mut page = GrayImage::from_pixel(1240, 1754, Luma([245]));
    for (faint, clean) in page.pixels_mut().zip(text_page(3).pixels()) {
        faint.0 = [if clean.0[0] == 0 { 190 } else { 245 }];
    }
    fill(&mut page, 20, 1600, 100, 100);
    assert!(!prepared(gray(page)).facts.blank);
}

#[test]
fn does_not_take_the_pieces_of_faint_letters_for_specks() {
    let mut page = GrayImage::from_pixel(1240, 1754, Luma([230]));
    for (faint, clean) in page.pixels_mut().zip(text_page(3).pixels()) {
        faint.0 = [if clean.0[0] == 0 { 190 } else { 230 }];
    }
    let mut state = 3;
    for _ in 0..6000 {
        let (x, y) = (random(&mut state) % 1240, random(&mut state) % 1754);
        page.put_pixel(x, y, Luma([190]));
    }
    assert_eq!(prepared(gray(page)).steps, Vec::<String>::new());
}

#[test]
fn removes_specks_and_keeps_dots() {
    let clean = text_page(3);
    let mut page = clean.clone();
    let mut state = 3;
    for _ in 0..6000 {
        let (x, y) = (random(&mut state) % 1240, random(&mut state) % 1754);
        fill(&mut page, x, y, 1, 1);
    }
    let result = prepared(bilevel(&page));
    assert!(result.steps[0].starts_with("despeckle("), "{:?}", result.steps);
    let ink = |image: &GrayImage| image.pixels().filter(|pixel| pixel.0[0] == 0).count();
    let image = image_of(&result);
    let lost = clean.pixels().zip(image.pixels()).filter(|(a, b)| a.0[0] < b.0[0]).count();
    // Specks that touch a letter stay, and nothing of a letter or its dot goes.
    assert_eq!(lost, 0);
    assert!(ink(&image) < ink(&clean) + 900, "{}", ink(&image) - ink(&clean));
}

#[test]
fn whitens_black_borders() {
    let mut page = text_page(3);
    fill(&mut page, 0, 0, 40, 1754);
    fill(&mut page, 0, 1720, 1240, 34);
    let result = prepared(bilevel(&page));
    assert_eq!(result.steps, ["remove_border(40)"]);
    assert!(image_of(&result) == text_page(3));
}

#[test]
fn evens_out_shadows() {
    let clean = text_page(3);
    let shaded = GrayImage::from_fn(1240, 1754, |x, y| {
        let light = 250 - x * 150 / 1240;
        Luma([if clean.get_pixel(x, y).0[0] == 0 { light * 3 / 10 } else { light } as u8])
    });
    let result = prepared(gray(shaded));
    assert_eq!(result.steps.len(), 1, "{:?}", result.steps);
    assert!(result.steps[0].starts_with("background("));
    let image = image_of(&result);
    for (x, y) in [(90, 50), (600, 50), (1150, 50)] {
        let level = image.get_pixel(x, y).0[0];
        assert!((225..=255).contains(&level), "{level} at {x}");
    }
}

#[test]
fn reads_light_text_on_dark_paper_as_dark_on_light() {
    let mut negative = text_page(3);
    image::imageops::invert(&mut negative);
    let result = prepared(bilevel(&negative));
    assert_eq!(result.steps, ["invert"]);
    assert!(image_of(&result) == text_page(3));
}

#[test]
fn brings_small_and_huge_text_to_a_readable_height() {
    let small = prepared(bilevel(&text_page(2)));
    assert_eq!(small.steps, ["scale(2.10)"]);
    assert_eq!(small.pixels.dimensions(), (2604, 3683));
    let mut huge = white(2400, 2400);
    for line in 0..12 {
        write_line(&mut huge, "hold an apple on deep land", 100, 100 + line * 180, 12);
    }
    let huge = prepared(bilevel(&huge));
    assert_eq!(huge.steps, ["scale(0.23)"]);
    assert_eq!(huge.facts.x_height, Some(60.0));
}

#[test]
fn a_gray_page_with_large_letters_is_reduced_first_and_measured_as_it_came() {
    let mut large = white(2400, 2400);
    for line in 0..12 {
        write_line(&mut large, "hold an apple on deep land", 100, 100 + line * 180, 12);
    }
    let reader = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
    let page = |gray: &GrayImage| PageImage {
        pixels: Pixels::Gray(gray.clone()),
        declared_dpi: Some(600.0),
    };
    let reduced = prepare(page(&large), &reader).unwrap();
    assert_eq!(reduced.steps[0], "scale(0.40)");
    assert_eq!(reduced.pixels.dimensions(), (960, 960));
    assert_eq!((reduced.facts.width, reduced.facts.dpi, reduced.dpi), (2400, 600.0, 240.0));
    let x_height = reduced.facts.x_height.unwrap();
    assert!((x_height - 60.0).abs() < 4.0, "{x_height}");
    let never = PrepareOptions { scale: Choice::Never, ..reader };
    assert!(
        prepare(page(&large), &never).unwrap().steps.iter().all(|step| !step.starts_with("scale"))
    );
    let colored = RgbImage::from_fn(2400, 2400, |x, y| {
        let gray = large.get_pixel(x, y).0[0];
        image::Rgb([gray, gray / 2 + 100, 255])
    });
    let colored = PageImage { pixels: Pixels::Color(colored), ..page(&large) };
    assert_eq!(prepare(colored, &reader).unwrap().pixels.dimensions(), (960, 960));
}

#[test]
fn small_gray_text_is_enlarged_and_small_bilevel_text_is_not() {
    let reader = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
    let small = text_page(2);
    let gray = PageImage { pixels: Pixels::Gray(small.clone()), ..bilevel(&small) };
    assert!(prepare(gray, &reader).unwrap().facts.scale > 1.5);
    assert!(
        prepare(bilevel(&small), &reader)
            .unwrap()
            .steps
            .iter()
            .all(|step| !step.starts_with("scale"))
    );
}

#[test]
fn believes_a_declared_dpi_only_if_it_can_be_true() {
    for (declared, dpi, source) in [
        (Some(150.0), 150.0, DpiSource::Declared),
        (Some(1.0), 150.0, DpiSource::Guessed),
        (Some(72.0), 150.0, DpiSource::Guessed),
        (Some(f32::NAN), 150.0, DpiSource::Guessed),
        (None, 150.0, DpiSource::Guessed),
    ] {
        let page = PageImage { declared_dpi: declared, ..bilevel(&text_page(2)) };
        let facts = prepared(page).facts;
        assert_eq!((facts.dpi, facts.dpi_source), (dpi, source), "{declared:?}");
    }
}

#[test]
fn binarizes_when_forced() {
    let options = PrepareOptions { binarize: Choice::Always, ..PrepareOptions::default() };
    let mut page = GrayImage::from_pixel(1240, 1754, Luma([200]));
    for (pixel, clean) in page.pixels_mut().zip(text_page(3).pixels()) {
        pixel.0 = [if clean.0[0] == 0 { 60 } else { 200 }];
    }
    let result = prepare(gray(page), &options).unwrap();
    assert!(is_bilevel(&result));
    assert!(image_of(&result) == text_page(3));
}

#[test]
fn understands_the_words_of_a_choice() {
    assert_eq!("auto".parse(), Ok(Choice::Auto));
    assert_eq!("always".parse(), Ok(Choice::Always));
    assert_eq!("never".parse(), Ok(Choice::Never));
    let wrong = "perhaps".parse::<Choice>().unwrap_err();
    assert_eq!(wrong, "`perhaps` is none of auto, always, never");
}

#[test]
fn refuses_a_page_without_pixels() {
    let failure = prepare(gray(white(0, 7)), &PrepareOptions::default()).unwrap_err();
    assert_eq!(failure.to_string(), "prepare: page of 0 × 7 pixels has nothing to prepare");
}

#[test]
fn survives_odd_shapes_and_plain_colors() {
    for (width, height) in [(1, 1), (1, 10_000), (10_000, 1), (2, 3), (63, 64), (65, 500)] {
        for level in [0, 1, 127, 128, 255] {
            let image = GrayImage::from_pixel(width, height, Luma([level]));
            assert!(prepared(gray(image)).facts.blank, "{width} × {height} of {level}");
        }
    }
    let color = Pixels::Color(RgbImage::new(30, 20));
    prepared(PageImage { pixels: color, declared_dpi: Some(-4.0) });
}

fn any_choice() -> impl Strategy<Value = Choice> {
    prop_oneof![Just(Choice::Auto), Just(Choice::Always), Just(Choice::Never)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_panics_on_noise(
        width in 1_u32..400,
        height in 1_u32..400,
        seed in any::<u32>(),
        coarse in 1_u32..12,
        levels in prop_oneof![Just(2_u32), Just(256)],
        choices in [any_choice(), any_choice(), any_choice(), any_choice(), any_choice()],
    ) {
        let [step, rules, binarize, despeckle, scale] = choices;
        let mut state = seed;
        let small: Vec<u8> =
            (0..64 * 64).map(|_| (random(&mut state) % levels * (255 / (levels - 1))) as u8).collect();
        let image = GrayImage::from_fn(width, height, |x, y| {
            Luma([small[((y / coarse) % 64 * 64 + (x / coarse) % 64) as usize]])
        });
        let options = PrepareOptions {
            rotate: step, deskew: step, background: step, remove_border: step,
            remove_rules: rules, binarize, despeckle, scale,
            ..PrepareOptions::default()
        };
        let result = prepare(gray(image), &options).unwrap();
        let (width, height) = result.pixels.dimensions();
        prop_assert!(width > 0 && height > 0);
    }
}

/// A frame of `side` px with strokes of two, at 300 dpi.
fn frame(image: &mut GrayImage, (left, top): (u32, u32), side: u32) {
    fill(image, left, top, side, 2);
    fill(image, left, top + side - 2, side, 2);
    fill(image, left, top, 2, side);
    fill(image, left + side - 2, top, 2, side);
}

#[test]
fn finds_squares_to_be_ticked_and_their_ink() {
    let mut image = white(1200, 900);
    for line in 0..6 {
        write_line(&mut image, SENTENCE, 60, 60 + 60 * line, 4);
    }
    frame(&mut image, (100, 600), 40);
    frame(&mut image, (300, 600), 40);
    // A cross that leaves its square by ten pixels.
    for step in 0..50 {
        fill(&mut image, 300 + step, 600 + step, 4, 4);
        fill(&mut image, 300 + step, 640_u32.saturating_sub(step), 4, 4);
    }
    // Too large, open, and too flat.
    frame(&mut image, (500, 600), 120);
    fill(&mut image, 700, 600, 40, 2);
    fill(&mut image, 700, 600, 2, 40);
    fill(&mut image, 800, 600, 80, 2);
    let page = PageImage { pixels: Pixels::Gray(image), declared_dpi: Some(300.0) };
    let prepared =
        prepare(page, &PrepareOptions { scale: Choice::Never, ..PrepareOptions::default() })
            .unwrap();
    let mut found: Vec<(u32, u32, bool)> = prepared
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::TickBox(tick) => Some((tick.bounds.left, tick.bounds.width(), tick.ink > 0.2)),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, [(100, 40, false), (300, 40, true)]);
}
